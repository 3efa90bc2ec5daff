"""Usage over time in Redis or Valkey.

Owns what the scripts on usage are given and what their answers mean. Must not know URLs, pools or errors of Redis.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from memlane.adapters._drivers._redis_keys import UsageKeys, usage_keys
from memlane.adapters._drivers._redis_protocol import Argument, Call
from memlane.adapters._drivers._redis_scripts import Script, plain_script, unpack, usage_script
from memlane.adapters._drivers.redis import RedisDriver, new_token
from memlane.adapters.usage._redis_buckets import bucket_arguments, bucket_name, bucket_numbers, bucket_steps
from memlane.adapters.usage._redis_series import series_arguments, series_keys, series_steps
from memlane.adapters.usage._steps import AMOUNTS, KEPT_MS, Counted, Series, count
from memlane.protocols.usage import Used
from memlane.types.ids import Partition
from memlane.types.times import from_ms
from memlane.types.usage import Amounts, SeenUser, Step, UsagePoint

_SERIES_AT_ONCE = 50
_ERASED_AT_ONCE = 500


class RedisUsageStore:
    """A UsageStore on Redis 6.2 or newer, or Valkey, on a Cluster too.

    The series of a user and of their sessions have one slot, those of a tenant, and the names of its users, another.
    Where the server has Redis TimeSeries they are kept there, else in plain hashes; what was kept in hashes before is
    read with it. Which of the two it is, is asked once by each store. Time series take more memory: a user with one
    session some 20 KB, in hashes 2 KB; a server's user without the right to `TS.ADD` gets hashes. Every write has a
    token, so that one whose answer is lost is not counted again when it is repeated. No write waits for replicas,
    except erase().
    """

    def __init__(self, driver: RedisDriver) -> None:
        self._driver = driver
        self._prefix = driver.prefix
        self._owns_driver = False
        self._known_series: bool | None = None

    @classmethod
    def from_url(cls, url: str) -> "RedisUsageStore":
        """Return a store with a driver of its own, closed with it.

        Raises:
            SettingError: the URL is not understood.
        """
        store = cls(RedisDriver.from_url(url))
        store._owns_driver = True
        return store

    async def add(self, used: Sequence[Used], *, now_ms: int) -> None:
        """Count what was used; a call that fails may have counted a part."""
        for counted in count(used, now_ms=now_ms):
            has_series = await self._has_series()
            script = usage_script("count_series" if has_series else "count_buckets")
            await self._driver.run_each(script, list(self._counting(counted, now_ms, has_series=has_series)))
            await self._driver.run_each(plain_script("see_users"), list(self._seeing(counted, now_ms)))

    async def points(
        self,
        tenant: str,
        user: str | None,
        session: str | None,
        *,
        step: Step,
        since_ms: int,
        until_ms: int,
        now_ms: int,
    ) -> list[UsagePoint]:
        """Return the series of a tenant (`user` None), of a user (`session` None) or of a session."""
        series, kept_ms = Series(tenant, user, session), KEPT_MS[step]
        since_ms, until_ms = max(since_ms, now_ms - kept_ms), min(until_ms, now_ms + kept_ms)
        sums: dict[int, Amounts] = defaultdict(Amounts)
        for at_ms, amounts in await self._steps(series, step, since_ms, until_ms):
            if since_ms <= at_ms < until_ms:
                sums[at_ms] += Amounts(**dict(zip(AMOUNTS, amounts, strict=True)))
        return [UsagePoint(at=from_ms(at_ms), used=sums[at_ms]) for at_ms in sorted(sums)]

    async def users(self, tenant: str, *, after: str | None = None, limit: int = 1_000) -> list[SeenUser]:
        """Return users of a tenant that something was counted of and that were not erased."""
        keys, args = usage_keys(self._prefix, tenant, None), ((after or "").encode(), limit)
        packed = await self._driver.run(plain_script("list_users"), keys.users, args)
        cells = [cell or b"" for cell in unpack(*packed)]
        return [
            SeenUser(user=user.decode(), seen_at=from_ms(int(seen_ms)))
            for user, seen_ms in zip(cells[::2], cells[1::2], strict=True)
        ]

    async def erase(self, partition: Partition) -> int:
        """Remove every trace of a partition and return how many steps its series had, of all lengths."""
        keys, steps, more = usage_keys(self._prefix, partition.tenant, partition.user), 0, 1
        while more:
            found, more = await self._write(usage_script("erase_usage"), keys, keys.series, _ERASED_AT_ONCE)
            steps += found
        of_tenant = usage_keys(self._prefix, partition.tenant, None)
        await self._write(plain_script("forget_user"), of_tenant, of_tenant.users, partition.user.encode())
        return steps

    async def ping(self) -> dict[str, str]:
        """Return facts about the server, and where usage is kept, or raise StoreUnavailableError."""
        facts = await self._driver.ping()
        return {**facts, "usage": "time series" if await self._has_series() else "plain buckets"}

    async def aclose(self) -> None:
        """Close the driver when this store made it."""
        if self._owns_driver:
            await self._driver.aclose()

    async def _has_series(self) -> bool:
        known = self._known_series
        if known is None:
            key = usage_keys(self._prefix, "", None).series[0]
            known = self._known_series = await self._driver.run(plain_script("has_series"), (key,), ()) == 1
        return known

    def _counting(self, counted: Counted, now_ms: int, *, has_series: bool) -> Iterator[Call]:
        """Yield the calls that count, each for series of one slot."""
        by_slot: dict[UsageKeys, list[Series]] = defaultdict(list)
        for series in counted.sums:
            by_slot[usage_keys(self._prefix, series.tenant, series.user)].append(series)
        told = series_arguments if has_series else bucket_arguments
        for keys, found in by_slot.items():
            for first in range(0, len(found), _SERIES_AT_ONCE):
                args: list[Argument] = [now_ms, new_token()]
                for series in found[first : first + _SERIES_AT_ONCE]:
                    args += told(series, counted.sums[series])
                yield keys.series, args

    def _seeing(self, counted: Counted, now_ms: int) -> Iterator[Call]:
        """Yield the calls that note users as seen."""
        by_tenant: dict[str, list[Partition]] = defaultdict(list)
        for partition in counted.seen:
            by_tenant[partition.tenant].append(partition)
        for tenant, partitions in by_tenant.items():
            args: list[Argument] = [now_ms, KEPT_MS["day"]]
            for partition in partitions:
                args += (partition.user.encode(), counted.seen[partition])
            yield usage_keys(self._prefix, tenant, None).users, args

    async def _steps(self, series: Series, step: Step, since_ms: int, until_ms: int) -> list[tuple[int, list[int]]]:
        """Return the steps of a span of time, and perhaps others; some may come in parts."""
        base, *_ = usage_keys(self._prefix, series.tenant, series.user).series
        numbers = bucket_numbers(step, since_ms, until_ms)
        steps: list[tuple[int, list[int]]] = []
        if numbers:
            names = [base + bucket_name(series, step, number) for number in numbers]
            buckets = await self._driver.run(plain_script("read_buckets"), names, ())
            for number, cells in zip(numbers, buckets, strict=True):
                steps += bucket_steps(step, number, cells)
        if numbers and await self._has_series():
            names = series_keys(base, series, step)
            steps += series_steps(await self._driver.run(plain_script("read_series"), names, (since_ms, until_ms)))
        return steps

    async def _write(self, script: Script, keys: UsageKeys, names: Sequence[bytes], *args: Argument) -> Any:
        return await self._driver.run(script, names, args, barrier=keys.barrier)
