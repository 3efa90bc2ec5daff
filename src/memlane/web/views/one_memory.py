"""What the page of one memory shows: where it comes from, how present it is, how it came to be what it is."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any, Final

import msgspec

from memlane.derive.strength import HALF_LIFE, last_touched, strength
from memlane.errors import UsageError
from memlane.types.memory import EPISODE, MESSAGE, Memory, Mention
from memlane.web.times import ago, span, when

_TELLS_WHAT_HAPPENED: Final = frozenset({MESSAGE, "summary", EPISODE})
_TITLES: Final[Mapping[str, str]] = {
    MESSAGE: "What was said",
    "fact": "A fact",
    "preference": "A preference",
    "summary": "A summary",
    EPISODE: "An episode",
}
_CHANGES: Final[Mapping[str, str]] = {
    "mentioned": "Said again",
    "widened": "Began earlier than was known",
    "ended": "Ended",
    "linked": "Linked to what it replaced",
    "pinned": "Pinned",
    "unpinned": "Let go",
    "reverted": "Undone",
    "reopened": "Holds again",
    "corrected": "Corrected",
}
_FIELDS: Final[Mapping[str, str]] = {
    "valid_from": "holds from",
    "valid_to": "holds until",
    "replaced_by": "replaced by",
    "mentions": "said in messages",
}
_NOTHING: Final = "nothing"


class Source(msgspec.Struct, frozen=True):
    """A message that a memory comes from, and when it was said, where that is known."""

    session_id: str
    message_id: str
    at: datetime | None = None


class Difference(msgspec.Struct, frozen=True):
    """What a change did to one field; both as a person reads them."""

    field: str
    before: str
    after: str


class Step(msgspec.Struct, frozen=True):
    """A version of a memory and what made it.

    Attributes:
        version: Its number, from 1.
        title: What was done; our own words unless the change is of a name that is not known here.
        at: When; aware UTC.
        differences: What was changed.
        because: The message that caused it, if one did.
    """

    version: int
    title: str
    at: datetime
    differences: list[Difference]
    because: Mention | None = None


def title_of(memory: Memory) -> str:
    """Return what to call it; our own words."""
    return _TITLES.get(memory.kind, "A memory")


def can_be_corrected(memory: Memory) -> bool:
    """Whether it may be made to say something else; what tells what happened may not."""
    return memory.kind not in _TELLS_WHAT_HAPPENED


def sources_of(memory: Memory) -> list[Source]:
    """Return the messages that say it, the first one first."""
    session = memory.session_id
    own = [Source(session, message, memory.created_at) for message in memory.message_ids] if session else []
    return own + [Source(mention.session_id, mention.message_id, mention.at) for mention in memory.mentions]


def strength_of(memory: Memory, now: datetime) -> tuple[float, str]:
    """Return how present it is, 0-1, and a sentence that says why."""
    share = strength(memory, now)
    if memory.pinned:
        return share, "Pinned: it does not fade, and no policy prunes it."
    times = f"said {_times(memory.support)}" if memory.support else "put down by hand"
    used = f"used {_times(memory.uses)}" if memory.uses else "never used"
    touched = ago(last_touched(memory), now)
    half = f"What is said once and never used is half as strong after {span(HALF_LIFE)}."
    return share, f"Last touched {touched}; {times}, {used}. {half}"


def particulars_of(memory: Memory, zone: tzinfo) -> list[tuple[str, str]]:
    """Return what else is known of it: names of ours, and values that are data."""
    found: list[tuple[str, str | None]] = [
        ("Kind", memory.kind),
        ("Said" if memory.message_ids else "Put down", when(memory.created_at, zone)),
        ("By", _speaker(memory)),
        ("About", memory.subject),
        ("Attribute", memory.attribute),
        ("Value", memory.value),
        ("Holds from", _when(memory.valid_from, zone)),
        ("Holds until", _when(memory.valid_to, zone)),
        ("Ceases to exist", _when(memory.expires_at, zone)),
        ("Sure", f"{memory.confidence:.0%}" if memory.confidence is not None else None),
        ("Found by", memory.method or None),
    ]
    return [(name, value) for name, value in found if value is not None]


def steps_of(history: Sequence[Memory]) -> list[Step]:
    """Return the versions of a memory with what changed, the newest first.

    Args:
        history: Every version, the oldest first, as `user.history` returns them.
    """
    first = history[0]
    steps = [Step(1, "Said" if first.message_ids else "Put down", first.created_at, [])]
    for memory in history[1:]:
        made = memory.past[-1]
        title = _CHANGES.get(made.change, made.change)
        differences = [_difference(name, before, memory) for name, before in made.before.items() if name != "pinned"]
        steps.append(Step(made.version, title, made.at, differences, made.because))
    return steps[::-1]


def metadata_of(text: str) -> dict[str, Any] | None:
    """Return the JSON object that somebody wrote; None for nothing.

    Raises:
        UsageError: it is none; says where it goes wrong.
    """
    if not text.strip():
        return None
    try:
        document: object = json.loads(text)
    except ValueError as exc:
        raise UsageError(f"that is not JSON: {exc}") from exc
    if not isinstance(document, dict):
        raise UsageError('that is not a JSON object, e.g. {"seat": "window"}')
    return msgspec.convert(document, dict[str, Any])


def as_json(document: object) -> str:
    """Return a document as indented JSON."""
    return json.dumps(msgspec.to_builtins(document), ensure_ascii=False, indent=2)


def _difference(name: str, before: Any, after: Memory) -> Difference:
    now = len(after.mentions) if name == "mentions" else msgspec.to_builtins(getattr(after, name))
    return Difference(_FIELDS.get(name, name.replace("_", " ")), _told(before), _told(now))


def _told(value: Any) -> str:
    if value is None or value == "":
        return _NOTHING
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _speaker(memory: Memory) -> str | None:
    return f"{memory.name} ({memory.role})" if memory.name and memory.role else memory.role


def _when(moment: datetime | None, zone: tzinfo) -> str | None:
    return when(moment, zone) if moment else None


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")
