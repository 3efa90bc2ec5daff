"""A memory: a long-term record of a person, and what recall returns of it."""

from datetime import datetime
from typing import Any

import msgspec

MESSAGE = "message"
SUMMARY = "summary"
EPISODE = "episode"


class Mention(msgspec.Struct, frozen=True, kw_only=True):
    """Where else the same thing was said.

    Attributes:
        session_id: The session.
        message_id: The message.
        at: When it was said; aware UTC.
    """

    session_id: str
    message_id: str
    at: datetime


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    """A change of a memory, with what it undid.

    Attributes:
        version: The version that the change made; the first one is 1 and has no revision.
        at: When it was made; aware UTC.
        change: What was done: `mentioned`, `widened`, `ended`, `linked`, `pinned`, `unpinned`, `reverted`,
            `reopened`, `corrected`.
        before: What the changed fields held until then, as JSON; null for a field that was absent, of `mentions` how
            many there were.
        because: The message that caused it, if one did.
    """

    version: int
    at: datetime
    change: str
    before: dict[str, Any]
    because: Mention | None = None


class Memory(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something remembered of a user.

    Attributes:
        id: Unique within the user's memories.
        text: What is remembered; of a message, its words.
        kind: `message` (a turn, verbatim), `fact`, `preference`, `summary`, `episode`, or an application's own.
        created_at: When it was said or remembered; aware UTC.
        session_id: The session it comes from.
        message_ids: The messages it comes from, within `session_id`.
        role: Of a message, who spoke.
        name: Of a message, the speaker's name.
        metadata: The application's own JSON object.
        expires_at: When it ceases to exist; None for never.
        valid_from: From when it holds; None for always.
        valid_to: Until when it held; None while it holds.
        original: Of a message that was more than text (parts, tool calls, unknown fields), its mapping.
        subject: Of a fact, whom or what it is about: `user`, or a name.
        attribute: Of a fact, what it says of the subject, e.g. `home`.
        value: Of a fact, what that is, e.g. `Bergen`.
        confidence: Of a derived memory, how sure its maker was, 0-1; None for what was said or remembered by hand.
        method: Of a derived memory, what made it, e.g. `patterns-1`, or a prompt's name and version and the model.
        mentions: Further messages that say the same.
        replaces: The memory that this one ended.
        replaced_by: The memory that ended this one.
        pinned: Whether it never fades and is never pruned.
        uses: How often it was recalled into a context.
        used_at: When it last was; aware UTC.
        past: Its changes, oldest first; none while it is as it was made.
    """

    id: str
    text: str
    kind: str
    created_at: datetime
    session_id: str | None = None
    message_ids: list[str] = []
    role: str | None = None
    name: str | None = None
    metadata: dict[str, Any] = {}
    expires_at: datetime | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    original: dict[str, Any] | None = None
    subject: str | None = None
    attribute: str | None = None
    value: str | None = None
    confidence: float | None = None
    method: str = ""
    mentions: list[Mention] = []
    replaces: str | None = None
    replaced_by: str | None = None
    pinned: bool = False
    uses: int = 0
    used_at: datetime | None = None
    past: list[Revision] = []

    @property
    def version(self) -> int:
        """How many times it was made or changed."""
        return self.past[-1].version if self.past else 1

    @property
    def support(self) -> int:
        """How many messages say it."""
        return len(self.message_ids) + len(self.mentions)


class Outline(msgspec.Struct, frozen=True, kw_only=True):
    """As much of a memory as it takes to choose among many; its text stays the JSON that is stored.

    Attributes:
        text: JSON text.
        kind, created_at, session_id, valid_from, valid_to, pinned: As of `Memory`.
    """

    text: msgspec.Raw
    kind: str
    created_at: datetime
    session_id: str | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    pinned: bool = False

    def holds_at(self, at: datetime) -> bool:
        """Whether it held, or was not limited, at a time."""
        return (self.valid_from is None or self.valid_from <= at) and (self.valid_to is None or at < self.valid_to)


class Recalled(msgspec.Struct, frozen=True, kw_only=True):
    """A memory found by `recall`.

    Attributes:
        memory: What was found.
        score: How well it answers; comparable within one recall only.
        why: Each signal's share of the score; the shares add up to it.
        notes: What the reader should know of how it was found, e.g. that no embedder was at hand.
    """

    memory: Memory
    score: float
    why: dict[str, float]
    notes: list[str] = []


class RecalledEpisode(msgspec.Struct, frozen=True, kw_only=True):
    """A past session found by `episodes`.

    Attributes:
        session_id: The session.
        score: How well it answers; comparable within one search only.
        why: Each signal's share of the score; the shares add up to it.
        started_at: When the first of its memories was created; aware UTC.
        ended_at: When the last was.
        memory: The best-matching memory of it.
        title: What it was about; empty until its episode has been written.
        summary: What was said in it, in brief; likewise.
        open_ends: What it left open; likewise.
        notes: As of `Recalled`.
    """

    session_id: str
    score: float
    why: dict[str, float]
    started_at: datetime
    ended_at: datetime
    memory: Memory
    title: str = ""
    summary: str = ""
    open_ends: list[str] = []
    notes: list[str] = []
