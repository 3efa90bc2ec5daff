"""Ledgers, and session stores that mark for them, that each break one promise, named for what they do wrong.

The suite must fail on every one; a session store is run with the ledger it should serve, and the other way about.
Here: what is due and what is gone (W1, W6, and P11 of session stores).
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from memlane.protocols.sessions import Appended, NewMessage
from memlane.protocols.work import Claim
from memlane.testing.fake_marks import WorkPart
from memlane.testing.fake_sessions import InMemorySessionStore
from memlane.testing.fake_work import InMemoryWorkLedger
from memlane.types.ids import Partition, SessionKey


class MarksNothing(InMemorySessionStore):
    """P11."""

    async def append(self, key: SessionKey, messages: Sequence[NewMessage], **times: Any) -> list[Appended]:
        before = self._shelf.work.parts.pop(key.partition, None)
        results = await super().append(key, messages, **times)
        self._shelf.work.parts.pop(key.partition, None)
        if before is not None:
            self._shelf.work.parts[key.partition] = before
        return results


class MarksAfterwards(InMemorySessionStore):
    """P11: in a second step that a cancellation prevents."""

    async def append(self, key: SessionKey, messages: Sequence[NewMessage], **times: Any) -> list[Appended]:
        part = self._shelf.work.parts.get(key.partition)
        known = part is not None and key.session in part.marks
        results = await super().append(key, messages, **times)
        if not known:
            self._shelf.work.forget(key)
            await asyncio.sleep(0)
            self._shelf.work.mark(key, times["now_ms"])
        return results


class MarksOnlyTheFirstAppend(InMemorySessionStore):
    """P11: it believes that a session it made due is due still."""

    async def append(self, key: SessionKey, messages: Sequence[NewMessage], **times: Any) -> list[Appended]:
        old = self._shelf.live(key, times["now_ms"])
        part = self._shelf.work.parts.get(key.partition)
        clear = part is None or key.session not in part.marks
        results = await super().append(key, messages, **times)
        if old is not None and old.last_position > len(messages) and clear:
            self._shelf.work.forget(key)
        return results


class MarksNoMixedBlock(InMemorySessionStore):
    """P11: a block is no news when something in it was known."""

    async def append(self, key: SessionKey, messages: Sequence[NewMessage], **times: Any) -> list[Appended]:
        part = self._shelf.work.parts.get(key.partition)
        clear = part is None or key.session not in part.marks
        results = await super().append(key, messages, **times)
        if clear and any(result.body is not None for result in results):
            self._shelf.work.forget(key)
        return results


class MarksOnEveryWrite(InMemorySessionStore):
    """P11."""

    async def write_fields(self, key: SessionKey, fields: Any, **times: Any) -> None:
        await super().write_fields(key, fields, **times)
        self._shelf.work.mark(key, times["now_ms"])


class MarksAnew(InMemorySessionStore):
    """P11: it is due since the newest append."""

    async def append(self, key: SessionKey, messages: Sequence[NewMessage], **times: Any) -> list[Appended]:
        results = await super().append(key, messages, **times)
        part = self._shelf.work.parts.get(key.partition)
        if part is not None and key.session in part.marks:
            part.marks[key.session].since_ms = times["now_ms"]
        return results


class LeavesMarksOfDeletedSessions(InMemorySessionStore):
    """W6."""

    async def delete(self, key: SessionKey) -> int:
        part = self._shelf.work.parts.get(key.partition)
        mark = None if part is None else part.marks.get(key.session)
        count = await super().delete(key)
        if part is not None and mark is not None:
            self._shelf.work.parts[key.partition] = part
            part.marks[key.session] = mark
        return count


class LeavesWorkOfErasedUsers(InMemorySessionStore):
    """W6."""

    async def erase(self, partition: Partition) -> dict[str, int]:
        part = self._shelf.work.parts.pop(partition, None)
        counts = await super().erase(partition)
        if part is not None:
            self._shelf.work.parts[partition] = part
        return counts


class LeavesLeasesOfErasedUsers(InMemorySessionStore):
    """W6: the sessions' marks go, but not what is leased."""

    async def erase(self, partition: Partition) -> dict[str, int]:
        part = self._shelf.work.parts.get(partition)
        counts = await super().erase(partition)
        if part is not None and part.lease:
            self._shelf.work.parts[partition] = part
        return counts


class FinishesWhateverCame(InMemoryWorkLedger):
    """W1: the mark is taken for a message in a queue."""

    async def finish(self, claim: Claim, session: str, *, upto: int, now_ms: int) -> bool:
        return await super().finish(claim, session, upto=10**9, now_ms=now_ms)


class NeverFinishes(InMemoryWorkLedger):
    """W1."""

    async def finish(self, claim: Claim, session: str, *, upto: int, now_ms: int) -> bool:
        return await super().finish(claim, session, upto=upto - 1, now_ms=now_ms)


class FinishesOnlyWhatIsExact(InMemoryWorkLedger):
    """W1: only for the newest position itself."""

    async def finish(self, claim: Claim, session: str, *, upto: int, now_ms: int) -> bool:
        known = self._shelf.live(SessionKey(claim.partition, session), now_ms)
        if known is not None and known.last_position != upto:
            return False
        return await super().finish(claim, session, upto=upto, now_ms=now_ms)


class FinishesInTwoSteps(InMemoryWorkLedger):
    """W1: what is appended between the look and the mark's removal is forgotten."""

    async def finish(self, claim: Claim, session: str, *, upto: int, now_ms: int) -> bool:
        known = self._shelf.live(SessionKey(claim.partition, session), now_ms)
        if known is not None and known.last_position > upto:
            return False
        await asyncio.sleep(0)
        return await super().finish(claim, session, upto=10**9, now_ms=now_ms)


class FinishesThePartition(InMemoryWorkLedger):
    """W1: with one session all are cleared."""

    async def finish(self, claim: Claim, session: str, *, upto: int, now_ms: int) -> bool:
        clear = await super().finish(claim, session, upto=upto, now_ms=now_ms)
        if clear and claim.partition in self._shelf.work.parts:
            self._shelf.work.parts[claim.partition].marks.clear()
        return clear


class KeepsWhatIsNoMore(InMemoryWorkLedger):
    """W1: a session that is gone is never clear."""

    async def finish(self, claim: Claim, session: str, *, upto: int, now_ms: int) -> bool:
        gone = self._shelf.live(SessionKey(claim.partition, session), now_ms) is None
        return not gone and await super().finish(claim, session, upto=upto, now_ms=now_ms)


class FinishesByPrefix(InMemoryWorkLedger):
    """W6."""

    async def finish(self, claim: Claim, session: str, *, upto: int, now_ms: int) -> bool:
        part = self._shelf.work.parts.get(claim.partition, WorkPart(0))
        for name in [name for name in part.marks if name.startswith(session)]:
            await super().finish(claim, name, upto=upto, now_ms=now_ms)
        return await super().finish(claim, session, upto=upto, now_ms=now_ms)


MUTANTS: tuple[type[InMemorySessionStore | InMemoryWorkLedger], ...] = tuple(
    value
    for name, value in dict(globals()).items()
    if isinstance(value, type) and value.__module__ == __name__ and not name.startswith("_")
)
