"""The connection: where handles of users come from."""

from typing import Self

from memlane.engine.core import Core
from memlane.engine.person import AsyncUser
from memlane.types.ids import make_partition


class AsyncMemlane:
    """A connection to Memlane's memory on some stores; an async context manager."""

    def __init__(self, core: Core) -> None:
        """Use the parts in `core`, which this connection closes."""
        self._core = core

    def user(self, user_id: str, *, tenant: str = "default") -> AsyncUser:
        """Return the handle of a user.

        Args:
            user_id: Any text of 1-512 characters without NUL, compared exactly.
            tenant: Whose user it is; likewise.

        Raises:
            UsageError: not a valid id.
        """
        return AsyncUser(self._core, make_partition(user_id, tenant))

    async def sweep(self) -> int:
        """Remove what has expired from the stores now, and return how many messages and memories went.

        What has expired is never returned in any case; this frees its space earlier.

        Raises:
            StoreUnavailableError: a store cannot be reached.
        """
        self._core.check_open()
        now_ms = self._core.clock.now_ms()
        return await self._core.sessions.sweep(now_ms=now_ms) + await self._core.memories.sweep(now_ms=now_ms)

    async def ping(self) -> dict[str, dict[str, str]]:
        """Return facts about the stores: `sessions` and `memories`, each server, version and warnings.

        Raises:
            StoreUnavailableError: a store cannot be reached.
        """
        self._core.check_open()
        return {"sessions": await self._core.sessions.ping(), "memories": await self._core.memories.ping()}

    async def aclose(self) -> None:
        """Stop background work and release what this connection opened; a second call does nothing."""
        await self._core.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.aclose()
