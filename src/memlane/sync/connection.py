"""The blocking face of a connection."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Self

from memlane.engine.client import AsyncMemlane
from memlane.errors import ClosedError
from memlane.protocols.work import DuePartition
from memlane.sync.loop import LoopThread
from memlane.sync.user import User
from memlane.types.key import KeyInfo
from memlane.types.state import HealthCheck, ModelNames
from memlane.types.usage import SeenUser, Step, UsagePoint


class Memlane:
    """A connection to Memlane's memory on some stores; a context manager."""

    def __init__(self, open_connection: Callable[[], Awaitable[AsyncMemlane]]) -> None:
        """Open a connection on a loop thread of its own."""
        self._loop = LoopThread()
        try:
            self._memlane = self._loop.run(_awaited(open_connection))
        except BaseException:
            self._loop.close()
            raise

    def user(self, user_id: str, *, tenant: str = "default") -> User:
        """As `AsyncMemlane.user`."""
        return User(self._memlane.user(user_id, tenant=tenant), self._loop)

    def run_due(
        self, *, tenant: str | None = None, until_idle: bool = True, progress: Callable[[int], None] | None = None
    ) -> int:
        """As `AsyncMemlane.run_due`; `progress` is called on the connection's thread."""
        return self._loop.run(self._memlane.run_due(tenant=tenant, until_idle=until_idle, progress=progress))

    def serve_work(self, *, progress: Callable[[int], None] | None = None) -> int:
        """As `AsyncMemlane.serve_work`; `progress` is called on the connection's thread."""
        return self._loop.run(self._memlane.serve_work(progress=progress))

    def stop_work(self) -> None:
        """As `AsyncMemlane.stop_work`, from any thread."""
        self._loop.call(self._memlane.stop_work)

    def work(self, *, tenant: str | None = None, limit: int = 1_000) -> list[DuePartition]:
        """As `AsyncMemlane.work`."""
        return self._loop.run(self._memlane.work(tenant=tenant, limit=limit))

    def retry_work(self, *, tenant: str | None = None) -> int:
        """As `AsyncMemlane.retry_work`."""
        return self._loop.run(self._memlane.retry_work(tenant=tenant))

    def users(self, *, tenant: str = "default", after: str | None = None, limit: int = 1_000) -> list[SeenUser]:
        """As `AsyncMemlane.users`."""
        return self._loop.run(self._memlane.users(tenant=tenant, after=after, limit=limit))

    def stats(
        self,
        *,
        tenant: str = "default",
        step: Step = "day",
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> list[UsagePoint]:
        """As `AsyncMemlane.stats`."""
        return self._loop.run(self._memlane.stats(tenant=tenant, step=step, since=since, until=until))

    def sweep(self) -> int:
        """As `AsyncMemlane.sweep`."""
        return self._loop.run(self._memlane.sweep())

    def ping(self) -> dict[str, dict[str, str]]:
        """As `AsyncMemlane.ping`."""
        return self._loop.run(self._memlane.ping())

    def health(self) -> list[HealthCheck]:
        """As `AsyncMemlane.health`."""
        return self._loop.run(self._memlane.health())

    def models(self) -> ModelNames:
        """As `AsyncMemlane.models`."""
        return self._loop.run(self._memlane.models())

    def keys(self, *, tenant: str = "default") -> list[KeyInfo]:
        """As `AsyncMemlane.keys`."""
        return self._loop.run(self._memlane.keys(tenant=tenant))

    def close(self) -> None:
        """Stop background work and release what this connection opened; a second call does nothing."""
        try:
            self._loop.run(self._memlane.aclose())
        except ClosedError:
            if asyncio._get_running_loop() is not None:  # noqa: SLF001 -- as above
                raise
        self._loop.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


async def _awaited(open_connection: Callable[[], Awaitable[AsyncMemlane]]) -> AsyncMemlane:
    return await open_connection()
