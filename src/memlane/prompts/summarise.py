"""The running summary of a conversation: an old summary and the messages after it become a new one."""

from collections.abc import Sequence
from typing import Final

import msgspec

from memlane.prompts.request import (
    DATA_RULE,
    Quote,
    Request,
    block,
    message_lines,
    read_json,
    read_summary,
    record,
    size_of,
)
from memlane.types.line import Line

NAME: Final = "summarise-1"
"""Name and version; whoever changes a word of the prompt changes the version."""

_SYSTEM: Final = f"""\
You keep the summary of a long conversation. The user message holds the summary so far, if there is one, in \
<summary>, and the messages that came after it, oldest first, in <messages>. Write one new summary that can stand in \
for both.

{DATA_RULE}

- Keep what later turns may depend on: names, dates, numbers, decisions and their reasons, promises, wishes, \
corrections, and questions that are still open. Say of whom or what each is.
- What the summary so far holds stays, in fewer words if need be, unless a message corrects it. Then give the new \
state and, briefly, what it was before.
- Say nothing that was not said: no advice, no guesses, no opinion of your own. Keep apart what a person said and \
what an assistant proposed.
- Turn days such as "tomorrow" into dates, by the date of the message.
- Leave out greetings, thanks and general explanations first.
- Write in the language that most of the messages are in, in plain sentences, in the third person.

Answer with a JSON object: {{"summary": "..."}}."""

_SCHEMA: Final = record({"summary": {"type": "string", "description": "The new summary."}})
_WORDS_A_TOKEN: Final = 0.7


class _Answer(msgspec.Struct):
    summary: str


def build(previous: str, lines: Sequence[Line], *, max_tokens: int, quote: Quote) -> Request:
    """Return what to ask a model.

    Args:
        previous: The summary so far; empty for none.
        lines: The messages after it, oldest first.
        max_tokens: What the new summary should come to at most; the model is told in words.
        quote: What quotes text.
    """
    parts = [block("summary", [quote(previous)])] if previous.strip() else []
    parts.append(block("messages", message_lines(lines, quote)))
    parts.append(f"Use at most {max(1, int(max_tokens * _WORDS_A_TOKEN)):,} words.")
    return Request(_SYSTEM, "\n\n".join(parts), _SCHEMA)


def read(answer: str, previous: str, lines: Sequence[Line]) -> str:
    """Return the summary that a model wrote.

    Args:
        answer: What it answered.
        previous: The summary so far, as given to `build`.
        lines: The messages, as given to `build`.

    Raises:
        MalformedOutputError: not the JSON asked for, empty, or longer than what it summarises (200 characters are
            always allowed).
    """
    return read_summary(read_json(answer, _Answer).summary, len(previous) + size_of(lines))
