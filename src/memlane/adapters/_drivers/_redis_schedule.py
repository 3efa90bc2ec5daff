"""When partitions may be claimed for background work, as Redis keeps it.

On one server the scripts that work on a partition's marks keep the schedule too. On a Cluster it has another slot, and
a caller tells it, in an order that loses nothing whoever stops halfway:

- An append announces its partition before it writes (nothing changes for one that is there) and, when a session has
  become due, calls the partition back once it has written.
- What this process has announced need not be announced again for half a minute, since nobody takes a partition off the
  schedule until its last announcement is a minute old. One that seems done before is looked at again then.
- Marks decide what is due and who may work on it. The schedule only says where to look, so an entry too many does no
  harm; one too few is made good by the next append that announces.

Owns access to the schedule; must not know what a mark is.
"""

import time
from typing import Any

from memlane.adapters._drivers._redis_keys import PartitionKeys, work_keys
from memlane.adapters._drivers._redis_protocol import Argument
from memlane.adapters._drivers._redis_scripts import work_script
from memlane.adapters._drivers.redis import RedisDriver

_YOUNG_S = 60
_REMEMBERED_S = 30.0
_MOST_REMEMBERED = 8_192


class WorkSchedule:
    """The schedule on one Redis.

    Attributes:
        is_apart: Whether scripts on a partition cannot reach it.
        within: The key to give to a script that can; none on a Cluster.
    """

    def __init__(self, driver: RedisDriver) -> None:
        self._driver = driver
        self.key, self._barrier = work_keys(driver.prefix)
        self.is_apart = driver.mode == "cluster"
        self.within: tuple[bytes, ...] = () if self.is_apart else (self.key,)
        self._announced: dict[bytes, float] = {}
        self._remembered_s = min(_REMEMBERED_S, _YOUNG_S - driver.time_limit_s)

    async def announce(self, keys: PartitionKeys, now_ms: int) -> bool:
        """Let a partition be looked at, on a Cluster; return whether it had not been on the schedule."""
        if not self.is_apart:
            return False
        begun = time.monotonic()
        if begun - self._announced.get(keys.name, -_YOUNG_S) < self._remembered_s:
            return False
        added = await self._run("mark_work", keys.name, now_ms, b"soon")
        if len(self._announced) >= _MOST_REMEMBERED:
            self._announced.clear()
        self._announced[keys.name] = begun
        return added == 1

    async def call_back(self, keys: PartitionKeys, moment_ms: int | None, news: bytes) -> None:
        """Let a partition be claimed from a moment on (None: now), if it may not be already.

        `news` is what its marks say: `more` when somebody works on it, `free` when nobody does, `anew` when nothing
        else is due either.
        """
        await self._run("mark_work", keys.name, b"" if moment_ms is None else moment_ms, news)

    async def settle(self, keys: PartitionKeys, standing: bytes, moment_ms: int, now_ms: int) -> None:
        """End a lease as the marks stand: `due`, which can be claimed at a moment, `aside` or `none`."""
        await self._run("settle_work", keys.name, standing, moment_ms, now_ms, _YOUNG_S)

    async def prolong(self, keys: PartitionKeys, ends_ms: int) -> None:
        """Let a lease end later."""
        await self._run("prolong_work", keys.name, ends_ms)

    async def hold(self, keys: PartitionKeys, ends_ms: int, ready_ms: Argument, *, mine_ms: int) -> None:
        """Note that a partition is leased by somebody else, unless what the caller's claim noted has changed since."""
        await self._run("hold_work", keys.name, ends_ms, ready_ms, mine_ms)

    async def leave(self, keys: PartitionKeys) -> None:
        """Take off a partition that has no marks left, on a Cluster; one that has some again by then comes back."""
        if not self.is_apart:
            return
        self._announced.pop(keys.name, None)
        await self._run("leave_work", keys.name)
        if await self._driver.command("EXISTS", keys.marks):
            await self.call_back(keys, None, b"more")

    async def claim(self, *args: Argument) -> list[bytes]:
        """Take partitions, to be leased where their marks are; return their names and since when each was ready."""
        return await self._run("claim_work", *args)

    async def listed(self, limit: int) -> list[bytes]:
        """Return partitions that have or had marks, and when each may be claimed, packed."""
        return await self._driver.run(work_script("list_work"), (self.key,), (limit,))

    async def _run(self, script: str, *args: Argument) -> Any:
        return await self._driver.run(work_script(script), (self.key,), args, barrier=self._barrier)
