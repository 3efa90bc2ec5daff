"""Which time a clause names, looking ahead or back: `next Friday`, `since 2019`, `until July`, `on 20 March`.

Owns the arithmetic of dates for all languages; the words are data of each language. Days are days in UTC. (The
`moments` of recall understand questions about the past, in English.)
"""

import re
from calendar import monthrange
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Final, NamedTuple

import msgspec

_DAYS_OF: Final = {"day": 1.0, "week": 7.0, "month": 30.4, "year": 365.25}
_PLACEHOLDER: Final = re.compile(r"(?<!\(\?)(?<!\(\?P)<([a-z]+)>")


class Stretch(NamedTuple):
    """A stretch of time; half-open, aware UTC."""

    start: datetime
    end: datetime


class Named(NamedTuple):
    """A time that a clause names.

    Attributes:
        stretch: The time.
        way: `since`, `until` or `at`.
        start: Where in the text its words begin, `since` included.
        end: Where they end.
    """

    stretch: Stretch
    way: str
    start: int
    end: int


class Dates(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """The words of a language for times; lists are separated by spaces, forms of one word by `/`, `_` is a space.

    Attributes:
        months: January to December.
        weekdays: Monday to Sunday.
        units: Day, week, month, year; each with its plural.
        numbers: One to twelve.
        forms: Regular expressions of times by what they mean, the longest first: `day` (groups `day`, `month`,
            `year`), `next`, `last` and `this` (groups `unit` or `weekday`, or `month`), `ahead` and `ago` (`count`,
            `unit`), `month`, `year`, `weekday`, and `+N` or `-N` for so many days from today. `<month>`, `<day>`,
            `<year>`, `<weekday>`, `<unit>` and `<count>` stand for those groups.
        day: A day of a month, as a birthday is given; without groups.
        since: What stands before a time from which on something holds: `since`.
        until: What stands before a time until which it holds: `until`.
        at: What may stand before any other time: `on|in`.
    """

    months: str
    weekdays: str
    units: str
    numbers: str
    forms: tuple[tuple[str, str], ...]
    day_form: str
    since: str
    until: str
    at: str

    @cached_property
    def day(self) -> str:
        """The pattern of a day of a month, without groups."""
        return self._expand(self.day_form, grouped=False)

    @cached_property
    def compiled(self) -> tuple[tuple[str, re.Pattern[str]], ...]:
        """The forms, each with the words that may stand before it."""
        before = rf"\b(?:(?P<since>{self.since})\s+|(?P<until>{self.until})\s+)?(?:(?:{self.at})\s+)?"
        return tuple(
            (meaning, re.compile(rf"{before}(?:{self._expand(form)})\b", re.IGNORECASE)) for meaning, form in self.forms
        )

    @cached_property
    def places(self) -> dict[str, dict[str, int]]:
        """What each word means, by list: months and weekdays from 0, numbers from 1, units as their English names."""
        return {name: _places(getattr(self, name)) for name in ("months", "weekdays", "units", "numbers")}

    def _expand(self, form: str, *, grouped: bool = True) -> str:
        sources = {
            "month": rf"(?:{self._words('months')})",
            "weekday": rf"(?:{self._words('weekdays')})",
            "unit": rf"(?:{self._words('units')})",
            "count": rf"(?:\d{{1,2}}|{self._words('numbers')})",
            "day": r"[0-3]?\d",
            "year": r"(?:19|20)\d\d",
        }
        return _PLACEHOLDER.sub(
            lambda found: f"(?P<{found[1]}>{sources[found[1]]})" if grouped else sources[found[1]], form
        )

    def _words(self, name: str) -> str:
        return "|".join(sorted(map(re.escape, _places(getattr(self, name))), key=len, reverse=True))


def named_times(text: str, at: datetime, dates: Dates, *, ahead: bool) -> list[Named]:
    """Return the times that `text` names, each stretch of words once.

    Args:
        text: A clause.
        at: When it was said; aware.
        dates: The language's words.
        ahead: Whether a bare month or weekday is the next one, not the last.
    """
    found: list[Named] = []
    taken: list[tuple[int, int]] = []
    for meaning, regex in dates.compiled:
        for match in regex.finditer(text):
            if any(match.start() < until and since < match.end() for since, until in taken):
                continue
            taken.append(match.span())
            way = "since" if match["since"] else "until" if match["until"] else "at"
            looks_ahead = way == "until" or (ahead and way == "at")
            if stretch := _resolve(meaning, match, at.astimezone(UTC), dates, ahead=looks_ahead):
                found.append(Named(stretch, way, match.start(), match.end()))
    return found


def _resolve(meaning: str, match: re.Match[str], at: datetime, dates: Dates, *, ahead: bool) -> Stretch | None:
    groups = {name: text.lower() for name, text in match.groupdict().items() if text}
    try:
        return _stretch(meaning, groups, at, dates, ahead=ahead)
    except (ValueError, OverflowError):  # 31 June, or beyond the calendar
        return None


def _stretch(meaning: str, groups: dict[str, str], at: datetime, dates: Dates, *, ahead: bool) -> Stretch:
    today = at.replace(hour=0, minute=0, second=0, microsecond=0)
    places = dates.places
    if meaning[0] in "+-":
        return _day(today + timedelta(days=int(meaning)))
    if "count" in groups:
        return _counted(groups, today, places, sign=1 if meaning == "ahead" else -1)
    if "month" in groups:
        month = places["months"][groups["month"]] + 1
        return _calendar(month, groups.get("day"), groups.get("year"), today, ahead=_looks_ahead(meaning, ahead=ahead))
    if "year" in groups:
        return _year(int(groups["year"]))
    if "weekday" in groups:
        return _weekday(places["weekdays"][groups["weekday"]], today, ahead=_looks_ahead(meaning, ahead=ahead))
    step = {"next": 1, "last": -1}.get(meaning, 0)
    return _whole(list(_DAYS_OF)[places["units"][groups["unit"]]], today, step)


def _looks_ahead(meaning: str, *, ahead: bool) -> bool:
    return meaning in ("next", "this") or (ahead and meaning != "last")


def _calendar(month: int, day: str | None, year: str | None, today: datetime, *, ahead: bool) -> Stretch:
    """Return a month or a day of it; without a year the one that is next, or was last."""
    start = datetime(int(year or today.year), month, int(day or 1), tzinfo=UTC)
    length = timedelta(days=1 if day else monthrange(start.year, month)[1])
    if year is None and ahead and start + length <= today:
        return _calendar(month, day, str(today.year + 1), today, ahead=ahead)
    if year is None and not ahead and start > today:
        return _calendar(month, day, str(today.year - 1), today, ahead=ahead)
    length = timedelta(days=1 if day else monthrange(start.year, month)[1])
    return Stretch(start, start + length)


def _weekday(weekday: int, today: datetime, *, ahead: bool) -> Stretch:
    """Return the next such day, or the last; never today."""
    if ahead:
        return _day(today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1))
    return _day(today - timedelta(days=(today.weekday() - weekday - 1) % 7 + 1))


def _counted(groups: dict[str, str], today: datetime, places: dict[str, dict[str, int]], *, sign: int) -> Stretch:
    """Return the day so many units away, give or take half a unit where it is longer than a day."""
    words = groups["count"]
    count = int(words) if words.isdigit() else places["numbers"][words] + 1
    days = list(_DAYS_OF.values())[places["units"][groups["unit"]]]
    middle = today + sign * timedelta(days=round(count * days))
    slack = timedelta(days=int(days / 2))
    return Stretch(middle - slack, middle + slack + timedelta(days=1))


def _whole(unit: str, today: datetime, step: int) -> Stretch:
    """Return the week, month or year `step` from this one."""
    if unit == "year":
        return _year(today.year + step)
    if unit == "month":
        month = today.year * 12 + today.month - 1 + step
        start = datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC)
        return Stretch(start, start + timedelta(days=monthrange(start.year, start.month)[1]))
    if unit == "week":
        monday = today - timedelta(days=today.weekday()) + timedelta(days=7 * step)
        return Stretch(monday, monday + timedelta(days=7))
    return _day(today + timedelta(days=step))


def _year(year: int) -> Stretch:
    return Stretch(datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC))


def _day(start: datetime) -> Stretch:
    return Stretch(start, start + timedelta(days=1))


def _places(words: str) -> dict[str, int]:
    return {
        form.replace("_", " "): place for place, forms in enumerate(words.split()) for form in forms.lower().split("/")
    }
