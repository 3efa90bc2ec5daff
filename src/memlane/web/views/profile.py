"""The profile: facts by whom they are about, and the preferences document as rows."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from memlane.errors import UsageError
from memlane.types.memory import Memory
from memlane.web.views.memories import day

_USER: Final = "user"
_LASTS: Final[Mapping[str, int | None]] = {
    "a day": 1,
    "a week": 7,
    "30 days": 30,
    "90 days": 90,
    "a year": 365,
    "for ever": None,
}
LASTS: Final = tuple(_LASTS)
"""How long a document may be kept, as offered."""
USUAL: Final = "90 days"
PAGE: Final = 100
"""So many facts are shown at first."""


class About(msgspec.Struct, frozen=True):
    """What is known of one subject, by attribute; the user comes first."""

    subject: str
    facts: list[Memory]

    @property
    def is_user(self) -> bool:
        """Whether it is the user."""
        return self.subject == _USER


def by_subject(facts: Iterable[Memory]) -> list[About]:
    """Return facts by whom they are about: the user first, then others by name; attributes by name, newest first."""
    groups: dict[str, list[Memory]] = {}
    for fact in facts:
        groups.setdefault(fact.subject or _USER, []).append(fact)
    ordered = sorted(groups.items(), key=lambda item: (item[0] != _USER, item[0].casefold(), item[0]))
    return [About(subject, sorted(known, key=_place)) for subject, known in ordered]


def first_of(groups: Sequence[About], most: int) -> list[About]:
    """Return the groups cut to so many facts in all."""
    kept: list[About] = []
    for about in groups:
        if most > 0:
            kept.append(About(about.subject, about.facts[:most]))
        most -= len(about.facts)
    return kept


def line_of(fact: Memory) -> tuple[str, str]:
    """Return a fact's attribute, `family: sister` for `family:sister`, and value; without one, nothing and its text."""
    return (fact.attribute.replace(":", ": "), fact.value) if fact.attribute and fact.value else ("", fact.text)


def since_of(fact: Memory, now: datetime) -> str:
    """Return since when a fact holds, until when if it has an end, and how often it was said."""
    begun = fact.valid_from or fact.created_at
    parts = [f"{'since' if begun <= now else 'from'} {day(begun)}"]
    if fact.valid_to:
        parts.append(f"until {day(fact.valid_to)}")
    if fact.support > 1:
        parts.append(f"said {fact.support} times")
    return ", ".join(parts)


def rows_of(document: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return a document as columns `name` and `value`: text as it is; all else, and text that looks so, as JSON."""
    return {"name": list(document), "value": [_written(value) for value in document.values()]}


def document_of(names: Sequence[str | None], values: Sequence[str | None]) -> dict[str, Any]:
    """Return the document that rows mean: a value that is JSON is read as JSON, any other is text.

    Rows without a name and a value are left out.

    Raises:
        UsageError: a row has a value and no name, or two have the same name.
    """
    document: dict[str, Any] = {}
    for given, value in zip(names, values, strict=True):
        name = given or ""
        if not name and value:
            raise UsageError("a row has a value but no name")
        if name in document:
            raise UsageError("two rows have the same name")
        if name:
            document[name] = _read(value or "")
    return document


def days_of(lasts: str) -> int | None:
    """Return for how many days one of `LASTS` is; None for ever."""
    return _LASTS[lasts]


def _place(fact: Memory) -> tuple[bool, str, float]:
    return not fact.attribute, fact.attribute or "", -fact.created_at.timestamp()


def _written(value: Any) -> str:
    if isinstance(value, str) and value and value == value.strip() and _read(value) == value:
        return value
    return json.dumps(value, ensure_ascii=False)


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
