"""Looking through the memories of a user: page by page, the newest first, and how many were made over time.

Every row is looked at, of each only its outline; what is returned is decoded whole.
"""

import base64
import binascii
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from heapq import nlargest
from typing import Any, Final, TypedDict

import msgspec

from memlane.engine.core import Core
from memlane.engine.listing import memory_rows
from memlane.engine.recollect import check_limit
from memlane.engine.stats import check_step
from memlane.errors import UsageError
from memlane.types.ids import Partition, check_id, check_text
from memlane.types.memory import Outline
from memlane.types.page import MemoryCount, MemoryPage
from memlane.types.times import check_time, from_ms, to_ms
from memlane.types.usage import STEPS
from memlane.types.wire import decode_memory, decode_outline, outlined_text

_MS: Final = timedelta(milliseconds=1)
_USUAL: Final = 50


class BrowseOptions(TypedDict, total=False):
    """Which memories `browse` returns, and which page of them.

    Attributes:
        kinds: Only memories of these kinds.
        sessions: Only memories of these sessions.
        containing: Only memories whose text has this in it, in upper or lower case.
        since: Only memories created at or after this time.
        until: Only memories created before this time.
        pinned: Only those that are pinned, or only those that are not.
        current: Only those that hold now, or only those that no longer or not yet do.
        after: Where a page before said that it goes on (`next`); what was added meanwhile does not move it.
        limit: At most this many, 1-10,000; 50 by default.
    """

    kinds: Collection[str] | None
    sessions: Collection[str] | None
    containing: str | None
    since: datetime | None
    until: datetime | None
    pinned: bool | None
    current: bool | None
    after: str | None
    limit: int


class _Place(msgspec.Struct, frozen=True, array_like=True, order=True):
    """Where a memory stands in the list: by time, and by id where that is the same."""

    created_at: datetime
    id: str


async def browse(core: Core, partition: Partition, options: BrowseOptions) -> MemoryPage:
    """Return a page of memories; see `AsyncUser.browse`."""
    core.check_open()
    given = check_options(options)
    sieve, kinds = _Sieve(given, from_ms(core.clock.now_ms())), _ids(given.get("kinds"), "kinds")
    limit, before = check_limit(given.get("limit", _USUAL)), _read(given.get("after"))
    await core.courier.deliver(partition)
    by_kind: Counter[str] = Counter()
    found: list[tuple[_Place, bytes]] = []
    async for row in memory_rows(core, partition):
        outline = decode_outline(row.body)
        if sieve.lets(outline):
            by_kind[outline.kind] += 1
            place = _Place(outline.created_at, row.id)
            if (kinds is None or outline.kind in kinds) and (before is None or place < before):
                found.append((place, row.body))
    newest = nlargest(limit, found)
    return MemoryPage(
        memories=[decode_memory(body) for _, body in newest],
        total=sum(count for kind, count in by_kind.items() if kinds is None or kind in kinds),
        by_kind=dict(sorted(by_kind.items())),
        next=_written(newest[-1][0]) if len(found) > limit else None,
    )


def check_options(options: BrowseOptions) -> dict[str, Any]:
    """Return what was given.

    Raises:
        UsageError: an option is unknown.
    """
    if unknown := options.keys() - BrowseOptions.__annotations__.keys():
        known = ", ".join(BrowseOptions.__annotations__)
        raise UsageError(f"browse has no option {', '.join(sorted(unknown))}; there are: {known}")
    return dict(options)


async def growth(core: Core, partition: Partition, *, step: object, since: object, until: object) -> list[MemoryCount]:
    """Return how many memories were made over time; see `AsyncUser.growth`."""
    core.check_open()
    sieve = _Sieve({"since": since, "until": until}, from_ms(core.clock.now_ms()))
    length = STEPS[check_step(step)] // _MS
    await core.courier.deliver(partition)
    counts: Counter[tuple[int, str]] = Counter()
    async for row in memory_rows(core, partition):
        outline = decode_outline(row.body)
        if sieve.lets(outline):
            counts[to_ms(outline.created_at) // length * length, outline.kind] += 1
    return [MemoryCount(at=from_ms(at), kind=kind, count=count) for (at, kind), count in sorted(counts.items())]


class _Sieve:
    """Lets pass the memories that meet every condition but the one on kinds."""

    def __init__(self, given: Mapping[str, Any], now: datetime) -> None:
        """Check the conditions; errors as `AsyncUser.browse`."""
        self._sessions = _ids(given.get("sessions"), "sessions")
        self._since, self._until = (_moment(given.get(name), name) for name in ("since", "until"))
        self._pinned, self._current = (_switch(given.get(name), name) for name in ("pinned", "current"))
        self._words = _words(given.get("containing"))
        self._now = now

    def lets(self, outline: Outline) -> bool:
        """Whether a memory passes; its text is looked at last."""
        return (
            (self._sessions is None or outline.session_id in self._sessions)
            and (self._since is None or outline.created_at >= self._since)
            and (self._until is None or outline.created_at < self._until)
            and (self._pinned is None or outline.pinned is self._pinned)
            and (self._current is None or outline.holds_at(self._now) is self._current)
            and (not self._words or self._words in outlined_text(outline).casefold())
        )


def _words(given: object) -> str:
    if given is None:
        return ""
    if not isinstance(given, str):
        raise UsageError(f"containing must be text, not {type(given).__name__}")
    return check_text(given, "containing").casefold()


def _ids(given: Collection[str] | None, what: str) -> frozenset[str] | None:
    if given is None:
        return None
    if isinstance(given, str):
        raise UsageError(f"{what} must be a list of texts, not one text")
    return frozenset(given)


def _switch(given: object, what: str) -> bool | None:
    if given is None or isinstance(given, bool):
        return given
    raise UsageError(f"{what} must be true, false or nothing, not {given!r}")


def _moment(given: object, what: str) -> datetime | None:
    return None if given is None else check_time(given, what)


def _written(place: _Place) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def _read(cursor: object) -> _Place | None:
    """Return the place that a cursor stands for, which anybody can make up; None for none.

    Raises:
        UsageError: it stands for none.
    """
    if cursor is None:
        return None
    try:
        text = cursor if isinstance(cursor, str) else ""
        body = base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
        place = msgspec.json.decode(body, type=_Place)
        return _Place(check_time(place.created_at, "after"), check_id(place.id, "after"))
    except (binascii.Error, ValueError, msgspec.DecodeError) as exc:  # a UsageError is a ValueError
        raise UsageError("after is not where a page said that it goes on") from exc
