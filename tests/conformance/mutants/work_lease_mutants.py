"""Ledgers, and session stores that mark for them, that each break one promise, named for what they do wrong.

The suite must fail on every one; a session store is run with the ledger it should serve, and the other way about.
Here: who may work on what, until when, and what comes next (W2-W4, W8).
"""

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec

from memlane.protocols.sessions import Appended, NewMessage
from memlane.protocols.work import Claim, DuePartition
from memlane.testing.fake_marks import Mark, WorkPart
from memlane.testing.fake_sessions import InMemorySessionStore
from memlane.testing.fake_work import InMemoryWorkLedger
from memlane.types.ids import SessionKey


class CallsNothingBack(InMemorySessionStore):
    """W4: what was put off stays so, whatever becomes due."""

    async def append(self, key: SessionKey, messages: Sequence[NewMessage], **times: Any) -> list[Appended]:
        part = self._shelf.work.parts.get(key.partition)
        ready_at_ms = None if part is None or not part.is_due else part.ready_at_ms
        results = await super().append(key, messages, **times)
        if part is not None and ready_at_ms is not None:
            part.ready_at_ms = ready_at_ms
        return results


class TellsNoNewsDuringALease(InMemorySessionStore):
    """W4."""

    async def append(self, key: SessionKey, messages: Sequence[NewMessage], **times: Any) -> list[Appended]:
        results = await super().append(key, messages, **times)
        self._shelf.work.parts[key.partition].has_news = False
        return results


class LeasesInTwoSteps(InMemoryWorkLedger):
    """W2: several find the same partition free."""

    async def claim(self, **asked: Any) -> list[Claim]:
        kept = {partition: (part.lease, part.ready_at_ms) for partition, part in self._shelf.work.parts.items()}
        claims = await super().claim(**asked)
        taken = {claim.partition: self._shelf.work.parts[claim.partition] for claim in claims}
        until = {partition: (part.lease, part.ready_at_ms) for partition, part in taken.items()}
        for partition, part in taken.items():
            part.lease, part.ready_at_ms = kept[partition]
        await asyncio.sleep(0)
        for partition, part in taken.items():
            part.lease, part.ready_at_ms = until[partition]
        return claims


class GivesOneLeaseToAll(InMemoryWorkLedger):
    """W2: leases are not unique."""

    async def claim(self, **asked: Any) -> list[Claim]:
        claims = await super().claim(**asked)
        for claim in claims:
            self._shelf.work.parts[claim.partition].lease = "lease"
        return [Claim(claim.partition, "lease") for claim in claims]


class NeverEndsALease(InMemoryWorkLedger):
    """W2."""

    async def claim(self, **asked: Any) -> list[Claim]:
        return await super().claim(**{**asked, "lease_ms": 10**12})


class LeasesTooBriefly(InMemoryWorkLedger):
    """W2."""

    async def claim(self, **asked: Any) -> list[Claim]:
        return await super().claim(**{**asked, "lease_ms": asked["lease_ms"] - 1})


class TakesLeasedOnesEarly(InMemoryWorkLedger):
    """W2."""

    async def claim(self, *, early: bool = False, **asked: Any) -> list[Claim]:
        for part in self._shelf.work.parts.values() if early else ():
            part.lease = ""
        return await super().claim(early=early, **asked)


class IgnoresTheLimit(InMemoryWorkLedger):
    """W2."""

    async def claim(self, *, limit: int = 1, **asked: Any) -> list[Claim]:
        return await super().claim(limit=limit + 1, **asked)


class ExtendsNothing(InMemoryWorkLedger):
    """W2."""

    async def extend(self, claim: Claim, **asked: Any) -> bool:
        part = self._shelf.work.parts.get(claim.partition, WorkPart(0))
        until_ms = part.ready_at_ms
        extended = await super().extend(claim, **asked)
        part.ready_at_ms = until_ms
        return extended


class ExtendsWhatHasEnded(InMemoryWorkLedger):
    """W2: the lease is the caller's for ever."""

    async def extend(self, claim: Claim, *, now_ms: int, lease_ms: int) -> bool:
        part = self._shelf.work.parts.get(claim.partition)
        if part is not None and part.lease == claim.lease:
            part.ready_at_ms = now_ms + lease_ms
            return True
        return False


class _TrustsClaims(InMemoryWorkLedger):
    def _part(self, claim: Claim) -> WorkPart | None:
        return self._shelf.work.parts.get(claim.partition)


class LetsAnyoneFinish(_TrustsClaims):
    """W3."""

    def _held(self, claim: Claim, now_ms: int) -> WorkPart | None:
        return self._part(claim)


class LetsTheLateFinish(_TrustsClaims):
    """W3: only a lease that was taken over is refused."""

    def _held(self, claim: Claim, now_ms: int) -> WorkPart | None:
        part = self._part(claim)
        return part if part is not None and part.lease == claim.lease else None


class LooksAtTheTimeOnly(_TrustsClaims):
    """W3: whoever finishes before the end of the lease may, whose lease ever it is."""

    def _held(self, claim: Claim, now_ms: int) -> WorkPart | None:
        part = self._part(claim)
        return part if part is not None and part.is_held(now_ms) else None


class LetsAnyoneFail(InMemoryWorkLedger):
    """W3."""

    async def fail(self, claim: Claim, session: str, **how: Any) -> bool:
        part = self._shelf.work.parts.get(claim.partition)
        mine = Claim(claim.partition, part.lease) if part is not None else claim
        return await super().fail(mine, session, **how)


class ReleasesWhatOthersHold(InMemoryWorkLedger):
    """W3."""

    async def release(self, claim: Claim, *, at_ms: int, now_ms: int) -> None:
        part = self._shelf.work.parts.get(claim.partition)
        if part is not None and part.marks:
            part.lease, part.ready_at_ms = "", at_ms


class KeepsWhatIsNotDue(InMemoryWorkLedger):
    """W4: a released partition comes back for ever."""

    async def release(self, claim: Claim, *, at_ms: int, now_ms: int) -> None:
        part = self._shelf.work.parts.get(claim.partition)
        await super().release(claim, at_ms=at_ms, now_ms=now_ms)
        if part is not None:
            part.marks.setdefault("nothing", Mark(now_ms))
            self._shelf.work.parts[claim.partition] = part


class ForgetsWhatIsStillDue(InMemoryWorkLedger):
    """W4."""

    async def release(self, claim: Claim, *, at_ms: int, now_ms: int) -> None:
        if self._held(claim, now_ms) is not None:
            del self._shelf.work.parts[claim.partition]


class PutsNothingOff(InMemoryWorkLedger):
    """W4."""

    async def release(self, claim: Claim, *, at_ms: int, now_ms: int) -> None:
        await super().release(claim, at_ms=now_ms, now_ms=now_ms)


class WaitsThoughItIsEarly(InMemoryWorkLedger):
    """W4."""

    async def claim(self, *, early: bool = False, **asked: Any) -> list[Claim]:
        return await super().claim(**asked)


class ReleasesInTwoSteps(InMemoryWorkLedger):
    """W4: what becomes due between the look and the removal is forgotten."""

    async def release(self, claim: Claim, *, at_ms: int, now_ms: int) -> None:
        part = self._held(claim, now_ms)
        done = part is not None and not part.marks
        await asyncio.sleep(0)
        if done:
            self._shelf.work.parts.pop(claim.partition, None)
        else:
            await super().release(claim, at_ms=at_ms, now_ms=now_ms)


class ClaimsTheNewestFirst(InMemoryWorkLedger):
    """W8."""

    async def claim(self, *, limit: int = 1, **asked: Any) -> list[Claim]:
        parts = self._shelf.work.parts
        kept = {partition: part.ready_at_ms for partition, part in parts.items()}
        for part in parts.values():
            if part.ready_at_ms <= asked["now_ms"]:
                part.ready_at_ms = -part.ready_at_ms
        claims = await super().claim(limit=limit, **asked)
        for partition in kept.keys() - {claim.partition for claim in claims}:
            parts[partition].ready_at_ms = kept[partition]
        return claims


class ClaimsByName(InMemoryWorkLedger):
    """W8."""

    async def claim(self, *, limit: int = 1, **asked: Any) -> list[Claim]:
        parts = self._shelf.work.parts
        ready = [part for _, part in sorted(parts.items()) if part.ready_at_ms <= asked["now_ms"]]
        for number, part in enumerate(ready):
            part.ready_at_ms = number
        return await super().claim(limit=limit, **asked)


class ListsByName(InMemoryWorkLedger):
    """W8."""

    async def partitions(self, *, now_ms: int, limit: int) -> list[DuePartition]:
        listed = await super().partitions(now_ms=now_ms, limit=10_000)
        return sorted(listed, key=lambda one: one.partition)[:limit]


class HidesWhoHasALease(InMemoryWorkLedger):
    """W8."""

    async def partitions(self, *, now_ms: int, limit: int) -> list[DuePartition]:
        listed = await super().partitions(now_ms=now_ms, limit=limit)
        return [msgspec.structs.replace(one, leased=False) for one in listed]


MUTANTS: tuple[type[InMemorySessionStore | InMemoryWorkLedger], ...] = tuple(
    value
    for name, value in dict(globals()).items()
    if isinstance(value, type) and value.__module__ == __name__ and not name.startswith("_")
)
