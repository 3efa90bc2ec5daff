"""Memories page by page, and how many were made over time."""

from datetime import datetime

import msgspec

from memlane.types.memory import Memory


class MemoryPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of memories.

    Attributes:
        memories: Those of this page, the newest first.
        total: How many there are on all pages.
        by_kind: How many of each kind there are that meet every condition but the one on kinds.
        next: Where the next page begins, opaque text for `after`; None at the end.
    """

    memories: list[Memory]
    total: int
    by_kind: dict[str, int]
    next: str | None = None


class MemoryCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many memories of a kind were made in one step of time, and are still there.

    Attributes:
        at: When the step began; aware UTC, a whole minute, hour or day.
        kind: The kind.
        count: How many.
    """

    at: datetime
    kind: str
    count: int
