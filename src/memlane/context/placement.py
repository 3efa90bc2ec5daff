"""Where what is remembered stands in a prompt: behind all that stays from turn to turn, before the newest question.

Owns the choice of the place and the way in. It quotes nothing and writes no provider's shape.

The place is the newest user message that says something, before its words, while nobody has answered it: what follows
it is at most an open exchange (assistant messages with tool calls, their results) and system messages. Otherwise, when
there is no such message or the window ends with an answer, it is the end of the system text.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from memlane.context.exchanges import Exchange
from memlane.context.groups import Group, placed
from memlane.context.parts import Block, Call, Result, Turn
from memlane.context.rendering import block_text
from memlane.types.message import Message

SEPARATOR: Final = "\n\n"


class Host(NamedTuple):
    """The message before whose words something stands, and its index in the log."""

    place: int
    message: Message


def host_of(said: Sequence[Turn] | Sequence[Exchange]) -> int | None:
    """Return the index of the unanswered question before whose words something is to stand; None for none."""
    for at in reversed(range(len(said))):
        role, blocks = said[at].message.role, said[at].blocks
        if role == "user" and says_something(blocks):
            return at
        if role == "assistant" and not any(isinstance(block, Call) for block in blocks):
            return None
    return None


def host_in(groups: Sequence[Group]) -> Host | None:
    """Return the unanswered question in a window."""
    turns = placed(groups)
    at = host_of([turn for _, turn in turns])
    return None if at is None else Host(turns[at][0], turns[at][1].message)


def says_something(blocks: Sequence[Block]) -> bool:
    """Whether there is anything but tool results and blank text."""
    return any(block_text(block).strip() for block in blocks if not isinstance(block, Result))


def joined(*texts: str) -> str:
    """Return the texts that are not empty with an empty line between them."""
    return SEPARATOR.join(text for text in texts if text)


def put_before(parts: list[dict[str, Any]], text: str) -> list[dict[str, Any]]:
    """Return parts of a message with a text before them: in their first text, so that text alone stays so."""
    if parts and parts[0]["type"] == "text":
        return [{"type": "text", "text": joined(text, parts[0]["text"])}, *parts[1:]]
    return [{"type": "text", "text": text}, *parts]
