"""Moments and spans of time, as a person reads them. Pure functions."""

from datetime import datetime, timedelta, tzinfo
from typing import Final

_SECOND: Final = timedelta(seconds=1)
_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)
_WEEK: Final = timedelta(days=7)
_NOW: Final = timedelta(seconds=10)


def ago(then: datetime, now: datetime) -> str:
    """Return how long ago something was: `just now`, `5 min ago`, `yesterday`, `Tuesday`, a date."""
    past = now - then
    if past < _NOW:
        return "just now"
    for unit, limit, name in ((_SECOND, _MINUTE, "s"), (_MINUTE, _HOUR, "min"), (_HOUR, _DAY, "h")):
        if past < limit:
            return f"{past // unit} {name} ago"
    if (now.date() - then.date()).days <= 1:
        return "yesterday"
    return then.strftime("%A") if past < _WEEK else date(then, now)


def date(then: datetime, now: datetime) -> str:
    """Return a day, with its year where that is another one than now's."""
    day = f"{then.day} {then.strftime('%b')}"
    return day if then.year == now.year else f"{day} {then.year}"


def left(until: datetime, now: datetime) -> str:
    """Return how long something still lasts: `4:59`, `1:02:03`, `2 days`; `0:00` when it is over."""
    rest = max(until - now, timedelta(0))
    if rest >= 2 * _DAY:
        return f"{rest // _DAY} days"
    seconds = int(rest.total_seconds())
    hours, minutes = seconds // 3600, seconds // 60 % 60
    return f"{hours}:{minutes:02}:{seconds % 60:02}" if hours else f"{minutes}:{seconds % 60:02}"


def when(then: datetime, zone: tzinfo | None = None) -> str:
    """Return a moment in full, to the minute, in a time zone; None for that of this machine."""
    return f"{then.astimezone(zone):%Y-%m-%d %H:%M}"


def span(length: timedelta) -> str:
    """Return a length of time: `30 s`, `5 min`, `2 h`, `90 days`."""
    for unit, name in ((_DAY, "day"), (_HOUR, "h"), (_MINUTE, "min")):
        if length >= unit and not length % unit:
            count = length // unit
            return f"{count} {name}{'s' if name == 'day' and count > 1 else ''}"
    return f"{length.total_seconds():g} s"
