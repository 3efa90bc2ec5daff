"""When a conversation or some of its messages disappear."""

from datetime import datetime

import msgspec

from memlane.types.session import SessionInfo


class Ending(msgspec.Struct, frozen=True):
    """Something that disappears.

    Attributes:
        what: What it is; our own words.
        until: When; aware UTC.
    """

    what: str
    until: datetime


def endings(info: SessionInfo | None) -> list[Ending]:
    """Return what of a conversation disappears, the soonest first."""
    if info is None:
        return []
    found: list[Ending] = []
    if info.expires_at is not None:
        found.append(Ending("This conversation", info.expires_at))
    if info.expiring_at is not None:
        found.append(Ending("1 message" if info.expiring == 1 else f"{info.expiring:,} messages", info.expiring_at))
    return sorted(found, key=lambda ending: ending.until)


def is_over(found: list[Ending], now: datetime) -> bool:
    """Whether the first of these has come to its end."""
    return bool(found) and found[0].until <= now
