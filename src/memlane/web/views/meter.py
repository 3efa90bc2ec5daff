"""What a reply was made from, in numbers: the parts of its context against the budget, and why what was recalled."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from memlane.types.turn import Sent, Turn

_PARTS: Final = (
    ("instructions", "Instructions"),
    ("memories", "Memories"),
    ("summary", "Summary"),
    ("messages", "Messages"),
)
PARTS: Final = (*(title for _, title in _PARTS), "Reply", "Free")
"""The titles of all segments, in the order in which they stand."""
_SIGNALS: Final[Mapping[str, str]] = {
    "keyword": "same words",
    "meaning": "same meaning",
    "meaning_unavailable": "no meaning at hand",
    "session": "its conversation",
    "window": "what stands around it",
    "speaker": "who spoke",
    "date": "the time asked about",
    "statement": "states something",
    "answer": "answers a question",
    "substance": "says much",
    "person": "said by a person",
    "opening": "opens a conversation",
    "topic": "same topic",
    "turn": "one message of it",
    "newest": "the latest",
}


class Segment(msgspec.Struct, frozen=True):
    """A part of the bar.

    Attributes:
        title: One of `PARTS`.
        tokens: What it takes.
        count: How many messages or memories it is; 0 where that says nothing.
    """

    title: str
    tokens: int
    count: int = 0


class Share(msgspec.Struct, frozen=True):
    """A signal's share of a memory's score.

    Attributes:
        title: The signal, in words.
        part: Of the score, 0-1; signals that spoke against it have none.
        points: Of the score, as they are.
    """

    title: str
    part: float
    points: float


def segments(turn: Turn) -> list[Segment]:
    """Return the parts of the context that a reply was made from, the reply, and what of the budget was left."""
    sent = turn.sent
    if sent is None:
        return []
    by_name = {part.name: part for part in sent.parts}
    found = [
        Segment(title, by_name[name].tokens, by_name[name].count if name in ("memories", "messages") else 0)
        for name, title in _PARTS
        if name in by_name
    ]
    reply = turn.usage.output_tokens if turn.usage is not None else 0
    if reply:
        found.append(Segment("Reply", reply))
    free = (sent.max_tokens or 0) - sent.tokens - reply
    return [*found, Segment("Free", free)] if free > 0 else found


def bar_rows(parts: list[Segment]) -> list[dict[str, Any]]:
    """Return the rows of a stacked bar: `part`, `tokens`, `order`."""
    return [{"part": part.title, "tokens": part.tokens, "order": PARTS.index(part.title)} for part in parts]


def legend(parts: list[Segment]) -> str:
    """Return the numbers of the bar in words: `Instructions 40 · Messages 1,210 (12) · Free 2,000`."""
    return " · ".join(f"{part.title} {part.tokens:,}{f' ({part.count})' if part.count else ''}" for part in parts)


def total(sent: Sent) -> str:
    """Return what was sent against the budget, in words."""
    limit = "" if sent.max_tokens is None else f" of {sent.max_tokens:,}"
    return f"{sent.tokens:,}{limit} tokens sent"


def left_out(sent: Sent) -> str:
    """Return what the window left out, in words; empty for nothing."""
    if not sent.left_out:
        return ""
    what = "message or memory" if sent.left_out == 1 else "messages or memories"
    return f"{sent.left_out:,} {what} left out: the window"


def shares(why: Mapping[str, float]) -> list[Share]:
    """Return the shares of a score, the largest first; signals without any are left out."""
    whole = sum(points for points in why.values() if points > 0)
    found = [
        Share(signal_title(name), max(points, 0.0) / whole if whole else 0.0, points)
        for name, points in why.items()
        if points
    ]
    return sorted(found, key=lambda share: -share.points)


def shares_in_words(found: list[Share], most: int = 4) -> str:
    """Return the largest shares as text: `same meaning 62 % · same words 30 %`."""
    return " · ".join(f"{share.title} {share.part:.0%}".replace("%", " %") for share in found[:most] if share.part > 0)


def signal_title(name: str) -> str:
    """Return a signal's name in words."""
    return _SIGNALS.get(name, name.replace("_", " "))
