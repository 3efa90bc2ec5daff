"""Sessions of a user: listing, looking at, closing, expiring, deleting, and what was used in one."""

import msgspec

from memlane.api.bodies import Body, Count, Expiry, Sessions, Stats
from memlane.errors import NotFoundError
from memlane.server.v1.calls import NoQuery, SessionCall, UserCall
from memlane.server.v1.cursors import Moment, make_cursor, read_cursor
from memlane.server.v1.operations import Operations
from memlane.server.v1.pages import Page
from memlane.server.v1.stats import AskStats
from memlane.types.session import SessionInfo
from memlane.types.turn import Usage

operations = Operations("sessions", __doc__)
_U = "/users/{user}"
_S = f"{_U}/sessions/{{session}}"


class AskDelete(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What goes with it.

    Attributes:
        memories: Whether what is remembered of it is forgotten too.
    """

    memories: bool = False


class _Place(msgspec.Struct, frozen=True, array_like=True):
    """The session after which a list goes on."""

    updated_at: Moment
    session: str


@operations.at("GET", f"{_U}/sessions", scope="read")
async def list_sessions(call: UserCall[None, Page]) -> Sessions:
    """Return live sessions, the most recently written first."""
    of = ("sessions", call.user.tenant, call.user.id)
    place = read_cursor(of, call.query.cursor, _Place) if call.query.cursor else None
    found = sorted(await call.user.sessions(), key=lambda one: one.session_id)
    found.sort(key=lambda one: one.updated_at, reverse=True)
    later = found if place is None else [one for one in found if _is_after(one, place)]
    page = later[: call.query.limit]
    if len(page) == len(later):
        return Sessions(sessions=page)
    return Sessions(sessions=page, cursor=make_cursor(of, _Place(page[-1].updated_at, page[-1].session_id)))


def _is_after(one: SessionInfo, place: _Place) -> bool:
    return one.updated_at < place.updated_at or (one.updated_at == place.updated_at and one.session_id > place.session)


@operations.at("GET", _S, scope="read", may_miss=True)
async def get_session(call: SessionCall[None, NoQuery]) -> SessionInfo:
    """Return how many messages a session has, when it began and was written to, and when what of it ends."""
    found = await call.session.info()
    if found is None:
        raise NotFoundError("there is no session with this id")
    return found


@operations.at("DELETE", _S, scope="erase")
async def delete_session(call: SessionCall[None, AskDelete]) -> Count:
    """Remove a session and return how many messages it had; what is remembered stays unless `memories` is true."""
    return Count(count=await call.session.delete(memories=call.query.memories))


@operations.at("PUT", f"{_S}/expiry", scope="write")
async def set_expiry(call: SessionCall[Expiry, NoQuery]) -> Count:
    """Set how long a session lives after its last write, or how long its last n messages still live."""
    return Count(count=await call.session.expire(call.body.ttl_seconds, last=call.body.last))


@operations.at("POST", f"{_S}/close", scope="write")
async def close_session(call: SessionCall[None, NoQuery]) -> None:
    """Say that a conversation is over: its facts and its episode are written soon, without waiting for quiet."""
    await call.session.close()


@operations.at("GET", f"{_S}/stats", scope="read", optional=True)
async def get_session_stats(call: SessionCall[None, AskStats]) -> Stats:
    """Return what was used in a session, over time."""
    asked = call.query
    points = await call.session.stats(step=asked.step, since=asked.since, until=asked.until)
    return Stats(step=asked.step, points=points)


@operations.at("POST", f"{_S}/usage", scope="write", optional=True)
async def record_usage(call: SessionCall[Usage, NoQuery]) -> None:
    """Count tokens of a model that the application called by itself."""
    await call.session.record_usage(call.body)
