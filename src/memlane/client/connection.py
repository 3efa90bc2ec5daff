"""A connection to a Memlane server."""

from collections.abc import Callable
from datetime import datetime

from memlane.api.bodies import Count, Health, KeyList, RunWork, Stats, Users, WorkList
from memlane.api.paths import HEALTH, KEYS, MODELS, STATS, SWEEP, USERS, WORK
from memlane.client.bodies import moment
from memlane.client.caller import OWN_TENANT, PAGE, Caller
from memlane.client.due_work import partitions
from memlane.client.user import RemoteUser
from memlane.engine.client import AsyncMemlane
from memlane.engine.person import AsyncUser
from memlane.engine.recollect import check_limit
from memlane.errors import UnsupportedError
from memlane.protocols.work import DuePartition
from memlane.types.ids import check_id, make_partition
from memlane.types.key import KeyInfo
from memlane.types.state import HealthCheck, ModelNames
from memlane.types.usage import SeenUser, Step, UsagePoint


class RemoteMemlane(AsyncMemlane):
    """A connection to the memory of a server; an async context manager.

    The tenant is that of the key. A handle for another one raises ForbiddenError when it is first used.
    """

    def __init__(self, caller: Caller) -> None:  # pyright: ignore[reportMissingSuperCall] -- there is no engine here
        """Ask through `caller`, which this connection closes."""
        self._caller = caller

    def user(self, user_id: str, *, tenant: str = OWN_TENANT) -> AsyncUser:
        """As `AsyncMemlane.user`; `default` is the tenant of the key."""
        return RemoteUser(self._caller.for_tenant(tenant), make_partition(user_id, tenant))

    async def users(self, *, tenant: str = OWN_TENANT, after: str | None = None, limit: int = 1_000) -> list[SeenUser]:
        """As `AsyncMemlane.users`."""
        caller, wanted, found = self._of(tenant), check_limit(limit), list[SeenUser]()
        start = None if after is None else check_id(after, "after")
        async for page in caller.pages(USERS, Users, limit=min(wanted, PAGE), after=start):
            found += page.users
            if len(found) >= wanted:
                break
        return found[:wanted]

    async def stats(
        self,
        *,
        tenant: str = OWN_TENANT,
        step: Step = "day",
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> list[UsagePoint]:
        """As `AsyncMemlane.stats`."""
        span = {"since": moment(since, "since"), "until": moment(until, "until")}
        return (await self._of(tenant).get(STATS, Stats, step=step, **span)).points

    async def run_due(
        self, *, tenant: str | None = None, until_idle: bool = True, progress: Callable[[int], None] | None = None
    ) -> int:
        """As `AsyncMemlane.run_due`, in the server and for the tenant of the key; `progress` is called at the end."""
        asked = RunWork(until_idle=until_idle)
        done = (await self._of(tenant).post(f"{WORK}/run", asked, Count, slow=True)).count
        if progress and done:
            progress(done)
        return done

    async def serve_work(self, *, progress: Callable[[int], None] | None = None) -> int:  # noqa: ARG002 -- as the base
        """Refuse: a worker needs the stores.

        Raises:
            UnsupportedError: always.
        """
        self._caller.check_open()
        raise UnsupportedError("a server does its own background work; run `memlane worker` on its stores for more")

    def stop_work(self) -> None:
        """As `AsyncMemlane.stop_work`: there is none to stop here."""

    async def work(self, *, tenant: str | None = None, limit: int = 1_000) -> list[DuePartition]:
        """As `AsyncMemlane.work`, for the tenant of the key."""
        caller = self._of(tenant)
        listed = await caller.get(WORK, WorkList, limit=check_limit(limit))
        return partitions(listed.work, await caller.own_tenant() if listed.work else OWN_TENANT)

    async def retry_work(self, *, tenant: str | None = None) -> int:
        """As `AsyncMemlane.retry_work`, for the tenant of the key."""
        return (await self._of(tenant).post(f"{WORK}/retry", None, Count)).count

    async def sweep(self) -> int:
        """As `AsyncMemlane.sweep`."""
        return (await self._caller.post(SWEEP, None, Count, slow=True)).count

    async def ping(self) -> dict[str, dict[str, str]]:
        """As `AsyncMemlane.ping`: facts about the server's stores."""
        return (await self._caller.get(HEALTH, Health)).stores

    async def health(self) -> list[HealthCheck]:
        """As `AsyncMemlane.health`, of the server's parts; a store of it that is down is raised."""
        return (await self._caller.get(HEALTH, Health)).checks

    async def models(self) -> ModelNames:
        """As `AsyncMemlane.models`: the server's."""
        return await self._caller.get(MODELS, ModelNames)

    async def keys(self, *, tenant: str = OWN_TENANT) -> list[KeyInfo]:
        """As `AsyncMemlane.keys`, of the tenant of the key."""
        return (await self._of(tenant).get(KEYS, KeyList)).keys

    async def aclose(self) -> None:
        """Close the connections to the server; a second call does nothing."""
        await self._caller.aclose()

    def _of(self, tenant: str | None) -> Caller:
        return self._caller if tenant is None else self._caller.for_tenant(check_id(tenant, "tenant"))
