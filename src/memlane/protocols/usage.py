"""What a store of usage over time promises."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from memlane.types.ids import Partition
from memlane.types.usage import Amounts, SeenUser, Step, UsagePoint


class Used(msgspec.Struct, frozen=True, kw_only=True):
    """What was used in one minute by one user, and in which session (None: in none)."""

    partition: Partition
    session: str | None
    minute_ms: int
    amounts: Amounts


class UsageStore(Protocol):
    """Keeps how much was used, by minute, hour and day, of tenants, users and sessions.

    A tenant's series is the sum of its users', a user's holds what its sessions used and what belongs to none.
    Arguments arrive checked. Times are milliseconds since 1970 UTC and come from the caller. Steps older than
    `memlane.types.usage.KEPT` (seen from `now_ms`) do not exist, whether or not they have been removed yet.
    Ids are opaque and compared exactly.

    Promises (each is a test in `memlane.testing.usage`):
        U1 what add() was given is counted once in each series it belongs to, also under concurrency.
        U2 points() returns the steps of [since, until) in which something was used, oldest first, in whole steps.
        U3 tenants, users and sessions never meet.
        U4 erase() leaves nothing of a partition: its series, those of its sessions, its name among the users, and what
           it used is taken out of nobody's sum but names nobody.
        U5 users() lists the users of a tenant in ascending order of id (by code point), those after `after`.
        U6 what is too old is neither returned nor kept for ever.
        U7 a store that cannot answer raises StoreUnavailableError within its time-out.
    """

    async def add(self, used: Sequence[Used], *, now_ms: int) -> None:
        """Count what was used; a call that fails may have counted a part."""
        ...

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
        ...

    async def users(self, tenant: str, *, after: str | None = None, limit: int = 1_000) -> list[SeenUser]:
        """Return users of a tenant that something was counted of and that were not erased."""
        ...

    async def erase(self, partition: Partition) -> int:
        """Remove every trace of a partition and return how many steps its own series had, of all lengths."""
        ...

    async def ping(self) -> dict[str, str]:
        """Return facts about the backend (`server`, `version`, …) or raise StoreUnavailableError."""
        ...

    async def aclose(self) -> None:
        """Release what this store opened itself."""
        ...
