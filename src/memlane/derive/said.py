"""What somebody said of themselves, as data: the record, and the closed list of attributes.

Owns the names. It must not know how a fact was found: patterns and models fill the same record.
"""

from datetime import datetime
from typing import Final, NamedTuple

import msgspec

FACT: Final = "fact"
PREFERENCE: Final = "preference"
USER: Final = "user"
PATTERNS: Final = "patterns-1"
"""What patterns call themselves as a method; changes with them."""


class Attribute(NamedTuple):
    """What is known of an attribute, whoever has it."""

    about: str
    kind: str = FACT
    single: bool = False


ATTRIBUTES: Final = {
    "name": Attribute("what somebody is called", single=True),
    "nickname": Attribute("how they want to be called", single=True),
    "age": Attribute("in years, when it was said", single=True),
    "birthday": Attribute("the day, as it was said, with or without its year", single=True),
    "birth_year": Attribute("the year alone", single=True),
    "home": Attribute("where they live", single=True),
    "hometown": Attribute("where they are from or grew up", single=True),
    "birthplace": Attribute("where they were born", single=True),
    "work": Attribute("occupation or field", single=True),
    "employer": Attribute("for whom they work", single=True),
    "job_seeking": Attribute("that they look for work, and for which", single=True),
    "studies": Attribute("what they study", single=True),
    "partner": Attribute("a name, or a state such as `engaged` or `divorced`", single=True),
    "family": Attribute("as `family:<relation>`, friends included: a name, or how many, e.g. `two sons`"),
    "pet": Attribute("animal and name, or how many, e.g. `dog Rex`, `two cats`"),
    "owns": Attribute("a home, vehicle, instrument or device"),
    "language": Attribute("a language spoken"),
    "learning": Attribute("what is being learnt"),
    "condition": Attribute("a lasting condition of health"),
    "allergy": Attribute("an allergy or intolerance"),
    "plan": Attribute("something ahead with a date; `valid_to` is the end of the day, month or stretch named"),
    "diet": Attribute("vegan, vegetarian and the like", PREFERENCE, single=True),
    "avoids": Attribute("what is not eaten or drunk", PREFERENCE),
    "likes": Attribute("what they like or love, to do or to have", PREFERENCE),
    "dislikes": Attribute("what they dislike or hate", PREFERENCE),
    "hobby": Attribute("what they do, play or practise", PREFERENCE),
    "favourite": Attribute("as `favourite:<what>`, e.g. `favourite:colour`", PREFERENCE, single=True),
    "wants": Attribute("something to learn, see or become, without a date", PREFERENCE),
}
"""By the name before any colon. Telephone numbers, addresses and passwords are left out on purpose: what one text holds
is enough for them."""

_ONE_OF_EACH: Final = frozenset({"family:mother", "family:father"})


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a speaker said of themselves, or of somebody close.

    Attributes:
        kind: `fact` or `preference`.
        subject: `user`, or somebody close as relation and perhaps name: `sister`, `sister Anna`; relations are English.
        attribute: One of `ATTRIBUTES`; `family` and `favourite` with what stands behind the colon.
        value: What it is, in the words said, e.g. `Bergen`. Empty with `ends` when it was not said which.
        text: A sentence that stands alone, in the language it was said in: `Lives in Bergen.`
        single: Whether only one can hold at a time (home, name) and not several (likes, allergies).
        ends: Whether it says that this no longer holds.
        valid_from: From when it holds, where that was said; aware UTC.
        valid_to: Until when, half-open; aware UTC.
        confidence: 0-1.
        start: Where in the message the words begin.
        end: Where they end.
    """

    kind: str
    subject: str
    attribute: str
    value: str
    text: str
    single: bool
    ends: bool = False
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    confidence: float
    start: int
    end: int


def kind_of(attribute: str) -> str:
    """Return `fact` or `preference`.

    Raises:
        KeyError: the attribute is not in the list.
    """
    return ATTRIBUTES[attribute.partition(":")[0]].kind


def is_single(attribute: str) -> bool:
    """Return whether a subject can have one such value at a time only; errors as `kind_of`."""
    return attribute in _ONE_OF_EACH or ATTRIBUTES[attribute.partition(":")[0]].single
