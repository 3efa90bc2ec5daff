"""Bodies of `/v1` that are not records themselves: what is asked, and the envelopes of what is answered.

Records (`Message`, `Memory`, `Recalled`, `SessionInfo`, `Context`, …) stand in them as they are: there is no second
model of any. Requests refuse fields that they do not know.
"""

from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec

from memlane.context.context import Context
from memlane.derive.prune import Policy
from memlane.types.key import KeyInfo
from memlane.types.memory import Memory, Recalled, RecalledEpisode
from memlane.types.message import Message
from memlane.types.page import MemoryCount
from memlane.types.session import SessionInfo
from memlane.types.state import HealthCheck
from memlane.types.summary import Summary
from memlane.types.usage import SeenUser, Step, UsagePoint


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request."""


class AddMessages(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Messages to add as one block.

    Attributes:
        messages: Each `{"role", "content", …}`, also `id`, `name`, `created_at`, `tool_calls`, `tool_call_id`,
            `metadata`; other fields are kept as they are.
        remember: Whether they also become memories that recall finds.
    """

    messages: list[dict[str, Any]]
    remember: bool = True


class Messages(msgspec.Struct, frozen=True, kw_only=True):
    """Messages, oldest first. `cursor`: where older ones go on; null when there are none."""

    messages: list[Message]
    cursor: str | None = None


class Instructions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The instructions (system prompt) of a session; null for none."""

    instructions: str | None


class AskContext(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a context shall be; see `AsyncSession.context`.

    Attributes:
        query: What to recall; the newest user message when null.
        max_tokens: Budget of the whole; null for none.
        last: At most this many recent messages.
        recall: At most this many memories.
        shape: Also give it ready to send, as a provider's API wants it.
    """

    query: str | None = None
    max_tokens: int | None = None
    last: int | None = None
    recall: int = 5
    shape: Literal["openai", "anthropic"] | None = None


class GivenContext(Context, frozen=True, kw_only=True, omit_defaults=True):
    """A context, and what it is ready to be sent as.

    Attributes:
        ready: OpenAI's `messages`, or Anthropic's `system` and `messages`, if a shape was asked for.
    """

    ready: Any = None


class AskCount(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A context to be counted."""

    context: Context


class AskChat(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A turn; see `AsyncSession.chat` and `TurnOptions`.

    Attributes:
        text: What the user says: text, a list of parts, or null to reply to what the session ends with.
        remember: Whether both messages also become memories.
        model: One of `GET /v1/models`; null for the server's own.
        stream: Whether the reply comes as server-sent events: `piece` (`Piece`) as often as
            text comes, then `reply` (`memlane.Reply`), or else `problem` (`Problem`).
    """

    text: str | list[dict[str, Any]] | None = None
    id: str | None = None
    name: str | None = None
    metadata: dict[str, Any] | None = None
    max_tokens: int | None = None
    last: int | None = None
    recall: int = 5
    tools: list[dict[str, Any]] = []
    max_output_tokens: int | None = None
    temperature: float | None = None
    model: str | None = None
    remember: bool = True
    stream: bool = False


class Piece(msgspec.Struct, frozen=True):
    """A piece of a reply: the data of the event `piece`."""

    text: str


class GivenSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The summary of a session; null for none."""

    summary: Summary | None


class Expiry(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A time to live.

    Attributes:
        ttl_seconds: Null for never.
        last: Null for the session, whose time slides; a number for its newest n messages, once, from now.
    """

    ttl_seconds: float | None
    last: int | None = None


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """How many there were."""

    count: int


class Sessions(msgspec.Struct, frozen=True, kw_only=True):
    """Live sessions, the most recently written first. `cursor`: where the list goes on; null at its end."""

    sessions: list[SessionInfo]
    cursor: str | None = None


class Users(msgspec.Struct, frozen=True, kw_only=True):
    """Users of the tenant, by id. `cursor`: where the list goes on; null at its end."""

    users: list[SeenUser]
    cursor: str | None = None


class AskRecall(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A search; see `AsyncUser.recall`."""

    query: str
    limit: int = 10
    kinds: list[str] | None = None
    since: datetime | None = None
    until: datetime | None = None
    at: datetime | None = None
    sessions: list[str] | None = None
    metadata: dict[str, Any] | None = None


class Results(msgspec.Struct, frozen=True, kw_only=True):
    """What was found, best first."""

    results: list[Recalled]


class AskEpisodes(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A search for past sessions; see `AsyncUser.episodes`."""

    query: str
    limit: int = 5
    at: datetime | None = None


class Episodes(msgspec.Struct, frozen=True, kw_only=True):
    """Past sessions, best first."""

    results: list[RecalledEpisode]


class Remember(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something to remember; see `AsyncUser.remember`."""

    text: str
    id: str | None = None
    kind: str = "fact"
    metadata: dict[str, Any] | None = None
    expires_at: datetime | None = None


class Memories(msgspec.Struct, frozen=True, kw_only=True):
    """Memories. `cursor`: where the list goes on; null at its end."""

    memories: list[Memory]
    cursor: str | None = None


class Versions(msgspec.Struct, frozen=True, kw_only=True):
    """Every version of a memory, oldest first."""

    versions: list[Memory]


class Revert(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The version that a memory shall be again."""

    version: int


class Correct(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a memory shall say.

    Attributes:
        text: Its words.
        value: Of a fact with an attribute, what that is now; null to leave it.
    """

    text: str
    value: str | None = None


class Browse(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which page of memories; see `AsyncUser.browse`.

    Attributes:
        after: The field `next` of the page before.
    """

    kinds: list[str] | None = None
    sessions: list[str] | None = None
    containing: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    pinned: bool | None = None
    current: bool | None = None
    after: str | None = None
    limit: int = 50


class Growth(msgspec.Struct, frozen=True, kw_only=True):
    """How many of the memories there are were made over time, oldest first; steps without any are left out."""

    step: Step
    points: list[MemoryCount]


class Pin(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether a memory is kept from fading and from being pruned."""

    pinned: bool = True


class GivenProfile(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a user, as text for a system prompt."""

    profile: str


class Prune(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may go, and whether to list only."""

    policy: Policy
    dry_run: bool = True


class Indexed(msgspec.Struct, frozen=True, kw_only=True):
    """Whether every memory has its vector.

    Attributes:
        indexed: Whether all have one.
        embedded: How many have one.
        memories: How many there are.
    """

    indexed: bool
    embedded: int = 0
    memories: int = 0


class Restored(msgspec.Struct, frozen=True, kw_only=True):
    """What an import did.

    Attributes:
        new: How many records were not there before.
        records: How many records there were.
    """

    new: int
    records: int = 0


class RunWork(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether to go on until nothing is due."""

    until_idle: bool = True


class DueWork(msgspec.Struct, frozen=True, kw_only=True):
    """A session with background work that is due or was set aside.

    Attributes:
        user: Whose session.
        session: The session.
        since: When the first message that no work has seen was added; aware UTC.
        ready_at: When its user may be worked on; aware UTC.
        is_leased: Whether a worker is at it.
        tries: How often work on it has failed.
        is_set_aside: Whether it was given up until somebody says otherwise.
        error: Code of the last failure; empty for none.
    """

    user: str
    session: str
    since: datetime
    ready_at: datetime
    is_leased: bool
    tries: int
    is_set_aside: bool
    error: str


class WorkList(msgspec.Struct, frozen=True, kw_only=True):
    """Due work of the tenant, the longest waiting first."""

    work: list[DueWork]


class Stats(msgspec.Struct, frozen=True, kw_only=True):
    """Usage over time, oldest first; steps in which nothing was used are left out."""

    step: Step
    points: list[UsagePoint]


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the parts of the server work.

    Attributes:
        stores: Facts about the stores: `sessions` and `memories`, each server, version, size and warnings.
        checks: What was found of each part.
    """

    stores: dict[str, dict[str, str]]
    checks: list[HealthCheck] = []


class KeyList(msgspec.Struct, frozen=True, kw_only=True):
    """API keys of the tenant, oldest first; never a secret."""

    keys: list[KeyInfo]


PREFERENCES_TTL = timedelta(days=90)
"""How long preferences live unless a request says otherwise."""
