"""A memory: a long-term record of a person, and what recall returns of it."""

from datetime import datetime
from typing import Any

import msgspec

MESSAGE = "message"


class Memory(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something remembered of a user.

    Attributes:
        id: Unique within the user's memories.
        text: What is remembered; of a message, its words.
        kind: `message` (a turn, verbatim), `fact`, `preference`, `summary`, or an application's own.
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
        notes: As of `Recalled`.
    """

    session_id: str
    score: float
    why: dict[str, float]
    started_at: datetime
    ended_at: datetime
    memory: Memory
    notes: list[str] = []
