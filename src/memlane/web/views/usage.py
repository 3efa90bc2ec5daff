"""Usage over time as a person looks at it: a range, what was used in it against the range before, steps for charts.

Usage comes without the steps in which there was none; charts need them all, or a gap looks like a slope.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any, Final

import msgspec

from memlane.types.usage import STEPS, Amounts, Step, UsagePoint

FRESH: Final = "Sent"
CACHED: Final = "Sent, cached"
OUT: Final = "Came back"
TOKEN_PARTS: Final = (FRESH, CACHED, OUT)
"""What tokens are, in the order in which they are stacked."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_BAR: Final = 0.85
_HUNDREDFOLD: Final = 100
_MANY: Final = 10


class Range(msgspec.Struct, frozen=True):
    """A range to choose.

    Attributes:
        title: What the choice is called.
        before: What the range before is called.
        step: How it is divided.
        count: Into how many steps; the last is the one that it is now.
    """

    title: str
    before: str
    step: Step
    count: int


RANGES: Final = {
    "2h": Range("2 hours", "the 2 hours before", "minute", 120),
    "7d": Range("7 days", "the 7 days before", "hour", 168),
    "90d": Range("90 days", "the 90 days before", "day", 90),
}
"""All of them, by their names in the address."""
USUAL_RANGE: Final = "7d"


class Window(msgspec.Struct, frozen=True):
    """A range at a moment, in whole steps; aware UTC.

    Attributes:
        step: How it is divided.
        before: Where the range before begins.
        since: Where it begins.
        until: Where it ends; the step that it is now is inside.
    """

    step: Step
    before: datetime
    since: datetime
    until: datetime

    def moments(self) -> list[datetime]:
        """Return where its steps begin, oldest first."""
        length = STEPS[self.step]
        return [self.since + number * length for number in range((self.until - self.since) // length)]


class Metric(msgspec.Struct, frozen=True):
    """A number of a range.

    Attributes:
        title: What it counts.
        value: The number, as text.
        change: Against the range before, e.g. `+12 %`; None where there was nothing then.
        about: What it means.
    """

    title: str
    value: str
    change: str | None
    about: str


def window(chosen: Range, now: datetime) -> Window:
    """Return a range as it is now (aware)."""
    length = STEPS[chosen.step]
    until = _EPOCH + ((now - _EPOCH) // length + 1) * length
    since = until - chosen.count * length
    return Window(chosen.step, since - chosen.count * length, since, until)


def total(points: Iterable[UsagePoint], since: datetime, until: datetime) -> Amounts:
    """Return what was used from `since` on and before `until`, together."""
    return sum((point.used for point in points if since <= point.at < until), Amounts())


def filled(points: Iterable[UsagePoint], span: Window) -> list[UsagePoint]:
    """Return a point for each step of a window, also where nothing was used."""
    by_moment = {point.at: point.used for point in points}
    return [UsagePoint(at=at, used=by_moment.get(at, Amounts())) for at in span.moments()]


def metrics(now: Amounts, before: Amounts) -> list[Metric]:
    """Return the numbers of a range.

    Args:
        now: What was used in it.
        before: What was used in the range before.
    """
    return [
        _metric("Messages", now.messages, before.messages, "Messages that were added: said, replied, imported."),
        _metric("Tokens sent", now.input_tokens, before.input_tokens, "To models, as providers counted them."),
        Metric(
            f"Cached{_share(now)}",
            f"{now.cached_tokens:,}",
            change(now.cached_tokens, before.cached_tokens),
            "Of the tokens sent, what providers read from their prompt caches, which costs less.",
        ),
        _metric("Tokens back", now.output_tokens, before.output_tokens, "What models replied, thoughts included."),
        _metric("Recalls", now.recalls, before.recalls, "Searches in memory: by replies, by the app, by programs."),
        Metric(
            "Hits per recall",
            "none" if not now.recalls else f"{hits_per_recall(now):.1f}",
            change(hits_per_recall(now), hits_per_recall(before)),
            "How many memories a search returned, on average.",
        ),
    ]


def change(now: float, before: float) -> str | None:
    """Return how much more, or less, than before; None where there was nothing before."""
    if not before:
        return None
    if now >= _MANY * before:
        return f"{now / before:,.0f} times"
    parts = round((now - before) * _HUNDREDFOLD / before)
    return "as before" if parts == 0 else f"{parts:+,} %".replace("-", "\u2212")


def is_less(changed: str | None) -> bool:
    """Whether a change is one to less."""
    return changed is not None and changed.startswith("\u2212")


def hits_per_recall(used: Amounts) -> float:
    """Return how many memories a search returned on average; 0 without any search."""
    return used.hits / used.recalls if used.recalls else 0.0


def message_rows(points: Sequence[UsagePoint], step: Step) -> list[dict[str, Any]]:
    """Return rows of a chart: `at`, `end`, `messages`."""
    return [{**_bar(point.at, step), "messages": point.used.messages} for point in points]


def token_rows(points: Sequence[UsagePoint], step: Step) -> list[dict[str, Any]]:
    """Return rows of a stacked chart: `at`, `end` and those of `token_parts`."""
    return [{**_bar(point.at, step), **row} for point in points for row in token_parts(point.used)]


def recall_rows(points: Sequence[UsagePoint], step: Step) -> list[dict[str, Any]]:
    """Return rows of a chart: `at`, `end`, `recalls`, `hits`."""
    return [{**_bar(point.at, step), "recalls": point.used.recalls, "hits": point.used.hits} for point in points]


def token_parts(used: Amounts) -> list[dict[str, Any]]:
    """Return the parts of a stack, from below: `part` (of `TOKEN_PARTS`), `order`, `tokens`, `low` and `high`.

    What was cached is no more among what was sent.
    """
    amounts = (max(0, used.input_tokens - used.cached_tokens), used.cached_tokens, used.output_tokens)
    ends = [0, *accumulate(amounts)]
    return [
        {"part": part, "order": order, "tokens": tokens, "low": ends[order], "high": ends[order + 1]}
        for order, (part, tokens) in enumerate(zip(TOKEN_PARTS, amounts, strict=True))
    ]


def most_used(by_session: Sequence[tuple[str, Amounts]], most: int) -> list[tuple[str, Amounts]]:
    """Return the sessions that used most, by tokens, then by messages; those that used nothing are left out."""
    used = [(name, amounts) for name, amounts in by_session if _tokens(amounts) or amounts.messages]
    return sorted(used, key=lambda one: (_tokens(one[1]), one[1].messages), reverse=True)[:most]


def session_rows(used: Sequence[tuple[str, Amounts]], titles: Sequence[str]) -> list[dict[str, Any]]:
    """Return rows of a stacked chart of sessions: `session`, `place`, `title`, `messages` and those of `token_parts`.

    Args:
        used: As `most_used`.
        titles: What they are called, in the same order.
    """
    return [
        {"session": name, "place": place, "title": title, "messages": amounts.messages, **row}
        for place, ((name, amounts), title) in enumerate(zip(used, titles, strict=True))
        for row in token_parts(amounts)
    ]


def has_tokens(used: Amounts) -> bool:
    """Whether any model was asked."""
    return _tokens(used) > 0


def is_nothing(used: Amounts) -> bool:
    """Whether nothing was used."""
    return used == Amounts()


def _metric(title: str, now: int, before: int, about: str) -> Metric:
    return Metric(title, f"{now:,}", change(now, before), about)


def _share(used: Amounts) -> str:
    return f" ({used.cached_tokens / used.input_tokens:.0%})".replace("%", " %") if used.input_tokens else ""


def _tokens(used: Amounts) -> int:
    return used.input_tokens + used.output_tokens


def _bar(at: datetime, step: Step) -> dict[str, str]:
    """Return where a bar begins and ends: a little before its step does, so that bars stand apart."""
    length: timedelta = STEPS[step]
    return {"at": at.isoformat(), "end": (at + _BAR * length).isoformat()}
