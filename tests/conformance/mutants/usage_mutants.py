"""Stores of usage that each break one promise, named for what they do wrong; the suite must fail on every one."""

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec

from memlane.protocols.usage import Used
from memlane.testing.fake_usage import InMemoryUsageStore
from memlane.types.ids import Partition
from memlane.types.usage import Amounts, SeenUser, UsagePoint


class _Tells(InMemoryUsageStore):
    def told(self, used: Used) -> list[Used]:
        return [used]

    async def add(self, used: Sequence[Used], *, now_ms: int) -> None:
        await super().add([one for told in used for one in self.told(told)], now_ms=now_ms)


class CountsTwice(_Tells):
    """U1."""

    def told(self, used: Used) -> list[Used]:
        return [used, used]


class CountsTheFirstOfAnAdd(InMemoryUsageStore):
    """U1."""

    async def add(self, used: Sequence[Used], *, now_ms: int) -> None:
        await super().add(used[:1], now_ms=now_ms)


class ForgetsCachedTokens(_Tells):
    """U1."""

    def told(self, used: Used) -> list[Used]:
        amounts = msgspec.structs.replace(used.amounts, cached_tokens=0)
        return [msgspec.structs.replace(used, amounts=amounts)]


class SwapsTokens(_Tells):
    """U1."""

    def told(self, used: Used) -> list[Used]:
        amounts = msgspec.structs.replace(
            used.amounts, input_tokens=used.amounts.output_tokens, output_tokens=used.amounts.input_tokens
        )
        return [msgspec.structs.replace(used, amounts=amounts)]


class CountsInFloats(_Tells):
    """U1: of 32 bits."""

    def told(self, used: Used) -> list[Used]:
        rounded = used.amounts.input_tokens >> 30 << 30 or used.amounts.input_tokens
        amounts = msgspec.structs.replace(used.amounts, input_tokens=rounded)
        return [msgspec.structs.replace(used, amounts=amounts)]


class CountsNothingAsSomething(InMemoryUsageStore):
    """U1."""

    async def add(self, used: Sequence[Used], *, now_ms: int) -> None:
        await super().add(used, now_ms=now_ms)
        for one in used:
            self._shelf.seen.setdefault(one.partition, one.minute_ms)


class LosesUnderConcurrency(InMemoryUsageStore):
    """U1."""

    async def add(self, used: Sequence[Used], *, now_ms: int) -> None:
        before = {owner: dict(series) for owner, series in self._shelf.series.items()}
        await asyncio.sleep(0)
        self._shelf.series.clear()
        self._shelf.series.update(before)
        await super().add(used, now_ms=now_ms)


class OverwritesAStep(InMemoryUsageStore):
    """U1: the newest add is all that counts."""

    async def add(self, used: Sequence[Used], *, now_ms: int) -> None:
        for one in used:
            for series in self._shelf.series.values():
                series.pop(("minute", one.minute_ms), None)
        await super().add(used, now_ms=now_ms)


class CountsAHundredAtMost(InMemoryUsageStore):
    """U1."""

    async def add(self, used: Sequence[Used], *, now_ms: int) -> None:
        await super().add(used[:100], now_ms=now_ms)


class CountsSessionsTwiceForTheirUser(_Tells):
    """U1."""

    def told(self, used: Used) -> list[Used]:
        return [used] if used.session is None else [used, msgspec.structs.replace(used, session=None)]


class NeverCountsWithoutASession(_Tells):
    """U1."""

    def told(self, used: Used) -> list[Used]:
        return [] if used.session is None else [used]


class InventsASession(_Tells):
    """U1."""

    def told(self, used: Used) -> list[Used]:
        return [msgspec.structs.replace(used, session=used.session or "trip")]


class _Shows(InMemoryUsageStore):
    def shown(self, points: list[UsagePoint]) -> list[UsagePoint]:
        return points

    async def points(self, tenant: str, user: str | None, session: str | None, **asked: Any) -> list[UsagePoint]:
        return self.shown(await super().points(tenant, user, session, **asked))


class ShowsTheNewestFirst(_Shows):
    """U2."""

    def shown(self, points: list[UsagePoint]) -> list[UsagePoint]:
        return points[::-1]


class ShowsTheNewestThirty(_Shows):
    """U2."""

    def shown(self, points: list[UsagePoint]) -> list[UsagePoint]:
        return points[-30:]


class HoldsTheLastStep(InMemoryUsageStore):
    """U2."""

    async def points(self, *series: Any, until_ms: int, **asked: Any) -> list[UsagePoint]:
        return await super().points(*series, until_ms=until_ms + 1, **asked)


class LeavesOutTheFirstStep(InMemoryUsageStore):
    """U2."""

    async def points(self, *series: Any, since_ms: int, **asked: Any) -> list[UsagePoint]:
        return await super().points(*series, since_ms=since_ms + 1, **asked)


class CountsDaysOfAnotherZone(InMemoryUsageStore):
    """U2."""

    async def points(self, *series: Any, step: Any, **asked: Any) -> list[UsagePoint]:
        if step != "day":
            return await super().points(*series, step=step, **asked)
        days: dict[Any, Amounts] = {}
        for point in await super().points(*series, step="hour", **asked):
            noon = point.at.replace(hour=0)
            key = noon if point.at.hour < 12 else noon.replace(day=noon.day + 1)
            days[key] = days.get(key, Amounts()) + point.used
        return [UsagePoint(at=at, used=used) for at, used in sorted(days.items())]


class TellsLateMinutesAsNow(InMemoryUsageStore):
    """U2."""

    async def add(self, used: Sequence[Used], *, now_ms: int) -> None:
        minute = now_ms // 60_000 * 60_000
        await super().add([msgspec.structs.replace(one, minute_ms=minute) for one in used], now_ms=now_ms)


class _Places(InMemoryUsageStore):
    def place(self, id_: str) -> str:
        return id_

    def _partition(self, partition: Partition) -> Partition:
        return Partition(self.place(partition.tenant), self.place(partition.user))

    async def add(self, used: Sequence[Used], *, now_ms: int) -> None:
        await super().add(
            [
                msgspec.structs.replace(
                    one, partition=self._partition(one.partition), session=one.session and self.place(one.session)
                )
                for one in used
            ],
            now_ms=now_ms,
        )

    async def points(self, tenant: str, user: str | None, session: str | None, **asked: Any) -> list[UsagePoint]:
        return await super().points(
            self.place(tenant), user and self.place(user), session and self.place(session), **asked
        )

    async def users(self, tenant: str, **asked: Any) -> list[SeenUser]:
        return await super().users(self.place(tenant), **asked)

    async def erase(self, partition: Partition) -> int:
        return await super().erase(self._partition(partition))


class FoldsIds(_Places):
    """U3."""

    def place(self, id_: str) -> str:
        return id_.casefold()


class StripsIds(_Places):
    """U3."""

    def place(self, id_: str) -> str:
        return id_.strip() or id_


class CutsIds(_Places):
    """U3."""

    def place(self, id_: str) -> str:
        return id_[:500]


class HasOneSessionForAllUsers(InMemoryUsageStore):
    """U3: a session is known by its name alone."""

    async def add(self, used: Sequence[Used], *, now_ms: int) -> None:
        await super().add(used, now_ms=now_ms)
        others = [
            msgspec.structs.replace(one, partition=Partition("everyone", "everyone")) for one in used if one.session
        ]
        await super().add(others, now_ms=now_ms)

    async def points(self, tenant: str, user: str | None, session: str | None, **asked: Any) -> list[UsagePoint]:
        if session is not None:
            tenant = user = "everyone"
        return await super().points(tenant, user, session, **asked)


class JoinsTenantAndUser(InMemoryUsageStore):
    """U3."""

    def _joined(self, partition: Partition) -> Partition:
        return Partition(partition.tenant, f"{partition.tenant}/{partition.user}".rpartition("/")[2])

    async def add(self, used: Sequence[Used], *, now_ms: int) -> None:
        joined = [msgspec.structs.replace(one, partition=self._joined(one.partition)) for one in used]
        await super().add(joined, now_ms=now_ms)

    async def points(self, tenant: str, user: str | None, session: str | None, **asked: Any) -> list[UsagePoint]:
        user = None if user is None else self._joined(Partition(tenant, user)).user
        return await super().points(tenant, user, session, **asked)

    async def erase(self, partition: Partition) -> int:
        return await super().erase(self._joined(partition))


class ErasesByPattern(InMemoryUsageStore):
    """U3, U4."""

    async def erase(self, partition: Partition) -> int:
        if partition.user == "*":
            self._shelf.series.clear()
        return await super().erase(partition)


class LeavesSessionsOnErase(InMemoryUsageStore):
    """U4."""

    async def erase(self, partition: Partition) -> int:
        place = (partition.tenant, partition.user)
        kept = {owner: one for owner, one in self._shelf.series.items() if owner[:2] == place and owner[2]}
        gone = await super().erase(partition)
        self._shelf.series.update(kept)
        return gone


class LeavesSomeSessionsOnErase(InMemoryUsageStore):
    """U4: of very many."""

    async def erase(self, partition: Partition) -> int:
        place = (partition.tenant, partition.user)
        kept = {owner: one for owner, one in self._shelf.series.items() if owner[:2] == place and owner[2]}
        gone = await super().erase(partition)
        self._shelf.series.update(list(kept.items())[500:])
        return gone


class LeavesTheNameOnErase(InMemoryUsageStore):
    """U4."""

    async def erase(self, partition: Partition) -> int:
        seen = self._shelf.seen.get(partition)
        gone = await super().erase(partition)
        if seen is not None:
            self._shelf.seen[partition] = seen
        return gone


class TakesItOutOfTheTenantsSum(InMemoryUsageStore):
    """U4."""

    async def erase(self, partition: Partition) -> int:
        self._shelf.series.pop((partition.tenant, None, None), None)
        return await super().erase(partition)


class ErasesTheUserOfEveryTenant(InMemoryUsageStore):
    """U4."""

    async def erase(self, partition: Partition) -> int:
        tenants = {owner[0] for owner in self._shelf.series}
        return sum([await super(ErasesTheUserOfEveryTenant, self).erase(Partition(t, partition.user)) for t in tenants])


class KeepsTheSumUnderTheName(InMemoryUsageStore):
    """U4: where nobody sees it."""

    async def erase(self, partition: Partition) -> int:
        kept = self._shelf.series.get((partition.tenant, partition.user, None))
        gone = await super().erase(partition)
        if kept:
            self._shelf.series["trash", partition.user, None] = kept
        return gone


class NeverCountsTheErasedAgain(InMemoryUsageStore):
    """U4."""

    async def erase(self, partition: Partition) -> int:
        gone = await super().erase(partition)
        self._shelf.seen[Partition("erased", partition.tenant)] = 0
        return gone

    async def add(self, used: Sequence[Used], *, now_ms: int) -> None:
        erased = {name.user for name in self._shelf.seen if name.tenant == "erased"}
        await super().add([one for one in used if one.partition.tenant not in erased], now_ms=now_ms)


class TellsTheSeriesErased(InMemoryUsageStore):
    """U4: not their steps."""

    async def erase(self, partition: Partition) -> int:
        place = (partition.tenant, partition.user)
        count = sum(owner[:2] == place for owner in self._shelf.series)
        await super().erase(partition)
        return count


class ListsUsersAsSeen(InMemoryUsageStore):
    """U5."""

    async def users(self, tenant: str, *, after: str | None = None, limit: int = 1_000) -> list[SeenUser]:
        known = {one.user: one for one in await super().users(tenant, after=after, limit=100_000)}
        return [known[name.user] for name in self._shelf.seen if name.tenant == tenant and name.user in known][:limit]


class SortsUsersWithoutCase(InMemoryUsageStore):
    """U5."""

    async def users(self, tenant: str, *, after: str | None = None, limit: int = 1_000) -> list[SeenUser]:
        known = await super().users(tenant, limit=100_000)
        later = [one for one in known if after is None or one.user.lower() > after.lower()]
        return sorted(later, key=lambda one: one.user.lower())[:limit]


class ListsUsersOfAllTenants(InMemoryUsageStore):
    """U5."""

    async def users(self, tenant: str, **asked: Any) -> list[SeenUser]:
        tenants = {name.tenant for name in self._shelf.seen}
        return [
            one for each in sorted(tenants) for one in await super(ListsUsersOfAllTenants, self).users(each, **asked)
        ]


class RepeatsTheLastOfAPage(InMemoryUsageStore):
    """U5."""

    async def users(self, tenant: str, *, after: str | None = None, limit: int = 1_000) -> list[SeenUser]:
        known = await super().users(tenant, limit=100_000)
        return [one for one in known if after is None or one.user >= after][:limit]


class ListsAHundredUsers(InMemoryUsageStore):
    """U5."""

    async def users(self, tenant: str, *, after: str | None = None, limit: int = 1_000) -> list[SeenUser]:
        return await super().users(tenant, after=after, limit=min(limit, 100))


class SawThemWhenItWasToldLast(InMemoryUsageStore):
    """U5: what was told late is the newest."""

    async def add(self, used: Sequence[Used], *, now_ms: int) -> None:
        await super().add(used, now_ms=now_ms)
        for one in used:
            self._shelf.seen[one.partition] = one.minute_ms


class ShowsWhatIsTooOld(InMemoryUsageStore):
    """U6."""

    async def points(self, *series: Any, now_ms: int, **asked: Any) -> list[UsagePoint]:
        return await super().points(*series, now_ms=0, **asked)


class ForgetsAMomentEarly(InMemoryUsageStore):
    """U6."""

    async def points(self, *series: Any, now_ms: int, **asked: Any) -> list[UsagePoint]:
        return await super().points(*series, now_ms=now_ms + 1, **asked)


class KeepsEverything(InMemoryUsageStore):
    """U6."""

    async def add(self, used: Sequence[Used], *, now_ms: int) -> None:
        for one in used:
            self._shelf.count(one)


class NamesWhoWasTooLate(InMemoryUsageStore):
    """U6."""

    async def add(self, used: Sequence[Used], *, now_ms: int) -> None:
        await super().add(used, now_ms=now_ms)
        for one in used:
            self._shelf.seen.setdefault(one.partition, one.minute_ms)


class CountsNothingThatIsTooLateForMinutes(InMemoryUsageStore):
    """U6."""

    async def add(self, used: Sequence[Used], *, now_ms: int) -> None:
        await super().add([one for one in used if one.minute_ms > now_ms - 2 * 86_400_000], now_ms=now_ms)


class ShowsNothingInAnOutage(InMemoryUsageStore):
    """U7."""

    async def points(self, *series: Any, **asked: Any) -> list[UsagePoint]:
        return [] if self._kept.down else await super().points(*series, **asked)


class DropsInAnOutage(InMemoryUsageStore):
    """U7."""

    async def add(self, used: Sequence[Used], *, now_ms: int) -> None:
        if not self._kept.down:
            await super().add(used, now_ms=now_ms)


MUTANTS: tuple[type[InMemoryUsageStore], ...] = tuple(
    value
    for name, value in dict(globals()).items()
    if isinstance(value, type) and value.__module__ == __name__ and not name.startswith("_")
)
