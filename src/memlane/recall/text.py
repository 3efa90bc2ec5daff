"""The texts by which a memory is found: one for its words, one for its meaning.

They must not depend on anything but the memory, because vectors of them are stored and shared between processes;
whoever changes `embedded_text` changes `RECIPE`.
"""

from datetime import datetime

from memlane.types.memory import Memory

RECIPE = "r2"
"""Version of `embedded_text`, part of the identity under which its vectors are stored."""

_QUESTION_MARKS = ("?", "\uff1f", "\u061f", "\u037e")  # Latin, full-width, Arabic, Greek
_LONGEST_ENDING = 64
_CLOSING = " \t\r\n\"')]}*_\u00bb\u2019\u201d\u300d"

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def searchable_text(memory: Memory) -> str:
    """Return the words of a memory, e.g. `8 May 2023, Caroline: I went to a support group yesterday.`.

    The date is written as people say it, because questions name days, months and years so; the speaker, because
    questions name people. A memory that nobody said carries its date only.
    """
    when = spoken_date(memory.created_at)
    speaker = memory.name or memory.role
    return f"{when}, {speaker}: {memory.text}" if speaker else f"{when}: {memory.text}"


def embedded_text(memory: Memory) -> str:
    """Return what is embedded of a memory, e.g. `Caroline: I went to a support group yesterday.`.

    Without the date: it moves the vector of a short text far, and a question seldom means it.
    """
    speaker = memory.name or memory.role
    return f"{speaker}: {memory.text}" if speaker else memory.text


def is_question(text: str) -> bool:
    """Return whether a text ends by asking."""
    return text[-_LONGEST_ENDING:].rstrip(_CLOSING).endswith(_QUESTION_MARKS)


def spoken_date(moment: datetime) -> str:
    """Return a date as it is spoken in English, e.g. `8 May 2023`; the same in every locale."""
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"
