"""Ledgers, and session stores that mark for them, that each break one promise, named for what they do wrong.

The suite must fail on every one; a session store is run with the ledger it should serve, and the other way about.
Here: what was set aside, what is spent, and outages (W5, W7, W9).
"""

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec

from memlane.errors import StoreUnavailableError
from memlane.protocols.sessions import Appended, NewMessage
from memlane.protocols.work import Claim, DuePartition, DueSession
from memlane.testing.fake_marks import Mark, WorkPart
from memlane.testing.fake_sessions import InMemorySessionStore
from memlane.testing.fake_work import InMemoryWorkLedger
from memlane.types.ids import Partition, SessionKey


class RevivesWhatWasSetAside(InMemorySessionStore):
    """W5: an append brings it back."""

    async def append(self, key: SessionKey, messages: Sequence[NewMessage], **times: Any) -> list[Appended]:
        results = await super().append(key, messages, **times)
        part = self._shelf.work.parts.get(key.partition)
        if part is not None and key.session in part.marks:
            part.marks[key.session].set_aside = False
        return results


class ForgetsFailuresOnAppend(InMemorySessionStore):
    """W5."""

    async def append(self, key: SessionKey, messages: Sequence[NewMessage], **times: Any) -> list[Appended]:
        results = await super().append(key, messages, **times)
        part = self._shelf.work.parts.get(key.partition)
        if part is not None and key.session in part.marks:
            part.marks[key.session].tries = 0
        return results


class SetsNothingAside(InMemoryWorkLedger):
    """W5."""

    async def fail(self, claim: Claim, session: str, *, set_aside: bool, **how: Any) -> bool:
        return await super().fail(claim, session, set_aside=False, **how)


class DropsWhatWasSetAside(InMemoryWorkLedger):
    """W5."""

    async def due(self, partition: Partition, *, now_ms: int) -> list[DueSession]:
        return [session for session in await super().due(partition, now_ms=now_ms) if not session.set_aside]


class ListsOnlyWhatIsReady(InMemoryWorkLedger):
    """W5."""

    async def partitions(self, *, now_ms: int, limit: int) -> list[DuePartition]:
        listed = await super().partitions(now_ms=now_ms, limit=limit)
        return [one for one in listed if not all(session.set_aside for session in one.sessions)]


class CountsNoFailures(InMemoryWorkLedger):
    """W5."""

    async def due(self, partition: Partition, *, now_ms: int) -> list[DueSession]:
        return [msgspec.structs.replace(one, tries=0) for one in await super().due(partition, now_ms=now_ms)]


class KeepsTheFirstError(InMemoryWorkLedger):
    """W5."""

    async def fail(self, claim: Claim, session: str, *, error: str, **how: Any) -> bool:
        mark = self._shelf.work.parts[claim.partition].marks.get(session)
        return await super().fail(claim, session, error=(mark and mark.error) or error, **how)


class FailsWhatIsNotDue(InMemoryWorkLedger):
    """W5."""

    async def fail(self, claim: Claim, session: str, **how: Any) -> bool:
        part = self._held(claim, how["now_ms"])
        if part is not None:
            part.marks.setdefault(session, Mark(how["now_ms"]))
        return await super().fail(claim, session, **how)


class ForgivesByFailing(InMemoryWorkLedger):
    """W5: a failure that does not set aside brings back."""

    async def fail(self, claim: Claim, session: str, *, set_aside: bool, **how: Any) -> bool:
        counted = await super().fail(claim, session, set_aside=set_aside, **how)
        if counted:
            self._shelf.work.parts[claim.partition].marks[session].set_aside = set_aside
        return counted


class RetriesEverything(InMemoryWorkLedger):
    """W5."""

    async def retry(self, partition: Partition, sessions: Sequence[str], *, now_ms: int) -> int:
        part = self._shelf.work.parts.get(partition, WorkPart(0))
        return await super().retry(partition, list(part.marks) if sessions else [], now_ms=now_ms)


class RetriesWithOldTries(InMemoryWorkLedger):
    """W5."""

    async def retry(self, partition: Partition, sessions: Sequence[str], *, now_ms: int) -> int:
        part = self._shelf.work.parts.get(partition, WorkPart(0))
        tries = {name: mark.tries for name, mark in part.marks.items()}
        count = await super().retry(partition, sessions, now_ms=now_ms)
        for name, mark in part.marks.items():
            mark.tries = tries[name]
        return count


class RetriesLater(InMemoryWorkLedger):
    """W5: what it brings back waits for what the partition waits for."""

    async def retry(self, partition: Partition, sessions: Sequence[str], *, now_ms: int) -> int:
        part = self._shelf.work.parts.get(partition, WorkPart(0))
        kept = part.ready_at_ms, part.has_news
        count = await super().retry(partition, sessions, now_ms=now_ms)
        part.ready_at_ms, part.has_news = kept
        return count


class SpendsInTwoSteps(InMemoryWorkLedger):
    """W7."""

    async def spend(self, tenant: str, day: str, amount: int, *, limit: int, now_ms: int) -> bool:
        spent = self._shelf.work.spent.get((tenant, day), (0, 0))[0]
        await asyncio.sleep(0)
        return spent + amount <= limit and await super().spend(tenant, day, amount, limit=10**18, now_ms=now_ms)


class SpendsThenLooks(InMemoryWorkLedger):
    """W7: a refused amount is spent."""

    async def spend(self, tenant: str, day: str, amount: int, *, limit: int, now_ms: int) -> bool:
        await super().spend(tenant, day, amount, limit=10**18, now_ms=now_ms)
        return self._shelf.work.spent[tenant, day][0] <= limit


class SpendsUntilItIsOver(InMemoryWorkLedger):
    """W7: the last amount may pass the limit."""

    async def spend(self, tenant: str, day: str, amount: int, *, limit: int, now_ms: int) -> bool:
        spent = self._shelf.work.spent.get((tenant, day), (0, 0))[0]
        return spent < limit and await super().spend(tenant, day, amount, limit=10**18, now_ms=now_ms)


class ForgetsTheDay(InMemoryWorkLedger):
    """W7: what was spent is forgotten after an hour."""

    async def spend(self, tenant: str, day: str, amount: int, *, limit: int, now_ms: int) -> bool:
        spent = await super().spend(tenant, day, amount, limit=limit, now_ms=now_ms)
        kept = self._shelf.work.spent
        kept.update({key: (total, now_ms + 3_600_000) for key, (total, _) in kept.items()})
        return spent


class SharesOneBudget(InMemoryWorkLedger):
    """W7."""

    async def spend(self, tenant: str, day: str, amount: int, *, limit: int, now_ms: int) -> bool:
        return await super().spend(tenant.strip().casefold(), day, amount, limit=limit, now_ms=now_ms)


class HasOneBudgetForAllDays(InMemoryWorkLedger):
    """W7."""

    async def spend(self, tenant: str, day: str, amount: int, *, limit: int, now_ms: int) -> bool:
        return await super().spend(tenant, "", amount, limit=limit, now_ms=now_ms)


class ForgetsInAnOutage(InMemoryWorkLedger):
    """W9: what was due when it went down is not any more."""

    async def finish(self, claim: Claim, session: str, *, upto: int, now_ms: int) -> bool:
        if self._kept.down:
            self._kept.work.parts[claim.partition].marks.pop(session, None)
        return await super().finish(claim, session, upto=upto, now_ms=now_ms)


class PretendsThereIsNoWork(InMemoryWorkLedger):
    """W9."""

    async def claim(self, **asked: Any) -> list[Claim]:
        return [] if self._kept.down else await super().claim(**asked)


class RaisesWhatTheDriverRaises(InMemoryWorkLedger):
    """W9."""

    async def due(self, partition: Partition, *, now_ms: int) -> list[DueSession]:
        try:
            return await super().due(partition, now_ms=now_ms)
        except StoreUnavailableError as exc:
            raise ConnectionError from exc


class LetsItSpendInAnOutage(InMemoryWorkLedger):
    """W9."""

    async def spend(self, tenant: str, day: str, amount: int, **how: Any) -> bool:
        return self._kept.down or await super().spend(tenant, day, amount, **how)


MUTANTS: tuple[type[InMemorySessionStore | InMemoryWorkLedger], ...] = tuple(
    value
    for name, value in dict(globals()).items()
    if isinstance(value, type) and value.__module__ == __name__ and not name.startswith("_")
)
