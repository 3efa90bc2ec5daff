"""A work ledger of plain dictionaries: the reference for `WorkLedger`. Made by `InMemoryBackend.work()`."""

from collections.abc import Sequence
from uuid import uuid4

from memlane.errors import StoreUnavailableError
from memlane.protocols.work import Claim, DuePartition, DueSession
from memlane.testing.fake_marks import Mark, WorkPart
from memlane.testing.fake_sessions import SessionShelf
from memlane.types.ids import Partition, SessionKey

_TWO_DAYS_MS = 2 * 24 * 3_600_000


class InMemoryWorkLedger:
    """Keeps the marks of the sessions on a shelf; see `InMemoryBackend`."""

    def __init__(self, shelf: SessionShelf) -> None:
        self._kept = shelf

    @property
    def _shelf(self) -> SessionShelf:
        if self._kept.down:
            raise StoreUnavailableError("the in-memory backend was taken down")
        return self._kept

    async def claim(self, *, now_ms: int, lease_ms: int, limit: int = 1, early: bool = False) -> list[Claim]:
        """Lease partitions that are ready."""
        parts = self._shelf.work.parts
        free = [
            (partition, part)
            for partition, part in parts.items()
            if part.is_due and (part.ready_at_ms <= now_ms or (early and not part.lease))
        ]
        free.sort(key=lambda item: item[1].ready_at_ms)
        return [Claim(partition, _lease(part, now_ms + lease_ms)) for partition, part in free[:limit]]

    async def extend(self, claim: Claim, *, now_ms: int, lease_ms: int) -> bool:
        """Let a lease end later."""
        part = self._held(claim, now_ms)
        if part is None:
            return False
        part.ready_at_ms = now_ms + lease_ms
        return True

    async def due(self, partition: Partition, *, now_ms: int) -> list[DueSession]:  # noqa: ARG002 -- the protocol's
        """Return what is due in a partition, what was set aside included."""
        part = self._shelf.work.parts.get(partition)
        return [] if part is None else _due(part)

    async def finish(
        self, claim: Claim, session: str, *, upto: int, now_ms: int, created_at_ms: int | None = None
    ) -> bool:
        """Clear the mark of a session unless something was appended after `upto`."""
        part = self._held(claim, now_ms)
        if part is None:
            return False
        known = self._shelf.live(SessionKey(claim.partition, session), now_ms)
        is_other = known is not None and created_at_ms is not None and known.created_at_ms != created_at_ms
        if known is not None and (is_other or known.last_position > upto):
            return session not in part.marks
        part.marks.pop(session, None)
        return True

    async def fail(self, claim: Claim, session: str, *, error: str, set_aside: bool, now_ms: int) -> bool:
        """Count a failure of a session, or set it aside."""
        part = self._held(claim, now_ms)
        mark = None if part is None else part.marks.get(session)
        if mark is None:
            return False
        mark.tries += 1
        mark.error = error
        mark.set_aside = mark.set_aside or set_aside
        return True

    async def release(self, claim: Claim, *, at_ms: int, now_ms: int) -> None:
        """End a lease; what is still due can be claimed at `at_ms`."""
        part = self._held(claim, now_ms)
        if part is None:
            return
        part.lease = ""
        part.ready_at_ms = min(at_ms, now_ms) if part.has_news else at_ms
        if not part.marks:
            del self._shelf.work.parts[claim.partition]

    async def partitions(self, *, now_ms: int, limit: int) -> list[DuePartition]:
        """Return partitions with marks, the longest waiting first."""
        listed = [
            DuePartition(
                partition=partition, ready_at_ms=part.ready_at_ms, leased=part.is_held(now_ms), sessions=_due(part)
            )
            for partition, part in self._shelf.work.parts.items()
            if part.marks
        ]
        return sorted(listed, key=lambda one: one.sessions[0].since_ms)[:limit]

    async def retry(self, partition: Partition, sessions: Sequence[str], *, now_ms: int) -> int:
        """Bring back sessions that were set aside."""
        part = self._shelf.work.parts.get(partition)
        if part is None:
            return 0
        back = [name for name in dict.fromkeys(sessions) if name in part.marks and part.marks[name].set_aside]
        part.marks |= {name: Mark(part.marks[name].since_ms) for name in back}
        if back:
            part.call_back(now_ms)
        return len(back)

    async def spend(self, tenant: str, day: str, amount: int, *, limit: int, now_ms: int) -> bool:
        """Add to what a tenant has spent in a day if that stays within `limit`."""
        spent = self._shelf.work.spent
        for old in [key for key, (_, until_ms) in spent.items() if until_ms <= now_ms]:
            del spent[old]
        total = spent.get((tenant, day), (0, 0))[0] + amount
        if total > limit:
            return False
        spent[tenant, day] = total, now_ms + _TWO_DAYS_MS
        return True

    def _held(self, claim: Claim, now_ms: int) -> WorkPart | None:
        """Return what a claim is on, None when its lease has ended or was taken over."""
        part = self._shelf.work.parts.get(claim.partition)
        return part if part is not None and part.lease == claim.lease and part.is_held(now_ms) else None


def _lease(part: WorkPart, until_ms: int) -> str:
    part.lease, part.ready_at_ms, part.has_news = uuid4().hex, until_ms, False
    return part.lease


def _due(part: WorkPart) -> list[DueSession]:
    listed = [
        DueSession(session=name, since_ms=mark.since_ms, tries=mark.tries, set_aside=mark.set_aside, error=mark.error)
        for name, mark in part.marks.items()
    ]
    return sorted(listed, key=lambda one: one.since_ms)
