"""Lists of memories in parts: a cursor says after which memory the next part begins."""

import base64
from collections.abc import Sequence
from datetime import datetime

import msgspec

from memlane.errors import UsageError
from memlane.types.memory import Memory

Place = tuple[datetime, str]
"""Where a memory stands among those of its user: when it was made, and its id."""


def page(memories: Sequence[Memory], limit: int, cursor: str | None) -> tuple[list[Memory], str | None]:
    """Return the part of a list that begins after `cursor`, and the next cursor, None at the end.

    Args:
        memories: All, in ascending order of time and id.
        limit: At most this many.
        cursor: As an earlier call returned it; None for the beginning.

    Raises:
        UsageError: not a cursor.
    """
    after = None if cursor is None else _place(cursor)
    rest = [memory for memory in memories if after is None or (memory.created_at, memory.id) > after]
    part = rest[:limit]
    return part, _cursor(part[-1]) if len(rest) > limit else None


def _cursor(memory: Memory) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode((memory.created_at, memory.id))).decode()


def _place(cursor: str) -> Place:
    try:
        created_at, id_ = msgspec.json.decode(base64.urlsafe_b64decode(cursor), type=Place)
    except (msgspec.MsgspecError, ValueError) as exc:
        raise UsageError("cursor is not one that an earlier call gave") from exc
    if created_at.tzinfo is None:
        raise UsageError("cursor is not one that an earlier call gave")
    return created_at, id_
