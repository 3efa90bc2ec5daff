"""What the list of memories shows: the filters and what they ask for, and each memory's line."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any, Final
from urllib.parse import quote, unquote

import msgspec

from memlane.types.memory import MESSAGE, Memory
from memlane.web.times import ago

PAGE: Final = 50
_COLOURS: Final[Mapping[str, str]] = {
    MESSAGE: "gray",
    "fact": "blue",
    "preference": "violet",
    "summary": "green",
    "episode": "orange",
}
_OWN_COLOUR: Final = "yellow"


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """Which memories are looked at.

    Attributes:
        kinds: Of these kinds; none for all.
        containing: Whose text has this in it; empty text for all.
        session: Of this session; None for all.
        since: From this day on, in the visitor's time zone.
        until: Up to this day, that day included.
        pinned: Pinned ones only.
        current: Only what holds now.
    """

    kinds: tuple[str, ...] = ()
    containing: str = ""
    session: str | None = None
    since: date | None = None
    until: date | None = None
    pinned: bool = False
    current: bool = False

    @property
    def narrower(self) -> int:
        """How many filters are set besides kinds and text."""
        return sum(map(bool, (self.session, self.since, self.until, self.pinned, self.current)))

    @property
    def any(self) -> bool:
        """Whether one is set at all."""
        return bool(self.kinds or self.containing or self.narrower)


def wanted(filters: Filters, zone: tzinfo) -> dict[str, Any]:
    """Return what the filters are as arguments of `user.browse`; days begin in `zone`."""
    return {
        "kinds": filters.kinds or None,
        "sessions": [filters.session] if filters.session else None,
        "containing": filters.containing or None,
        "since": day_begins(filters.since, zone),
        "until": day_ends(filters.until, zone),
        "pinned": filters.pinned or None,
        "current": filters.current or None,
    }


def day_begins(day: date | None, zone: tzinfo) -> datetime | None:
    """Return when a day begins; None for none."""
    return datetime.combine(day, time.min, zone) if day else None


def day_ends(day: date | None, zone: tzinfo) -> datetime | None:
    """Return when a day is over; None for none."""
    return day_begins(day + timedelta(days=1), zone) if day and day < date.max else None


def written_kinds(kinds: Iterable[str]) -> str | None:
    """Return kinds as one parameter of an address; None for none."""
    return ",".join(quote(kind, safe="") for kind in kinds) or None


def read_kinds(written: str | None) -> list[str]:
    """Return the kinds that `written_kinds` wrote."""
    return [unquote(kind) for kind in (written or "").split(",") if kind]


def read_day(written: str | None) -> date | None:
    """Return the day that an address names as `2026-05-01`; None for what is no day."""
    try:
        return date.fromisoformat(written or "")
    except ValueError:
        return None


def kinds_on_offer(by_kind: Mapping[str, int], chosen: Iterable[str]) -> list[str]:
    """Return the kinds to choose from, the most frequent first; a chosen one stays although nothing is of it."""
    known = {**dict.fromkeys(chosen, 0), **by_kind}
    return sorted(known, key=lambda kind: (-known[kind], kind))


def colour_of(kind: str) -> str:
    """Return the colour of a kind's badge, by Streamlit's name for it."""
    return _COLOURS.get(kind, _OWN_COLOUR)


def life_of(memory: Memory, now: datetime) -> str:
    """Return what limits a memory in time: `held until …`, `holds from …`, `until …`; empty text for nothing."""
    if memory.valid_to is not None and memory.valid_to <= now:
        return f"held until {day(memory.valid_to)}"
    if memory.valid_from is not None and memory.valid_from > now:
        return f"holds from {day(memory.valid_from)}"
    if memory.valid_to is not None:
        return f"holds until {day(memory.valid_to)}"
    return f"goes on {day(memory.expires_at)}" if memory.expires_at is not None else ""


def age_of(memory: Memory, now: datetime) -> str:
    """Return how long ago it was said or put down."""
    return ago(memory.created_at, now)


def day(moment: datetime) -> str:
    """Return a day with its year."""
    return f"{moment.day} {moment:%b %Y}"


def range_of(number: int, shown: int, total: int) -> str:
    """Return which memories a page shows.

    Args:
        number: Of the page, from 0.
        shown: How many it shows.
        total: How many there are on all pages.
    """
    if not total:
        return "none"
    if shown == total:
        return f"{total:,} {'memory' if total == 1 else 'memories'}"
    return f"{number * PAGE + 1:,}-{number * PAGE + shown:,} of {total:,}"
