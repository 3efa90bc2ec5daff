"""A summary without a model: the most telling sentences, word for word, with who said them and when.

Owns the form of such a summary, and how a new one is made from the old one and what leaves the window. What tells most
is for `salience`.

The form: a first line that says what this is and of how many messages, then, under each date, a line a sentence as
`speaker: sentence`. Sentences of a summary that was not made here stand before the first date, as said `earlier`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec

from memlane.derive.salience import Sentence, choose, weigh
from memlane.derive.sentences import sentences
from memlane.types.line import Line

METHOD: Final = "extract-1"
"""Changes when the same messages give another summary."""

_HEAD: Final = "Extracted word for word, not written: the most telling sentences of {} messages, oldest first."
_LEAST_OLD: Final = 0.25
_MOST_OLD: Final = 0.75
_UNKNOWN_OLD: Final = 0.5
_EARLIER: Final = "earlier"
_ANY_TIME: Final = datetime(1970, 1, 1, tzinfo=UTC)

_read_head: Final = re.compile(re.escape(_HEAD).replace(r"\{\}", r"(\d{1,12})")).fullmatch
_is_date: Final = re.compile(r"\d{4}-\d\d-\d\d").fullmatch


class Entry(msgspec.Struct, frozen=True):
    """A line of a summary: `date` as ISO 8601, empty when it is not known; `said` as `speaker: sentence`."""

    date: str
    said: str


class _Old(msgspec.Struct, frozen=True):
    """What a summary holds; `messages` is None when it does not say of how many it was made."""

    entries: list[Entry]
    messages: int | None


def extractive_summary(previous: str, messages: Sequence[Line], *, max_tokens: int, count: Callable[[str], int]) -> str:
    """Return a summary of what an earlier one held and of the messages that leave the window.

    Old and new share the room by the number of messages each stands for, neither getting less than a quarter of it, and
    what one leaves the other takes. So a summary never outgrows its room, and what was kept once is kept before
    anything weaker. The same arguments give the same text, and without messages a summary that fits stays as it is.

    Args:
        previous: The earlier summary, made here or not; empty for none.
        messages: The messages, oldest first.
        max_tokens: What the summary may come to, by `count`.
        count: What counts tokens.

    Returns:
        Empty text when there is nothing to tell or no room for a single sentence.
    """
    old = _read(previous)
    if not messages and old.messages is not None and count(previous) <= max_tokens:
        return previous
    head = _HEAD.format((old.messages or 0) + len(messages))
    purse = _Purse(max_tokens - count(head), old.entries, count)
    chosen = _choose(purse, weigh(messages, [_line(entry) for entry in old.entries]), _share_of_old(old, len(messages)))
    while chosen:
        text = _written(head, chosen, old.entries)
        if count(text) <= max_tokens:
            return text
        chosen.pop()  # counted as a whole it can come to more than its lines
    return ""


def telling(weighed: Sequence[Sentence], *, max_tokens: int, count: Callable[[str], int]) -> str:
    """Return the most telling sentences under their dates, without a first line; empty text when there are none."""
    purse = _Purse(max_tokens, [], count)
    chosen = choose(_unsaid(weighed, []), purse.cost, purse.paying(0), set())
    return "\n".join(_lines(entry_of(one) for one in sorted(chosen, key=lambda one: one.place)))


def entry_of(sentence: Sentence) -> Entry:
    """Return the line of a sentence."""
    return Entry(sentence.at.date().isoformat(), f"{shown_speaker(sentence.speaker)}: {sentence.text}")


def shown_speaker(speaker: str) -> str:
    """Return a speaker's name on one line and without the colon that ends it."""
    return " ".join(speaker.replace(":", " ").split()) or "?"


class _Purse:
    """Room for lines, and what they cost; the first line under a date pays for the date."""

    def __init__(self, room: int, old: Sequence[Entry], count: Callable[[str], int]) -> None:
        self.room = room
        self._old = old
        self._count = count
        self._costs: dict[tuple[int, int], int] = {}
        self._dates: set[str] = set()

    def cost(self, one: Sentence) -> int:
        """Return the tokens of a line."""
        if one.place not in self._costs:
            self._costs[one.place] = max(1, self._count("\n" + _entry(one, self._old).said))
        return self._costs[one.place]

    def paying(self, keep: int) -> Callable[[Sentence], bool]:
        """Return what pays for lines as long as `keep` is left."""

        def pay(one: Sentence) -> bool:
            date = _entry(one, self._old).date
            price = self.cost(one) + (0 if date in self._dates else self._count("\n" + date))
            if self.room - price < keep:
                return False
            self.room -= price
            self._dates.add(date)
            return True

        return pay


def _choose(purse: _Purse, weighed: Sequence[Sentence], share_of_old: float) -> list[Sentence]:
    """Return what is told, the surest first: the share of the old, what of the new then fits, and again of the old."""
    named: set[str] = set()
    old = [one for one in weighed if one.place[0] < 0]
    new = _unsaid([one for one in weighed if one.place[0] >= 0], old)
    chosen = choose(old, purse.cost, purse.paying(int(purse.room * (1 - share_of_old))), named)
    chosen += choose(new, purse.cost, purse.paying(0), named)
    left = {one.place for one in old} - {one.place for one in chosen}
    return chosen + choose([one for one in old if one.place in left], purse.cost, purse.paying(0), named)


def _unsaid(new: Sequence[Sentence], old: Sequence[Sentence]) -> list[Sentence]:
    """Return the sentences that their speaker had not said so before."""
    said = {_saying(one) for one in old}
    first = {_saying(one): one for one in reversed(new) if _saying(one) not in said}
    return list(reversed(first.values()))


def _saying(one: Sentence) -> tuple[str, str]:
    return shown_speaker(one.speaker), one.text


def _share_of_old(old: _Old, new_messages: int) -> float:
    if old.messages is None:
        return _UNKNOWN_OLD if new_messages else 1.0
    whole = old.messages + new_messages
    return min(_MOST_OLD, max(_LEAST_OLD, old.messages / whole)) if whole and new_messages else 1.0


def _entry(one: Sentence, old: Sequence[Entry]) -> Entry:
    return old[one.place[1]] if one.place[0] < 0 else entry_of(one)


def _written(head: str, chosen: Sequence[Sentence], old: Sequence[Entry]) -> str:
    return "\n".join([head, *_lines(_entry(one, old) for one in sorted(chosen, key=lambda one: one.place))])


def _lines(entries: Iterable[Entry]) -> Iterator[str]:
    date = ""
    for entry in entries:
        if entry.date != date:
            date = entry.date
            yield date
        yield entry.said


def _read(summary: str) -> _Old:
    """Read a summary; one that was not made here is cut into sentences that were said `earlier`."""
    lines = summary.splitlines()
    head = _read_head(lines[0]) if lines else None
    if head is None:
        entries = [Entry("", f"{_EARLIER}: {sentence}") for sentence in sentences(summary)]
        return _Old(entries, None if entries else 0)
    entries: list[Entry] = []
    date = ""
    for line in lines[1:]:
        if _is_date(line):
            date = line
        else:
            entries.append(Entry(date, line))
    return _Old(entries, int(head[1]))


def _line(entry: Entry) -> Line:
    """Return an entry as a line of conversation; its time does not matter for what it is worth."""
    speaker, _, text = entry.said.partition(": ")
    return Line(speaker, _ANY_TIME, text)
