"""Background work in Redis or Valkey.

Owns what the scripts on marks are given and what their answers mean. Must not know URLs, pools or errors of Redis, nor
read or write any key except through a script.
"""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

from memlane.adapters._drivers._redis_keys import (
    PartitionKeys,
    partition_keys,
    partition_of,
    session_keys,
    session_of,
    spent_keys,
)
from memlane.adapters._drivers._redis_protocol import Argument
from memlane.adapters._drivers._redis_schedule import WorkSchedule
from memlane.adapters._drivers._redis_scripts import plain_script, unpack, work_script
from memlane.adapters._drivers.redis import RedisDriver, new_token
from memlane.protocols.work import Claim, DuePartition, DueSession
from memlane.types.ids import Partition, SessionKey, segment

_LEAST_LISTED = 1_000
_LISTED_AT_ONCE = 100


class RedisWorkLedger:
    """A WorkLedger on Redis 6.2 or newer, or Valkey.

    Whoever wants to work takes a partition off the schedule first and leases it where its marks are, so that of any
    number of claimers each tries another. A mark that nobody claims is kept for at least 30 days after the last append
    to its session, or until the session expires; one that was set aside, too.
    """

    def __init__(self, driver: RedisDriver) -> None:
        self._driver = driver
        self._prefix = driver.prefix
        self._owns_driver = False
        self._schedule = WorkSchedule(driver)

    @classmethod
    def from_url(cls, url: str) -> "RedisWorkLedger":
        """Return a ledger with a driver of its own, closed with it.

        Raises:
            SettingError: the URL is not understood.
        """
        ledger = cls(RedisDriver.from_url(url))
        ledger._owns_driver = True
        return ledger

    async def claim(self, *, now_ms: int, lease_ms: int, limit: int = 1, early: bool = False) -> list[Claim]:
        """Lease partitions that are ready; with `early`, also those that release() put off, but none that is leased."""
        claims: list[Claim] = []
        while len(claims) < limit:
            found = await self._schedule.claim(now_ms, now_ms + lease_ms, limit - len(claims), int(early))
            if not found:
                break
            tried = await asyncio.gather(
                *(
                    self._take(partition_of(name), ready, now_ms, lease_ms)
                    for name, ready in zip(found[::2], found[1::2], strict=True)
                )
            )
            claims += [claim for claim in tried if claim]
        return claims

    async def extend(self, claim: Claim, *, now_ms: int, lease_ms: int) -> bool:
        """Let a lease end later; return whether it was still the caller's."""
        keys = partition_keys(self._prefix, claim.partition)
        args = (now_ms, claim.lease.encode(), now_ms + lease_ms, keys.name)
        if not await self._write("prolong_lease", keys, (keys.marks, *self._schedule.within), args):
            return False
        if self._schedule.is_apart:
            await self._schedule.prolong(keys, now_ms + lease_ms)
        return True

    async def due(self, partition: Partition, *, now_ms: int) -> list[DueSession]:
        """Return what is due in a partition, what was set aside included, the longest waiting first."""
        ((_, sessions),) = await self._marks([partition_keys(self._prefix, partition)], now_ms)
        return sessions

    async def finish(
        self, claim: Claim, session: str, *, upto: int, now_ms: int, created_at_ms: int | None = None
    ) -> bool:
        """Clear the mark of a session unless something was appended after position `upto`; return whether it is clear.

        A session that is no more is clear.
        """
        born = b"" if created_at_ms is None else created_at_ms
        return await self._write_mark("finish_mark", claim, session, now_ms, upto, born)

    async def fail(self, claim: Claim, session: str, *, error: str, set_aside: bool, now_ms: int) -> bool:
        """Count a failure of a session, or set it aside; `error` is a code. Return whether it counted."""
        return await self._write_mark("fail_mark", claim, session, now_ms, error.encode(), int(set_aside))

    async def release(self, claim: Claim, *, at_ms: int, now_ms: int) -> None:
        """End a lease; what is still due can be claimed at `at_ms`."""
        keys = partition_keys(self._prefix, claim.partition)
        args = (now_ms, claim.lease.encode(), at_ms, keys.name)
        standing = await self._write("release_lease", keys, (keys.marks, *self._schedule.within), args)
        if standing and self._schedule.is_apart:
            await self._schedule.settle(keys, standing, at_ms, now_ms)

    async def partitions(self, *, now_ms: int, limit: int) -> list[DuePartition]:
        """Return partitions with marks, the longest waiting first.

        Of more than a thousand and more than `limit`, those are looked at in which nothing became due for longest.
        """
        cells = [cell or b"" for cell in unpack(*await self._schedule.listed(max(limit, _LEAST_LISTED)))]
        places = [partition_of(name) for name in cells[::2]]
        keys = [partition_keys(self._prefix, place) for place in places]
        at_once = 1 if self._schedule.is_apart else _LISTED_AT_ONCE
        pages = await asyncio.gather(
            *(self._marks(keys[at : at + at_once], now_ms) for at in range(0, len(keys), at_once))
        )
        marked = [one for page in pages for one in page]
        listed = [
            DuePartition(
                partition=place,
                ready_at_ms=ends_ms or (int(ready) if ready else sessions[0].since_ms),
                leased=ends_ms > now_ms,
                sessions=sessions,
            )
            for place, ready, (ends_ms, sessions) in zip(places, cells[1::2], marked, strict=True)
            if sessions
        ]
        return sorted(listed, key=lambda one: one.sessions[0].since_ms)[:limit]

    async def retry(self, partition: Partition, sessions: Sequence[str], *, now_ms: int) -> int:
        """Bring back sessions that were set aside, at once and with no tries; return how many."""
        keys = partition_keys(self._prefix, partition)
        args: list[Argument] = [now_ms, keys.name, *(segment(session).encode() for session in sessions)]
        await self._schedule.announce(keys, now_ms)
        count, ready_ms, news = await self._write("retry_marks", keys, (keys.marks, *self._schedule.within), args)
        if count and self._schedule.is_apart:
            await self._schedule.call_back(keys, int(ready_ms), news)
        return count

    async def spend(
        self,
        tenant: str,
        day: str,
        amount: int,
        *,
        limit: int,
        now_ms: int,  # noqa: ARG002 -- the protocol's
    ) -> bool:
        """Add to what a tenant has spent in a day if that stays within `limit`; return whether it did.

        It is kept for two days of the server's clock after the first.
        """
        key, barrier = spent_keys(self._prefix, tenant, day)
        return await self._driver.run(plain_script("spend"), (key,), (amount, limit), barrier=barrier) == 1

    async def aclose(self) -> None:
        """Close the driver when this ledger made it."""
        if self._owns_driver:
            await self._driver.aclose()

    async def _take(self, partition: Partition, ready: bytes, now_ms: int, lease_ms: int) -> Claim | None:
        """Lease a partition that was taken off the schedule, or say on the schedule why it is not to be had."""
        keys, token = partition_keys(self._prefix, partition), new_token()
        args = (now_ms, now_ms + lease_ms, token, ready, keys.name)
        standing, *ends = await self._write("take_lease", keys, (keys.marks, *self._schedule.within), args)
        if standing == b"taken":
            return Claim(partition, token.decode())
        if self._schedule.is_apart and ends:
            await self._schedule.hold(keys, int(ends[0]), ready, mine_ms=now_ms + lease_ms)
        elif self._schedule.is_apart:
            await self._schedule.settle(keys, standing, now_ms, now_ms)
        return None

    async def _marks(self, partitions: Sequence[PartitionKeys], now_ms: int) -> list[tuple[int, list[DueSession]]]:
        """Return of each partition when its lease ends, or 0, and what is marked."""
        names = [keys.marks for keys in partitions]
        cells = iter(unpack(*await self._driver.run(work_script("list_marks"), names, (now_ms,))))
        return [_marked(cells) for _ in partitions]

    async def _write(self, script: str, keys: PartitionKeys, names: Sequence[bytes], args: Sequence[Argument]) -> Any:
        return await self._driver.run(work_script(script), names, args, barrier=keys.barrier)

    async def _write_mark(self, script: str, claim: Claim, session: str, now_ms: int, *args: Argument) -> bool:
        keys = session_keys(self._prefix, SessionKey(claim.partition, session))
        names = (keys.partition.marks, keys.state)
        return await self._write(script, keys.partition, names, (now_ms, claim.lease.encode(), keys.name, *args)) == 1


def _marked(cells: Iterator[bytes | None]) -> tuple[int, list[DueSession]]:
    ends_ms, count = int(next(cells) or b"0"), int(next(cells) or b"0")
    sessions = [_session(*(next(cells) or b"" for _ in range(5))) for _ in range(count)]
    return ends_ms, sorted(sessions, key=lambda one: (one.since_ms, one.session))


def _session(name: bytes, since_ms: bytes, tries: bytes, set_aside: bytes, error: bytes) -> DueSession:
    return DueSession(
        session=session_of(name),
        since_ms=int(since_ms),
        tries=int(tries),
        set_aside=bool(set_aside),
        error=error.decode(),
    )
