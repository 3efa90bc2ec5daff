"""The whole of a tenant, for those who run it: users, usage, background work, health, and who is asking."""

from typing import Annotated

import msgspec
from msgspec import Meta

from memlane.api.bodies import Body, Count, DueWork, Health, KeyList, RunWork, Stats, Users, WorkList
from memlane.protocols.work import DuePartition
from memlane.server.v1.calls import NoQuery, TenantCall
from memlane.server.v1.cursors import make_cursor, read_cursor
from memlane.server.v1.operations import Operations
from memlane.server.v1.pages import Page
from memlane.server.v1.stats import AskStats
from memlane.types.state import HealthCheck, ModelNames
from memlane.types.times import from_ms

operations = Operations("tenant", __doc__)
_WHERE = "file"
"""The fact about a store that tells where it is on the server's machine; callers are not told."""


class AskWork(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much.

    Attributes:
        limit: Of at most this many users, 1-10,000.
    """

    limit: Annotated[int, Meta(ge=1, le=10_000)] = 1_000


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """What a credential allows.

    Attributes:
        tenant: The tenant it acts for.
        user: The only user it may act for; null for all.
        scopes: What it may do.
    """

    tenant: str
    user: str | None
    scopes: list[str]


@operations.at("GET", "/whoami", scope=None)
async def whoami(call: TenantCall[None, NoQuery]) -> Caller:
    """Return what the credential of this call allows."""
    credential = call.credential
    return Caller(tenant=credential.tenant, user=credential.user, scopes=sorted(credential.scopes))


@operations.at("GET", "/health", scope="read")
async def get_health(call: TenantCall[None, NoQuery]) -> Health:
    """Return facts about the stores, and whether each part works; a store that is down is told as a problem.

    Models and embedders of providers are named, not asked.
    """
    checks = [_without_words(check) for check in await call.memory.health()]
    found = await call.memory.ping()
    return Health(stores={name: _without_place(facts) for name, facts in found.items()}, checks=checks)


def _without_words(check: HealthCheck) -> HealthCheck:
    """Return a check without an error's own words, which may name the server's files, hosts and settings."""
    if check.state == "fault":
        return msgspec.structs.replace(check, detail="it does not work; the server's log says why", fix="")
    return check


@operations.at("GET", "/models", scope="read")
async def list_models(call: TenantCall[None, NoQuery]) -> ModelNames:
    """Return which models a turn may ask for by name: the server's own first, and those offered beside it."""
    return await call.memory.models()


@operations.at("GET", "/keys", scope="admin", optional=True)
async def list_keys(call: TenantCall[None, NoQuery]) -> KeyList:
    """Return the API keys of the tenant that have not expired, oldest first; never a secret."""
    return KeyList(keys=await call.memory.keys(tenant=call.tenant))


def _without_place(facts: dict[str, str]) -> dict[str, str]:
    return {what: told for what, told in facts.items() if what != _WHERE}


class AskUsers(Page, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which users.

    Attributes:
        after: Only users whose ids come after this one; not together with a cursor, which says it itself.
        limit: At most this many, 1-1,000.
        cursor: Where to go on, as the page before said.
    """

    after: str | None = None


@operations.at("GET", "/users", scope="admin", optional=True)
async def list_users(call: TenantCall[None, AskUsers]) -> Users:
    """Return the users of the tenant that something was counted of, by id."""
    of, limit = ("users", call.tenant), call.query.limit
    after = read_cursor(of, call.query.cursor, str) if call.query.cursor else call.query.after
    found = await call.memory.users(tenant=call.tenant, after=after, limit=limit + 1)
    page = found[:limit]
    return Users(users=page, cursor=make_cursor(of, page[-1].user) if len(found) > limit else None)


@operations.at("GET", "/stats", scope="admin", optional=True)
async def get_stats(call: TenantCall[None, AskStats]) -> Stats:
    """Return what the tenant used, over time."""
    asked = call.query
    points = await call.memory.stats(tenant=call.tenant, step=asked.step, since=asked.since, until=asked.until)
    return Stats(step=asked.step, points=points)


@operations.at("GET", "/work", scope="admin", optional=True)
async def list_work(call: TenantCall[None, AskWork]) -> WorkList:
    """Return the sessions with background work that is due or was set aside, the longest waiting first."""
    listed = await call.memory.work(tenant=call.tenant, limit=call.query.limit)
    return WorkList(work=[work for partition in listed for work in _due(partition)])


def _due(listed: DuePartition) -> list[DueWork]:
    return [
        DueWork(
            user=listed.partition.user,
            session=due.session,
            since=from_ms(due.since_ms),
            ready_at=from_ms(listed.ready_at_ms),
            is_leased=listed.leased,
            tries=due.tries,
            is_set_aside=due.set_aside,
            error=due.error,
        )
        for due in listed.sessions
    ]


@operations.at("POST", "/work/retry", scope="admin", optional=True)
async def retry_work(call: TenantCall[None, NoQuery]) -> Count:
    """Bring back the sessions of the tenant that were set aside after too many failures."""
    return Count(count=await call.memory.retry_work(tenant=call.tenant))


@operations.at("POST", "/work/run", scope="admin", asks_model=True)
async def run_work(call: TenantCall[RunWork, NoQuery]) -> Count:
    """Do the due background work of the tenant now, in the server, and return how much was written."""
    return Count(count=await call.memory.run_due(tenant=call.tenant, until_idle=call.body.until_idle))


@operations.at("POST", "/sweep", scope="admin")
async def sweep(call: TenantCall[None, NoQuery]) -> Count:
    """Remove what has expired from the stores now; it is never returned in any case."""
    return Count(count=await call.memory.sweep())
