"""Which time a question names: `last week`, `two months ago`, `in May`, `on 8 May 2023`, seen from when it is asked.

Words of English only; a question in another language names no time here and is found by its words all the same.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH: Final = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_YEAR: Final = r"(?P<year>(?:19|20)\d\d)\b"
_DAY: Final = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?\b"
_WORDS: Final = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NUMBERS: Final = {word: number for number, word in enumerate(_WORDS, 1)} | {
    "a": 1,
    "an": 1,
    "a couple of": 2,
    "couple of": 2,
    "a few": 3,
    "few": 3,
    "several": 4,
}
_COUNT: Final = rf"(?P<count>\d{{1,3}}|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})"
_UNIT: Final = r"(?P<unit>day|week|month|year)s?"
_DAYS_OF: Final = {"day": 1, "week": 7, "month": 30.4, "year": 365.25}
_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Moment(NamedTuple):
    """A stretch of time; half-open, in UTC."""

    start: datetime
    end: datetime


def names_moment(question: str) -> bool:
    """Return whether a question names a time; costs a quarter of finding out which."""
    return bool(_find_any(question.lower()))


def named_moment(question: str, at: datetime, *, newest: datetime) -> Moment | None:
    """Return the time that a question names, or None; the most exact of those that it names.

    Args:
        question: Its text.
        at: When it is asked, in UTC; `last week` is the one before it.
        newest: Time of what was said last; `in May` is the last May that began before it and before `at`.
    """
    text = question.lower()
    for pattern, resolve in _PATTERNS:
        if match := pattern.search(text):
            try:
                return resolve(match.groupdict(), min(at, newest) if resolve is _calendar else at)
            except (ValueError, OverflowError):  # 31 June, or before the calendar begins
                continue
    return None


def _calendar(found: dict[str, str], at: datetime) -> Moment:
    """Resolve a month, perhaps with day and year; without a year it is the last that has begun."""
    month = _MONTHS.index(found["month"][:3]) + 1
    year = int(found.get("year") or (at.year if month <= at.month else at.year - 1))
    day = found.get("day")
    start = datetime(year, month, int(day or 1), tzinfo=UTC)
    return Moment(start, start + timedelta(days=1 if day else monthrange(year, month)[1]))


def _year(found: dict[str, str], _at: datetime) -> Moment:
    return _whole_year(int(found["year"]))


def _whole_year(year: int) -> Moment:
    return Moment(datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC))


def _ago(found: dict[str, str], at: datetime) -> Moment:
    """Resolve `two weeks ago`: that day, give or take half of the unit where it is longer than a day."""
    unit = timedelta(days=_DAYS_OF[found["unit"]])
    middle = _midnight(at) - _count(found) * unit
    return Moment(middle - unit / 2, middle + unit / 2) if found["unit"] != "day" else _day(middle)


def _past(found: dict[str, str], at: datetime) -> Moment:
    """Resolve `in the last two weeks`."""
    return Moment(at - _count(found) * timedelta(days=_DAYS_OF[found["unit"]]), at)


def _last(found: dict[str, str], at: datetime) -> Moment:
    """Resolve `last week`, `last weekend` and `last Friday`."""
    unit, today = found["unit"], _midnight(at)
    if unit in _WEEKDAYS:
        return _day(today - timedelta(days=(today.weekday() - _WEEKDAYS.index(unit) - 1) % 7 + 1))
    if unit == "weekend":
        saturday = today - timedelta(days=(today.weekday() - 5 - 1) % 7 + 1)
        return Moment(saturday, saturday + timedelta(days=2))
    if unit == "week":
        monday = today - timedelta(days=today.weekday())
        return Moment(monday - timedelta(days=7), monday)
    if unit == "month":
        first = today.replace(day=1)
        return Moment((first - timedelta(days=1)).replace(day=1), first)
    return _whole_year(at.year - 1)


def _yesterday(_found: dict[str, str], at: datetime) -> Moment:
    return _day(_midnight(at) - timedelta(days=1))


def _today(_found: dict[str, str], at: datetime) -> Moment:
    return _day(_midnight(at))


def _count(found: dict[str, str]) -> int:
    count = found.get("count") or "one"
    return int(count) if count.isdigit() else _NUMBERS[count]


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _day(start: datetime) -> Moment:
    return Moment(start, start + timedelta(days=1))


_Resolve = Callable[[dict[str, str], datetime], Moment]
_PATTERNS: Final[tuple[tuple[re.Pattern[str], _Resolve], ...]] = tuple(
    (re.compile(pattern), resolve)
    for pattern, resolve in (
        (rf"\b{_DAY} (?:of )?{_MONTH},? {_YEAR}", _calendar),
        (rf"\b{_MONTH} {_DAY},? {_YEAR}", _calendar),
        (rf"\b{_DAY} (?:of )?{_MONTH}", _calendar),
        (rf"\b{_MONTH} {_DAY}", _calendar),
        (rf"\b{_MONTH},? (?:of )?{_YEAR}", _calendar),
        (rf"\b(?:in|during|last|this|of) (?:early |late |mid-?)?{_MONTH}", _calendar),
        (rf"\b(?:in|during|of) {_YEAR}", _year),
        (rf"\b{_COUNT} {_UNIT} ago\b", _ago),
        (rf"\b(?:last|past) {_COUNT} {_UNIT}\b", _past),
        (rf"\bpast {_UNIT}\b", _past),
        (rf"\blast (?P<unit>week|weekend|month|year|{'|'.join(_WEEKDAYS)})\b", _last),
        (r"\byesterday\b|\blast night\b", _yesterday),
        (r"\btoday\b", _today),
    )
)
_find_any = re.compile("|".join(re.sub(r"\?P<\w+>", "?:", pattern.pattern) for pattern, _ in _PATTERNS)).search
