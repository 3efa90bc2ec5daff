"""What can be read by address: `memlane://…`, and the graph under the address that the reference server gives it.

Ids in addresses are percent-encoded, and decoded exactly once.
"""

from collections.abc import Awaitable, Callable
from urllib.parse import unquote

import msgspec

from memlane.engine.person import AsyncUser
from memlane.errors import NotFoundError, UsageError
from memlane.mcp import graph
from memlane.mcp.answers import Sessions
from memlane.mcp.caller import Toolset
from memlane.types.ids import segment
from memlane.types.message import Message

JSON = "application/json"
TEXT = "text/plain"
SESSIONS = "memlane://sessions"
TEMPLATE = SESSIONS + "/{session}"
MOST_SESSIONS = 100
MOST_MESSAGES = 1_000


class Resource(msgspec.Struct, frozen=True, kw_only=True):
    """Something that can be read."""

    uri: str
    name: str
    title: str
    about: str
    kind: str
    read: Callable[[AsyncUser], Awaitable[str]]


class Transcript(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation: its instructions, and its newest messages, oldest first."""

    session: str
    instructions: str | None
    messages: list[Message]


def offered(toolset: Toolset) -> list[Resource]:
    """Return the resources at fixed addresses."""
    return [*_FIXED, _GRAPH] if toolset != "memory" else list(_FIXED)


async def session_resources(person: AsyncUser) -> list[Resource]:
    """Return the most recent conversations as resources.

    Raises:
        StoreUnavailableError: the store cannot be reached.
    """
    sessions = (await person.sessions())[:MOST_SESSIONS]
    return [session_resource(one.session_id) for one in sessions]


def session_resource(session: str) -> Resource:
    """Return a conversation as a resource."""

    async def read(person: AsyncUser) -> str:
        handle = person.session(session)
        messages = await handle.messages(last=MOST_MESSAGES)
        instructions = await handle.instructions()
        if not messages and instructions is None:
            raise NotFoundError("there is no such conversation")
        return _json(Transcript(session=session, instructions=instructions, messages=messages))

    uri = f"{SESSIONS}/{segment(session)}"
    about = f"The newest {MOST_MESSAGES:,} messages of one conversation"
    return Resource(uri=uri, name=session, title=session, about=about, kind=JSON, read=read)


def find(uri: str, toolset: Toolset) -> Resource:
    """Return what stands at an address.

    Raises:
        NotFoundError: nothing can.
        UsageError: the id in it is not one.
    """
    for resource in offered(toolset):
        if resource.uri == uri:
            return resource
    root, _, encoded = uri.removeprefix(SESSIONS).partition("/")
    if not uri.startswith(SESSIONS) or root or not encoded or not encoded.isascii() or set(encoded) & set("/?#"):
        raise NotFoundError("there is no resource at this address")
    try:
        return session_resource(unquote(encoded, errors="strict"))
    except UnicodeDecodeError as exc:
        raise UsageError("the address is not percent-encoded UTF-8") from exc


async def _sessions(person: AsyncUser) -> str:
    sessions = await person.sessions()
    return _json(Sessions(sessions=sessions[:MOST_MESSAGES], more=max(0, len(sessions) - MOST_MESSAGES)))


async def _profile(person: AsyncUser) -> str:
    return await person.profile()


async def _preferences(person: AsyncUser) -> str:
    return _json(await person.preferences())


async def _graph(person: AsyncUser) -> str:
    return _json(await graph.read_graph(person))


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


_FIXED = (
    Resource(
        uri=SESSIONS,
        name="sessions",
        title="Conversations",
        about="The user's conversations, the most recent first",
        kind=JSON,
        read=_sessions,
    ),
    Resource(
        uri="memlane://profile",
        name="profile",
        title="Profile",
        about="What is known of the user now, as quoted data",
        kind=TEXT,
        read=_profile,
    ),
    Resource(
        uri="memlane://preferences",
        name="preferences",
        title="Preferences",
        about="The document of preferences that was set for the user",
        kind=JSON,
        read=_preferences,
    ),
)
_GRAPH = Resource(
    uri="memory://knowledge-graph",
    name="knowledge-graph",
    title="Knowledge Graph",
    about="All entities and relations of the knowledge graph",
    kind=JSON,
    read=_graph,
)
