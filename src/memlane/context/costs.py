"""What everything in a context costs, in tokens.

Owns the one rule of counting. It decides nothing about what is shown.

The rule: a message costs the tokens of its words (`message_text`), of a model's private thoughts and of its speaker's
name, and `MESSAGE_OVERHEAD_TOKENS`. Images and files cost providers far more than their `[image]`, by rules of their
own; a context that holds any says that its count is not exact.
"""

from collections.abc import Sequence
from typing import Final

from memlane.context.exchanges import NO_RESULT
from memlane.context.groups import Group
from memlane.context.parts import Result, Text, Turn
from memlane.context.rendering import message_text, thought_text
from memlane.context.shape_anthropic import OPENING, SYSTEM_ROLES
from memlane.protocols.counter import TokenCounter
from memlane.types.message import Message

MESSAGE_OVERHEAD_TOKENS: Final = 4
"""Tokens that frame one message. OpenAI's cookbook counts 3 for its chat models, and 4 for the first of them."""


def message_cost(message: Message, counter: TokenCounter) -> int:
    """Return the tokens of one message."""
    tokens = counter.count(message_text(message)) + counter.count(thought_text(message))
    name = counter.count(f"{message.name}: ") if message.name else 0
    return tokens + name + MESSAGE_OVERHEAD_TOKENS


def group_cost(group: Group, counter: TokenCounter) -> int:
    """Return the tokens of a group, with room for an answer to each call that has none."""
    spoken = sum(message_cost(turn.message, counter) for turn in group.turns)
    if not group.open_calls:
        return spoken
    return spoken + group.open_calls * (counter.count(NO_RESULT) + MESSAGE_OVERHEAD_TOKENS)


def opening_cost(groups: Sequence[Group], counter: TokenCounter) -> int:
    """Return the tokens of the user message put first where a window begins with the assistant's, else 0."""
    opening = min((found for group in groups for found in _spoken(group)), default=(0, ""))
    return counter.count(OPENING) + MESSAGE_OVERHEAD_TOKENS if opening[1] == "assistant" else 0


def _spoken(group: Group) -> list[tuple[int, str]]:
    turns = zip(group.places, group.turns, strict=True)
    return [(place, turn.role) for place, turn in turns if turn.role not in SYSTEM_ROLES and _says_something(turn)]


def _says_something(turn: Turn) -> bool:
    return any(
        not isinstance(block, Result) and not (isinstance(block, Text) and not block.text.strip())
        for block in turn.blocks
    )
