"""The text by which a memory is found: when it was said, by whom, and the words.

Both the lexical and the dense leg index this text. It must not depend on anything but the memory, because vectors
of it are stored and shared between processes; whoever changes it changes `RECIPE`.
"""

from datetime import datetime

from memlane.types.memory import Memory

RECIPE = "r1"
"""Version of `searchable_text`, part of the identity under which its vectors are stored."""

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
    """Return what is indexed of a memory, e.g. `8 May 2023, Caroline: I went to a support group yesterday.`.

    The date is written as people say it, because questions name days, months and years so; the speaker, because
    questions name people. A memory that nobody said carries its date only.
    """
    when = spoken_date(memory.created_at)
    speaker = memory.name or memory.role
    return f"{when}, {speaker}: {memory.text}" if speaker else f"{when}: {memory.text}"


def spoken_date(moment: datetime) -> str:
    """Return a date as it is spoken in English, e.g. `8 May 2023`; the same in every locale."""
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"
