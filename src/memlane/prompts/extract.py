"""Facts from a conversation: what people said of themselves and of those close to them.

Messages have small numbers in the prompt, never ids, so that a source is either one of them or refused.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

import msgspec

from memlane.errors import MalformedOutputError
from memlane.prompts.request import DATA_RULE, Quote, Request, block, message_lines, read_json, read_line, record
from memlane.types.line import Line

NAME: Final = "extract-1"
"""Name and version; whoever changes a word of the prompt changes the version."""

MOST_FACTS: Final = 50
LONGEST_TEXT: Final = 500
_LONGEST_VALUE: Final = 300
_LONGEST_NAME: Final = 100
_KINDS: Final = ("fact", "preference")
_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 2200
_is_day: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch

_SYSTEM: Final = f"""\
You note lasting facts for the memory of an assistant. The user message holds numbered messages, oldest first, in \
<messages>; "person" says whether a person wrote the message or a program did.

{DATA_RULE}

Note only what a person said of themselves, or of people and animals close to them, and what is likely to matter in \
later conversations: who they are, where and how they live, their work, family, health, habits, tastes, possessions \
and plans.

- Never note what only an assistant or a tool said, what a person asked, supposed, quoted, joked about or played, \
pasted text, or what a message repeats from memory.
- An assistant's message may only help you to understand the answer of a person to it.
- If nothing qualifies, the list is empty. A wrong fact does more harm than a missing one. At most {MOST_FACTS} facts.

Each fact says one thing:
- kind: "preference" for tastes, diet and wishes, otherwise "fact".
- subject: "user" for the person who writes, otherwise a relation in English, with the name if it is known: "sister \
Anna".
- attribute: the best fitting one of the list in <attributes>, otherwise one or two English words of your own, in \
small letters, joined by "_". Where the list shows one with a colon, put the detail behind it: "family:brother".
- value: what it is, in as few of the person's own words as possible: "Bergen". Empty only when something ends and \
it was not said which.
- text: one short sentence that is understood without the conversation, in the language of the message.
- ends: true when the person says that this no longer holds, otherwise false.
- valid_from, valid_to: the first and the last day on which it holds, as YYYY-MM-DD, where that was said; days such \
as "tomorrow" by the date of the message. Otherwise null.
- confidence: from 0 to 1, how sure it is that the person means it and that you understood it.
- messages: the numbers of the messages that say it.

Answer with a JSON object: {{"facts": [...]}}."""

_DAY: Final = {"type": ["string", "null"], "description": "YYYY-MM-DD"}
_SCHEMA: Final = record(
    {
        "facts": {
            "type": "array",
            "description": f"At most {MOST_FACTS}.",
            "items": record(
                {
                    "kind": {"type": "string", "enum": [*_KINDS]},
                    "subject": {"type": "string"},
                    "attribute": {"type": "string"},
                    "value": {"type": "string"},
                    "text": {"type": "string"},
                    "ends": {"type": "boolean"},
                    "valid_from": _DAY,
                    "valid_to": _DAY,
                    "confidence": {"type": "number"},
                    "messages": {"type": "array", "items": {"type": "integer"}},
                }
            ),
        }
    }
)


class ExtractedFact(msgspec.Struct, frozen=True, kw_only=True):
    """A fact that a model found, checked.

    Attributes:
        kind: `fact` or `preference`.
        subject: `user`, or somebody close.
        attribute: What it says of the subject; casefolded, perhaps none of the list.
        value: What that is; empty with `ends` when it was not said.
        text: A sentence that stands alone.
        ends: Whether it says that this no longer holds.
        valid_from: From when it holds; aware UTC.
        valid_to: Until when, half-open; aware UTC.
        confidence: 0-1.
        numbers: Which messages say it, counted from 1; each exists, and one at least is by a person.
    """

    kind: str
    subject: str
    attribute: str
    value: str
    text: str
    ends: bool
    valid_from: datetime | None
    valid_to: datetime | None
    confidence: float
    numbers: list[int]


class Extraction(msgspec.Struct, frozen=True):
    """What a model found; `dropped` counts facts that were refused because of their sources."""

    facts: list[ExtractedFact]
    dropped: int


class _Fact(msgspec.Struct):
    kind: str
    subject: str
    attribute: str
    value: str
    text: str
    ends: bool
    valid_from: str | None
    valid_to: str | None
    confidence: float
    messages: list[int]


class _Answer(msgspec.Struct):
    facts: list[_Fact]


def build(lines: Sequence[Line], *, attributes: Mapping[str, str], quote: Quote) -> Request:
    """Return what to ask a model.

    Args:
        lines: The messages, oldest first; those by persons are searched, the others are there to be understood by.
        attributes: The names of attributes that the application knows, each with what it means.
        quote: What quotes text.
    """
    known = [f"{quote(name)}: {quote(about)}" for name, about in attributes.items()]
    parts = [block("attributes", known), block("messages", message_lines(lines, quote))]
    return Request(_SYSTEM, "\n\n".join(parts), _SCHEMA)


def read(answer: str, lines: Sequence[Line]) -> Extraction:
    """Return the facts that a model found.

    A fact without sources, with a source that does not exist, or that no person said is dropped and counted; the others
    stay. Whatever else is wrong with one fact makes the whole answer worthless.

    Args:
        answer: What it answered.
        lines: The messages, as given to `build`.

    Raises:
        MalformedOutputError: not the JSON asked for, more than `MOST_FACTS` facts, an unknown kind, a text that is
            empty or too long, a day that does not exist or is before 1900 or after 2200, an end before its beginning,
            or a confidence that is not between 0 and 1.
    """
    found = read_json(answer, _Answer).facts
    if len(found) > MOST_FACTS:
        raise MalformedOutputError(f"the answer has {len(found):,} facts; at most {MOST_FACTS} are taken")
    checked = [_checked(fact) for fact in found]
    kept = [fact for fact in checked if _has_sources(fact, lines)]
    return Extraction(kept, len(checked) - len(kept))


def _has_sources(fact: ExtractedFact, lines: Sequence[Line]) -> bool:
    numbers = fact.numbers
    exist = bool(numbers) and numbers[0] >= 1 and numbers[-1] <= len(lines)
    return exist and any(lines[number - 1].is_by_person for number in numbers)


def _checked(fact: _Fact) -> ExtractedFact:
    if fact.kind not in _KINDS:
        raise MalformedOutputError(f"a fact has a kind that is not {' or '.join(_KINDS)}")
    if not 0 <= fact.confidence <= 1:
        raise MalformedOutputError("a fact has a confidence that is not between 0 and 1")
    first, last = _day(fact.valid_from), _day(fact.valid_to)
    if first and last and last < first:
        raise MalformedOutputError("a fact ends before it begins")
    return ExtractedFact(
        kind=fact.kind,
        subject=read_line(fact.subject, "the subject of a fact", _LONGEST_NAME),
        attribute=read_line(fact.attribute, "the attribute of a fact", _LONGEST_NAME).casefold(),
        value=_value(fact),
        text=read_line(fact.text, "the text of a fact", LONGEST_TEXT),
        ends=fact.ends,
        valid_from=first,
        valid_to=last + timedelta(days=1) if last else None,
        confidence=fact.confidence,
        numbers=sorted(set(fact.messages)),
    )


def _value(fact: _Fact) -> str:
    """Return what a fact says; where it only ends what held, that may be left open."""
    left_open = fact.ends and not fact.value.strip()
    return "" if left_open else read_line(fact.value, "the value of a fact", _LONGEST_VALUE)


def _day(text: str | None) -> datetime | None:
    """Return the beginning of a day."""
    if text is None:
        return None
    try:
        day = date.fromisoformat(text) if _is_day(text) else None
    except ValueError:
        day = None
    if day is None or not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise MalformedOutputError(f"a fact has a day that is not YYYY-MM-DD from {_FIRST_YEAR} to {_LAST_YEAR}")
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
