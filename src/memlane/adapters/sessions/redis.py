"""Sessions in Redis or Valkey.

Owns what the scripts on sessions are given and what their answers mean. Must not know URLs, pools or errors of Redis,
nor read or write any key except through a script.
"""

import asyncio
from collections.abc import Mapping, Sequence
from itertools import repeat
from typing import cast

from memlane.adapters._drivers._redis_keys import (
    PartitionKeys,
    due_keys,
    partition_keys,
    partition_of,
    session_keys,
    session_of,
)
from memlane.adapters._drivers._redis_protocol import Argument
from memlane.adapters._drivers._redis_schedule import WorkSchedule
from memlane.adapters._drivers._redis_scripts import (
    append_script,
    plain_script,
    removal_script,
    session_script,
    unpack,
)
from memlane.adapters._drivers.redis import RedisDriver, new_token
from memlane.protocols.memories import MemoryRow
from memlane.protocols.sessions import Appended, NewMessage, SessionRow, SessionState, StoredMessage
from memlane.types.ids import Partition, SessionKey

_ERASED_AT_ONCE = 200
_MARKS_ARE_YOUNG_S = 60

_Reply = int | list[int | bytes | None] | None


class RedisSessionStore:
    """A SessionStore on Redis 6.2 or newer, or Valkey; every operation on a session is one script, one round trip.

    Redis removes what has expired by itself. An append marks its session as due in the same script. That the partition
    has such sessions, or memories that go to another store, is noted there too; on a Cluster, whose scripts reach one
    slot only, just before.
    """

    def __init__(self, driver: RedisDriver, *, shares_memories: bool) -> None:
        self.shares_memories = shares_memories
        self._driver = driver
        self._prefix = driver.prefix
        self._owns_driver = False
        self._due, self._due_barrier = due_keys(driver.prefix)
        self._marks_apart = driver.mode == "cluster"
        self._schedule = WorkSchedule(driver)

    @classmethod
    def from_url(cls, url: str, *, shares_memories: bool) -> "RedisSessionStore":
        """Return a store with a driver of its own, closed with it.

        Raises:
            SettingError: the URL is not understood.
        """
        store = cls(RedisDriver.from_url(url), shares_memories=shares_memories)
        store._owns_driver = True
        return store

    async def append(
        self, key: SessionKey, messages: Sequence[NewMessage], *, now_ms: int, default_ttl_ms: int | None
    ) -> list[Appended]:
        """Append a block of messages in one atomic round trip that reads nothing first."""
        keys = session_keys(self._prefix, key)
        partition = keys.partition
        names = [keys.state, keys.bodies, keys.ids, partition.index, *self._schedule.within]
        args: list[Argument] = [now_ms, _optional(default_ttl_ms), keys.name, b"", partition.name, len(messages)]
        for message in messages:
            args += (message.id.encode(), message.body)
        how = "none"
        if any(message.memory for message in messages):
            how = self._hand_on(messages, partition, names, args)
        if self._marks_apart:
            return await self._append_apart(partition, how, names, args, now_ms)
        reply = await self._driver.run(append_script(how, "here"), names, args, barrier=partition.barrier)
        return _appended(reply, len(messages))

    async def read(
        self, key: SessionKey, *, now_ms: int, last: int | None = None, before: int | None = None
    ) -> SessionState:
        """Return fields, counters and messages in one round trip."""
        keys = session_keys(self._prefix, key)
        args = (now_ms, _optional(last), _optional(before))
        reply = await self._driver.run(session_script("read"), (keys.state, keys.bodies), args)
        return _state(*reply) if reply else SessionState()

    async def write_fields(
        self, key: SessionKey, fields: Mapping[str, bytes | None], *, now_ms: int, default_ttl_ms: int | None
    ) -> None:
        """Set (bytes) or remove (None) named documents; creates the session when it is new."""
        keys = session_keys(self._prefix, key)
        values = [(name.encode(), value) for name, value in fields.items() if value is not None]
        args: list[Argument] = [now_ms, _optional(default_ttl_ms), keys.name, len(values)]
        for name, value in values:
            args += (name, value)
        args += [name.encode() for name, value in fields.items() if value is None]
        names = (keys.state, keys.partition.index)
        await self._driver.run(session_script("write_fields"), names, args, barrier=keys.partition.barrier)

    async def swap_field(
        self,
        key: SessionKey,
        name: str,
        old: bytes | None,
        new: bytes | None,
        *,
        now_ms: int,
        created_at_ms: int | None = None,
    ) -> bool:
        """Make a named document `new` (None: absent) if it is `old` and the session lives; return whether it was."""
        keys = session_keys(self._prefix, key)
        args: list[Argument] = [now_ms, name.encode()]
        for body in (old, new):
            args += (b"", b"") if body is None else (b"1", body)
        args.append(_optional(created_at_ms))
        swapped = await self._driver.run(
            plain_script("swap_field"), (keys.state,), args, barrier=keys.partition.barrier
        )
        return swapped == 1

    async def expire(self, key: SessionKey, ttl_ms: int | None, *, now_ms: int, last: int | None = None) -> int:
        """Set the session's own sliding time to live, or the time left to its last n messages."""
        keys = session_keys(self._prefix, key)
        args = (now_ms, _optional(ttl_ms), keys.name, _optional(last))
        names = (keys.state, keys.partition.index)
        return await self._driver.run(session_script("expire"), names, args, barrier=keys.partition.barrier)

    async def delete(self, key: SessionKey) -> int:
        """Remove the session and return how many messages it had. Waiting memories stay in the outbox."""
        keys = session_keys(self._prefix, key)
        partition = keys.partition
        names = (keys.state, partition.index, *self._schedule.within)
        args = (keys.name, partition.name)
        count, is_clear = await self._driver.run(
            removal_script("delete_session"), names, args, barrier=partition.barrier
        )
        if is_clear:
            await self._schedule.leave(partition)
        return count

    async def sessions(self, partition: Partition, *, now_ms: int) -> list[SessionRow]:
        """Return the live sessions of a partition, newest activity first."""
        keys = partition_keys(self._prefix, partition)
        reply = await self._driver.run(session_script("list_sessions"), (keys.index,), (now_ms,))
        cells = [cell or b"" for cell in unpack(*reply)]
        rows = [_row(*cells[at : at + 5]) for at in range(0, len(cells), 5)]
        return sorted(rows, key=lambda row: row.updated_at_ms, reverse=True)

    async def erase(self, partition: Partition) -> dict[str, int]:
        """Remove every trace of a partition, outbox included; return counts: sessions, messages, waiting."""
        keys = partition_keys(self._prefix, partition)
        names = (keys.index, *keys.outbox, keys.marks)
        if not self._marks_apart:
            names += (self._due, self._schedule.key)
        counts, more = [0, 0, 0], 1
        while more:
            *found, more = await self._driver.run(
                removal_script("erase_sessions"), names, (_ERASED_AT_ONCE, keys.name), barrier=keys.barrier
            )
            counts = [count + one for count, one in zip(counts, found, strict=True)]
        if self._marks_apart:
            await self._driver.run(plain_script("unmark_due"), (self._due,), (0, keys.name), barrier=self._due_barrier)
        await self._schedule.leave(keys)
        return dict(zip(("sessions", "messages", "waiting"), counts, strict=True))

    async def pending(self, partition: Partition, *, limit: int) -> list[MemoryRow]:
        """Return the oldest memories that wait in the outbox of a partition."""
        keys = partition_keys(self._prefix, partition)
        reply = await self._driver.run(plain_script("pending"), keys.outbox, (limit,))
        cells = [cell or b"" for cell in unpack(*reply)]
        return [_waiting(cells[at], cells[at + 1]) for at in range(0, len(cells), 2)]

    async def settle(self, partition: Partition, ids: Sequence[str]) -> None:
        """Remove memories from the outbox once the memory store holds them."""
        keys = partition_keys(self._prefix, partition)
        args = [keys.name, *(id_.encode() for id_ in ids)]
        await self._driver.run(plain_script("settle"), self._outbox(keys), args, barrier=keys.barrier)

    async def unsettled(self, *, limit: int) -> list[Partition]:
        """Return partitions whose outbox may hold memories."""
        names: list[bytes] = await self._driver.command("ZRANGE", self._due, 0, limit - 1)
        partitions = [partition_of(name) for name in names]
        if not self._marks_apart:
            return partitions
        oldest = await asyncio.gather(*(self.pending(partition, limit=1) for partition in partitions))
        empty = [not rows for rows in oldest]
        settled = [name for name, is_empty in zip(names, empty, strict=True) if is_empty]
        if settled:
            args = (_MARKS_ARE_YOUNG_S, *settled)
            await self._driver.run(plain_script("unmark_due"), (self._due,), args, barrier=self._due_barrier)
        return [partition for partition, is_empty in zip(partitions, empty, strict=True) if not is_empty]

    async def sweep(self, *, now_ms: int) -> int:  # noqa: ARG002 -- the protocol's
        """Return 0: Redis removes what has expired by itself, and later writes its name from the index."""
        return 0

    async def ping(self) -> dict[str, str]:
        """Return facts about the server, its eviction policy among them, or raise StoreUnavailableError."""
        return await self._driver.ping()

    async def aclose(self) -> None:
        """Close the driver when this store made it."""
        if self._owns_driver:
            await self._driver.aclose()

    def _outbox(self, keys: PartitionKeys) -> tuple[bytes, ...]:
        return keys.outbox if self._marks_apart else (*keys.outbox, self._due)

    def _hand_on(
        self, messages: Sequence[NewMessage], partition: PartitionKeys, names: list[bytes], args: list[Argument]
    ) -> str:
        """Add keys and arguments of the memories that come with messages; return which script takes them."""
        for number, message in enumerate(messages, start=1):
            if memory := message.memory:
                args += (number, memory.id.encode(), memory.body, _optional(memory.expires_at_ms))
        if self.shares_memories:
            names += partition.memories
            args[3] = new_token()
            return "shared"
        names += self._outbox(partition)
        return "outbox"

    async def _append_apart(
        self, keys: PartitionKeys, how: str, names: Sequence[bytes], args: Sequence[Argument], now_ms: int
    ) -> list[Appended]:
        """Append on a Cluster: tell before and, when the session has become due where others knew of none, after."""
        was_absent = await self._announce(keys, now_ms, has_outbox=how == "outbox")
        reply: _Reply = await self._driver.run(append_script(how, "apart"), names, args, barrier=keys.barrier)
        if isinstance(reply, list) and len(reply) % 2:
            *reply, news = reply
            if not was_absent and isinstance(news, bytes):
                await self._schedule.call_back(keys, now_ms, news)
        return _appended(reply, cast("int", args[5]))

    async def _announce(self, keys: PartitionKeys, now_ms: int, *, has_outbox: bool) -> bool:
        """Tell of an append before it writes; return whether the schedule of work had not known its partition."""
        announcing = self._schedule.announce(keys, now_ms)
        if not has_outbox:
            return await announcing
        marking = self._driver.run(plain_script("mark_due"), (self._due,), (keys.name,), barrier=self._due_barrier)
        was_absent, _ = await asyncio.gather(announcing, marking)
        return was_absent


def _optional(number: int | None) -> Argument:
    return b"" if number is None else number


def _number(text: bytes) -> int | None:
    return int(text) if text else None


def _appended(reply: _Reply, total: int) -> list[Appended]:
    if reply is None:
        return []
    if isinstance(reply, int):
        return [Appended(position) for position in range(reply, reply + total)]
    return [Appended(reply[at], reply[at + 1]) for at in range(0, len(reply), 2)]  # pyright: ignore[reportArgumentType] -- numbers and bodies take turns


def _state(header: bytes, *packed: bytes) -> SessionState:
    count, ttl_ms, expires_at_ms, created_at_ms, updated_at_ms, last_position, *more = header.split(b";")
    expiring, expiring_at_ms, in_fields, *runs = more
    cells = [cell or b"" for cell in unpack(*packed)]
    fields_end = int(in_fields)
    messages: list[StoredMessage] = []
    at = fields_end
    for run in runs[:-1]:
        start, size, own_expiry = map(int, run.split(b","))
        positions = range(start, start + size)
        messages += map(StoredMessage, positions, cells[at : at + size], repeat(own_expiry or None))
        at += size
    return SessionState(
        exists=True,
        count=int(count),
        messages=messages,
        fields={cells[at].decode(): cells[at + 1] for at in range(0, fields_end, 2)},
        ttl_ms=_number(ttl_ms),
        expires_at_ms=_number(expires_at_ms),
        created_at_ms=int(created_at_ms),
        updated_at_ms=int(updated_at_ms),
        last_position=int(last_position),
        expiring=int(expiring),
        expiring_at_ms=_number(expiring_at_ms),
    )


def _row(name: bytes, count: bytes, created_at_ms: bytes, updated_at_ms: bytes, expires_at_ms: bytes) -> SessionRow:
    return SessionRow(session_of(name), int(count), int(created_at_ms), int(updated_at_ms), _number(expires_at_ms))


def _waiting(id_: bytes, stored: bytes) -> MemoryRow:
    expires_at_ms, _, body = stored.partition(b":")
    return MemoryRow(id_.decode(), body, _number(expires_at_ms))
