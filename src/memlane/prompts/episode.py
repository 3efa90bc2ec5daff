"""A session in brief: title, summary, and what it left open."""

from collections.abc import Sequence
from typing import Final

import msgspec

from memlane.errors import MalformedOutputError
from memlane.prompts.request import (
    DATA_RULE,
    Quote,
    Request,
    block,
    message_lines,
    read_json,
    read_line,
    read_summary,
    record,
    size_of,
)
from memlane.types.line import Line

NAME: Final = "episode-1"
"""Name and version; whoever changes a word of the prompt changes the version."""

MOST_OPEN_ENDS: Final = 20
_LONGEST_TITLE: Final = 120
_LONGEST_OPEN_END: Final = 300

_SYSTEM: Final = f"""\
You write the entry of a finished conversation in a diary, so that it can be found and taken up again. The user \
message holds the conversation, oldest first, in <messages>.

{DATA_RULE}

- title: what it was about, in at most ten words, with the names that tell it from others.
- summary: what was asked, learnt, decided and promised, by whom, with names, dates and numbers, in two to six \
sentences. Turn days such as "tomorrow" into dates, by the date of the message.
- open_ends: what was left open, a short sentence each: questions that nobody answered, promises not yet kept, plans \
ahead. An empty list if there is nothing.
- Say nothing that was not said. Write in the language that most of the messages are in.

Answer with a JSON object: {{"title": "...", "summary": "...", "open_ends": [...]}}."""

_SCHEMA: Final = record(
    {
        "title": {"type": "string"},
        "summary": {"type": "string"},
        "open_ends": {"type": "array", "items": {"type": "string"}},
    }
)


class EpisodeDraft(msgspec.Struct):
    """What a model wrote of a session.

    Attributes:
        title: What it was about, on one line.
        summary: What was said, in brief.
        open_ends: What was left open, a line each.
    """

    title: str
    summary: str
    open_ends: list[str]


def build(lines: Sequence[Line], *, quote: Quote) -> Request:
    """Return what to ask a model.

    Args:
        lines: The messages of the session, oldest first.
        quote: What quotes text.
    """
    return Request(_SYSTEM, block("messages", message_lines(lines, quote)), _SCHEMA)


def read(answer: str, lines: Sequence[Line]) -> EpisodeDraft:
    """Return what a model wrote of a session.

    Args:
        answer: What it answered.
        lines: The messages, as given to `build`.

    Raises:
        MalformedOutputError: not the JSON asked for, an empty or overlong part, a summary longer than the session (200
            characters are always allowed), or more than `MOST_OPEN_ENDS` open ends.
    """
    draft = read_json(answer, EpisodeDraft)
    if len(draft.open_ends) > MOST_OPEN_ENDS:
        raise MalformedOutputError(f"{len(draft.open_ends):,} open ends; at most {MOST_OPEN_ENDS} are taken")
    return EpisodeDraft(
        title=read_line(draft.title, "the title", _LONGEST_TITLE),
        summary=read_summary(draft.summary, size_of(lines)),
        open_ends=[read_line(end, "an open end", _LONGEST_OPEN_END) for end in draft.open_ends],
    )
