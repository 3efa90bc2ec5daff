"""The connection: where handles of users come from."""

from collections.abc import Callable
from datetime import datetime
from typing import Self

from memlane.engine import stats
from memlane.engine.core import Core
from memlane.engine.due import due_work
from memlane.engine.health import health
from memlane.engine.labour import Labour
from memlane.engine.person import AsyncUser
from memlane.engine.recollect import check_limit
from memlane.engine.workshop import Workshop
from memlane.errors import UnsupportedError
from memlane.protocols.work import DuePartition
from memlane.types.ids import check_id, make_partition
from memlane.types.key import KeyInfo
from memlane.types.state import HealthCheck, ModelNames
from memlane.types.usage import SeenUser, Step, UsagePoint


class AsyncMemlane:
    """A connection to Memlane's memory on some stores; an async context manager."""

    def __init__(self, core: Core) -> None:
        """Use the parts in `core`, which this connection closes."""
        self._core = core
        self._workshop = Workshop(core, core.ledger, Labour(core).work)
        if core.ledger is not None and core.plan.in_process:
            core.work_came = self._workshop.notice
            self._workshop.notice()

    def user(self, user_id: str, *, tenant: str = "default") -> AsyncUser:
        """Return the handle of a user.

        Args:
            user_id: Any text of 1-512 characters without NUL, compared exactly.
            tenant: Whose user it is; likewise.

        Raises:
            UsageError: not a valid id.
        """
        return AsyncUser(self._core, make_partition(user_id, tenant))

    async def run_due(
        self, *, tenant: str | None = None, until_idle: bool = True, progress: Callable[[int], None] | None = None
    ) -> int:
        """Do the due background work now, in this process, and return how much was written.

        Each session appended to since work last looked is due: facts are looked for in what is new, a window past its
        limits is summarised, the episode is written. Nothing waits for quiet here. Work that fails stays due.

        Args:
            tenant: Only that of its users; None for those of all.
            until_idle: Go on until nothing is due, also waiting for what others are working on; otherwise once around.
            progress: Called with how much was written so far.

        Raises:
            UsageError: not a valid tenant.
            SettingError: the model, its key or its address is not accepted.
            MissingExtraError: the model's package is not installed.
            UnsupportedError: the session store keeps no ledger of work.
            StoreUnavailableError: a store cannot be reached.
        """
        self._core.check_open()
        wanted = None if tenant is None else check_id(tenant, "tenant")
        return await self._workshop.run(tenant=wanted, until_idle=until_idle, progress=progress)

    async def serve_work(self, *, progress: Callable[[int], None] | None = None) -> int:
        """Do what becomes due until stop_work() is called, as `memlane worker` does; return how much was written.

        A store that is down is waited for.

        Raises:
            SettingError: the model, its key or its address is not accepted.
            MissingExtraError: the model's package is not installed.
            UnsupportedError: the session store keeps no ledger of work.
        """
        self._core.check_open()
        return await self._workshop.serve(progress=progress)

    def stop_work(self) -> None:
        """Let serve_work() return once it has finished what it is working on."""
        self._workshop.stop()

    async def work(self, *, tenant: str | None = None, limit: int = 1_000) -> list[DuePartition]:
        """Return the users with due or set-aside work, the longest waiting first.

        Args:
            tenant: Only users of this tenant; None for those of all.
            limit: At most this many users, 1-10,000.

        Raises:
            UsageError: an argument is out of range.
            UnsupportedError: the session store keeps no ledger of work.
            StoreUnavailableError: the store cannot be reached.
        """
        self._core.check_open()
        return await due_work(self._core, self._workshop.ledger, tenant=tenant, limit=check_limit(limit))

    async def retry_work(self, *, tenant: str | None = None) -> int:
        """Bring back the sessions that were set aside after too many failures; return how many.

        Args and errors as `work`.
        """
        ledger, now_ms, retried = self._workshop.ledger, self._core.clock.now_ms(), 0
        for listed in await self.work(tenant=tenant, limit=10_000):
            aside = [due.session for due in listed.sessions if due.set_aside]
            if aside:
                retried += await ledger.retry(listed.partition, aside, now_ms=now_ms)
        return retried

    async def users(self, *, tenant: str = "default", after: str | None = None, limit: int = 1_000) -> list[SeenUser]:
        """Return the users of a tenant of whom something was counted and who were not erased, by id (code points).

        What other processes have counted in the last seconds may be missing.

        Args:
            tenant: Whose users.
            after: Only ids behind this one: the last of the page before.
            limit: At most this many, 1-10,000.

        Raises:
            UsageError: an argument is out of range.
            UnsupportedError: the session store keeps no usage.
            StoreUnavailableError: the store cannot be reached.
        """
        return await stats.seen_users(self._core, tenant, after=after, limit=limit)

    async def stats(
        self,
        *,
        tenant: str = "default",
        step: Step = "day",
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> list[UsagePoint]:
        """Return how much the users of a tenant used over time, oldest first; steps without any are left out.

        Messages that were new, tokens as providers counted them (else as estimated) also where the answer was not kept,
        and searches. What an export restored is not counted. What other processes have counted in the last seconds may
        be missing. Users who were erased stay in the sums.

        Args:
            tenant: Whose usage.
            step: `minute` (kept for two days), `hour` (90 days) or `day` (five years).
            since: From the step in which this time is; by default 30 days, 7 days or 24 hours before `until`.
            until: Before this time, its step included; by default now.

        Raises:
            UsageError: an argument is out of range, or `since` is not before `until`.
            UnsupportedError: the session store keeps no usage.
            StoreUnavailableError: the store cannot be reached.
        """
        return await stats.tenant_stats(self._core, tenant, step=step, since=since, until=until)

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

    async def health(self) -> list[HealthCheck]:
        """Return whether each part works: stores, embedder, token counter, chat model, background work.

        A part that does not is told as a `fault`, not raised. Models and embedders of providers are named, not asked:
        that costs.

        Raises:
            ClosedError: the connection is closed.
        """
        return await health(self._core)

    async def models(self) -> ModelNames:
        """Return which chat models `chat` and `stream` take by name: the connection's own, and those offered beside it.

        Raises:
            ClosedError: the connection is closed.
        """
        self._core.check_open()
        return self._core.models.names

    async def keys(self, *, tenant: str = "default") -> list[KeyInfo]:
        """Return the API keys of a tenant that are in this store and have not expired, oldest first; never a secret.

        Raises:
            UsageError: not a valid tenant.
            UnsupportedError: the store keeps no keys.
            StoreUnavailableError: the store cannot be reached.
        """
        self._core.check_open()
        wanted = check_id(tenant, "tenant")
        if self._core.keys is None:
            raise UnsupportedError("this store keeps no API keys")
        return await self._core.keys.list(wanted)

    async def aclose(self) -> None:
        """Stop background work and release what this connection opened; a second call does nothing."""
        await self._core.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.aclose()
