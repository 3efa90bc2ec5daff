"""Memories of a user: listing, browsing, remembering, reading, correcting, forgetting, and their history."""

from typing import Any, cast

import msgspec

from memlane.api.bodies import Browse, Correct, Growth, Memories, Pin, Remember, Revert, Versions
from memlane.engine.browse import BrowseOptions
from memlane.errors import NotFoundError
from memlane.server.v1.answers import Tagged, tag_of
from memlane.server.v1.calls import MemoryCall, NoQuery, UserCall
from memlane.server.v1.cursors import Moment, make_cursor, read_cursor
from memlane.server.v1.matching import IF_MATCH, check_match
from memlane.server.v1.operations import Operations
from memlane.server.v1.pages import Page
from memlane.server.v1.stats import AskStats
from memlane.types.memory import Memory
from memlane.types.page import MemoryPage

operations = Operations("memories", __doc__)
_U = "/users/{user}"
_EXAMPLE = {"text": "Prefers window seats", "kind": "preference"}
_M = f"{_U}/memories/{{memory}}"


class AskMemories(Page, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which memories.

    Attributes:
        kind: Only memories of this kind; may stand several times.
        session: Only memories of this session; may stand several times.
        limit: At most this many, 1-1,000.
        cursor: Where to go on, as the page before said.
    """

    kind: list[str] | None = None
    session: list[str] | None = None


class _Place(msgspec.Struct, frozen=True, array_like=True):
    """The memory after which a list goes on."""

    created_at: Moment
    id: str


@operations.at("GET", f"{_U}/memories", scope="read")
async def list_memories(call: UserCall[None, AskMemories]) -> Memories:
    """Return what is remembered, oldest first, optionally of some kinds or sessions only."""
    asked = call.query
    of = ("memories", call.user.tenant, call.user.id, *(asked.kind or ()), "", *(asked.session or ()))
    place = read_cursor(of, asked.cursor, _Place) if asked.cursor else None
    found = await call.user.memories(kinds=asked.kind, sessions=asked.session)
    later = found if place is None else [one for one in found if _is_after(one, place)]
    page = later[: asked.limit]
    if len(page) == len(later):
        return Memories(memories=page)
    return Memories(memories=page, cursor=make_cursor(of, _Place(page[-1].created_at, page[-1].id)))


@operations.at("POST", f"{_U}/browse", scope="read", example={"kinds": ["fact"], "containing": "oslo", "current": True})
async def browse_memories(call: UserCall[Browse, NoQuery]) -> MemoryPage:
    """Return a page of what is remembered, the newest first, and how much there is of each kind.

    The conditions stand in the body, since what is looked for may be as private as what is found.
    """
    return await call.user.browse(**cast("BrowseOptions", msgspec.structs.asdict(call.body)))


@operations.at("GET", f"{_U}/growth", scope="read")
async def get_growth(call: UserCall[None, AskStats]) -> Growth:
    """Return how many of the memories there are were made over time; all of it, when no time is named."""
    asked = call.query
    points = await call.user.growth(step=asked.step, since=asked.since, until=asked.until)
    return Growth(step=asked.step, points=points)


def _is_after(one: Memory, place: _Place) -> bool:
    return (one.created_at, one.id) > (place.created_at, place.id)


@operations.at("POST", f"{_U}/memories", scope="write", status=201, keyed=True, example=_EXAMPLE)
async def remember(call: UserCall[Remember, NoQuery]) -> Tagged[Memory]:
    """Remember something and return the memory."""
    asked = call.body
    memory = await call.user.remember(
        asked.text,
        id=call.id_for("memory") if asked.id is None else asked.id,
        kind=asked.kind,
        metadata=asked.metadata,
        expires_at=asked.expires_at,
    )
    return Tagged(memory, memory.version)


@operations.at("GET", _M, scope="read")
async def get_memory(call: MemoryCall[None, NoQuery]) -> Tagged[Memory]:
    """Return one memory."""
    memory = await _found(call)
    return Tagged(memory, memory.version)


@operations.at("PATCH", _M, scope="write", guarded=True, example={"text": "Lives in Bergen", "value": "Bergen"})
async def correct(call: MemoryCall[Correct, NoQuery]) -> Tagged[Memory]:
    """Make a memory say something else and return it; what was said, summaries and episodes cannot be corrected.

    That is a change like any other: what it said stays in its history, and `revert` undoes it.
    """
    asked, version = call.body, await _version(call)
    memory = await call.user.correct(call.memory_id, asked.text, value=asked.value, if_version=version)
    return Tagged(memory, memory.version)


@operations.at("DELETE", _M, scope="erase", guarded=True)
async def forget(call: MemoryCall[None, NoQuery]) -> None:
    """Remove one memory for good. A message still in its session's window stays there."""
    await call.user.forget(call.memory_id, if_version=await _version(call))


@operations.at("GET", f"{_M}/history", scope="read")
async def get_history(call: MemoryCall[None, NoQuery]) -> Versions:
    """Return every version of a memory, oldest first."""
    return Versions(versions=await call.user.history(call.memory_id))


@operations.at("POST", f"{_M}/revert", scope="write", guarded=True)
async def revert(call: MemoryCall[Revert, NoQuery]) -> Tagged[Memory]:
    """Make a memory what it was in an earlier version and return it; that is a change like any other."""
    memory = await call.user.revert(call.memory_id, call.body.version, if_version=await _version(call))
    return Tagged(memory, memory.version)


@operations.at("PUT", f"{_M}/pin", scope="write", guarded=True)
async def pin(call: MemoryCall[Pin, NoQuery]) -> Tagged[Memory]:
    """Keep a memory from fading and from being pruned, or let it go again; return it."""
    memory = await call.user.pin(call.memory_id, pinned=call.body.pinned, if_version=await _version(call))
    return Tagged(memory, memory.version)


async def _version(call: MemoryCall[Any, Any]) -> int | None:
    """Return the version that If-Match stands for, which the change is then made from; None where it is absent.

    Raises:
        NotFoundError: there is no such memory.
        PreconditionError: it is not what the caller saw.
    """
    header = call.request.headers.get(IF_MATCH)
    if header is None:
        return None
    memory = await _found(call)
    check_match(header, tag_of(memory, memory.version))
    return memory.version


async def _found(call: MemoryCall[Any, Any]) -> Memory:
    memory = await call.user.memory(call.memory_id)
    if memory is None:
        raise NotFoundError("there is no memory with this id")
    return memory
