"""Small records in Redis or Valkey.

Owns what the scripts on records are given and what their answers mean. Must not know URLs, pools or errors of Redis.
"""

from typing import Any

from memlane.adapters._drivers._redis_keys import CollectionKeys, collection_keys, taken_keys
from memlane.adapters._drivers._redis_protocol import Argument
from memlane.adapters._drivers._redis_scripts import plain_script, record_script, unpack
from memlane.adapters._drivers.redis import RedisDriver
from memlane.protocols.records import Record
from memlane.types.ids import segment


class RedisRecordStore:
    """A RecordStore on plain Redis 6.2 or newer, or Valkey; every operation is one round trip.

    A collection has one slot of a Cluster, each budget one of its own. What expires goes by itself, too.
    """

    def __init__(self, driver: RedisDriver) -> None:
        self._driver = driver
        self._prefix = driver.prefix
        self._owns_driver = False

    @classmethod
    def from_url(cls, url: str) -> "RedisRecordStore":
        """Return a store with a driver of its own, closed with it.

        Raises:
            SettingError: the URL is not understood.
        """
        store = cls(RedisDriver.from_url(url))
        store._owns_driver = True
        return store

    async def create(
        self,
        collection: str,
        record_id: str,
        body: bytes,
        *,
        now_ms: int,
        expires_at_ms: int | None = None,
    ) -> bool:
        """Store a record where there is none; return whether there was none."""
        keys, ends = collection_keys(self._prefix, collection), _moment(expires_at_ms)
        return await self._write("create_record", keys, now_ms, record_id.encode(), body, ends) == 1

    async def get(self, collection: str, record_id: str, *, now_ms: int) -> bytes | None:
        """Return a record's bytes, None when there is none."""
        key = collection_keys(self._prefix, collection).record + segment(record_id).encode()
        body, expires = await self._driver.command("HMGET", key, b"b", b"e")
        return body if expires is None or int(expires) > now_ms else None

    async def swap(
        self,
        collection: str,
        record_id: str,
        old: bytes,
        new: bytes | None,
        *,
        now_ms: int,
        expires_at_ms: int | None = None,
    ) -> bool:
        """Make a record `new` (None: remove it) if it is `old`; return whether it was. Its expiry is set anew."""
        keys, ends = collection_keys(self._prefix, collection), _moment(expires_at_ms)
        becomes: tuple[Argument, ...] = (b"", b"", b"") if new is None else (b"1", new, ends)
        return await self._write("swap_record", keys, now_ms, record_id.encode(), old, *becomes) == 1

    async def list(self, collection: str, *, now_ms: int, after: str | None = None, limit: int = 1_000) -> list[Record]:
        """Return the live records of a collection in ascending order of id, those after `after`."""
        keys, args = collection_keys(self._prefix, collection), (now_ms, (after or "").encode(), limit)
        names = (keys.names, keys.expiring, keys.record)
        cells = [cell or b"" for cell in unpack(*await self._driver.run(record_script("list_records"), names, args))]
        return [Record(id_.decode(), body) for id_, body in zip(cells[::2], cells[1::2], strict=True)]

    async def take(
        self,
        collection: str,
        record_id: str,
        amount: int,
        *,
        limit: int,
        now_ms: int,
        expires_at_ms: int,
    ) -> int:
        """Take up to `amount` from what is left of `limit`, and return how much was granted, 0 for none."""
        key, barrier = taken_keys(self._prefix, collection, record_id)
        args = (now_ms, amount, limit, expires_at_ms)
        return await self._driver.run(plain_script("take_budget"), (key,), args, barrier=barrier)

    async def ping(self) -> dict[str, str]:
        """Return facts about the server, or raise StoreUnavailableError."""
        return await self._driver.ping()

    async def aclose(self) -> None:
        """Close the driver when this store made it."""
        if self._owns_driver:
            await self._driver.aclose()

    async def _write(self, script: str, keys: CollectionKeys, *args: Argument) -> Any:
        names = (keys.names, keys.expiring, keys.record)
        return await self._driver.run(record_script(script), names, args, barrier=keys.barrier)


def _moment(expires_at_ms: int | None) -> Argument:
    return b"" if expires_at_ms is None else expires_at_ms
