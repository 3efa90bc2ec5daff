"""What a ledger of background work promises."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from memlane.types.ids import Partition


class Claim(msgspec.Struct, frozen=True):
    """A partition that this caller may work on until its lease ends. `lease` is opaque and unique."""

    partition: Partition
    lease: str


class DueSession(msgspec.Struct, frozen=True, kw_only=True):
    """A session in which something was appended that no work has seen.

    Attributes:
        session: The session.
        since_ms: When the first such append was made.
        tries: How often work on it has failed.
        set_aside: Whether it was given up until somebody says otherwise.
        error: Code of the last failure; empty when there was none.
    """

    session: str
    since_ms: int
    tries: int = 0
    set_aside: bool = False
    error: str = ""


class DuePartition(msgspec.Struct, frozen=True, kw_only=True):
    """A partition that has marks, as an operator sees it. `ready_at_ms`: when it may be claimed."""

    partition: Partition
    ready_at_ms: int
    leased: bool
    sessions: list[DueSession]


class WorkLedger(Protocol):
    """Knows which sessions have been appended to since background work last looked.

    The mark is a level, not a message: `SessionStore.append` on the same backend sets it in the same atomic write
    (where one write cannot reach it, just before), and only finish() for a position at or after the newest message
    clears it. Work that is done twice does no harm, so a crash between the two costs time and nothing else.
    Times are milliseconds since 1970 UTC and come from the caller.

    Promises (each is a test in `memlane.testing.work`):
        W1 once append() has returned, its session is due until finish() for its newest position or later; also when
           the append came between claim() and finish(), also after a restart of the server.
        W2 a partition is claimed by one caller at a time until its lease ends or release(); then by any again.
        W3 finish() and fail() of a caller whose lease has ended or was taken over change nothing and return False.
        W4 release() takes a partition off the ledger when no session in it is due; else it can be claimed at `at_ms`.
           An append to a session that was not due brings it back at once, during a lease with its release().
        W5 what was set aside is never due again by itself, but stays listed; retry() brings it back with no tries.
        W6 erase() of a partition and deletion of a session leave no mark of them; ids are opaque, compared exactly.
        W7 spend() never lets what is spent in one day pass the limit, also under concurrency.
        W8 claim() gives the partitions that have waited longest first.
        W9 a ledger that cannot answer raises StoreUnavailableError within its time-out, with nothing half-written.
    """

    async def claim(self, *, now_ms: int, lease_ms: int, limit: int = 1, early: bool = False) -> list[Claim]:
        """Lease partitions that are ready; with `early`, also those that release() put off, but none that is leased."""
        ...

    async def extend(self, claim: Claim, *, now_ms: int, lease_ms: int) -> bool:
        """Let a lease end later; return whether it was still the caller's."""
        ...

    async def due(self, partition: Partition, *, now_ms: int) -> list[DueSession]:
        """Return what is due in a partition, what was set aside included, the longest waiting first."""
        ...

    async def finish(
        self, claim: Claim, session: str, *, upto: int, now_ms: int, created_at_ms: int | None = None
    ) -> bool:
        """Clear the mark of a session unless something was appended after position `upto`; return whether it is clear.

        A session that is no more is clear. With `created_at_ms`, the mark of a later session of the same name stays.
        """
        ...

    async def fail(self, claim: Claim, session: str, *, error: str, set_aside: bool, now_ms: int) -> bool:
        """Count a failure of a session, or set it aside; `error` is a code. Return whether it counted."""
        ...

    async def release(self, claim: Claim, *, at_ms: int, now_ms: int) -> None:
        """End a lease; what is still due can be claimed at `at_ms`."""
        ...

    async def partitions(self, *, now_ms: int, limit: int) -> list[DuePartition]:
        """Return partitions with marks, the longest waiting first."""
        ...

    async def retry(self, partition: Partition, sessions: Sequence[str], *, now_ms: int) -> int:
        """Bring back sessions that were set aside, at once and with no tries; return how many."""
        ...

    async def spend(self, tenant: str, day: str, amount: int, *, limit: int, now_ms: int) -> bool:
        """Add to what a tenant has spent in a day (`2026-11-20`) if that stays within `limit`; return whether it did.

        What is kept of a day may be dropped two days later.
        """
        ...
