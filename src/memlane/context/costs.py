"""What everything in a context costs, in tokens.

Owns the one rule of counting. It decides nothing about what is shown.

The rule: a message costs the tokens of its words (`message_text`), of a model's private thoughts and of its speaker's
name, and `MESSAGE_OVERHEAD_TOKENS`. Images and files cost providers far more than their `[image]`, by rules of their
own; a context that holds any says that its count is not exact. What is remembered costs what it adds to the text
before which, or behind which, it is sent.
"""

from collections.abc import Sequence
from functools import reduce
from typing import Final, NamedTuple

from memlane.context.exchanges import NO_RESULT
from memlane.context.groups import Group
from memlane.context.placement import SEPARATOR, Host, joined, says_something
from memlane.context.rendering import message_text, thought_text
from memlane.context.shape_anthropic import OPENING, SYSTEM_ROLES
from memlane.protocols.counter import TokenCounter
from memlane.types.message import Message

MESSAGE_OVERHEAD_TOKENS: Final = 4
"""Tokens that frame one message. OpenAI's cookbook counts 3 for its chat models, and 4 for the first of them."""


class Size(NamedTuple):
    """What a group comes to.

    Attributes:
        tokens: Its tokens, with room for an answer to each call that has none.
        first: The place and role of its first message that a provider is sent as a turn, if there is any.
    """

    tokens: int
    first: tuple[int, str] | None


class Tally:
    """A counter that counts the same text once, and looks at the same group once."""

    def __init__(self, counter: TokenCounter) -> None:
        self._counter = counter
        self._counts: dict[str, int] = {}
        self._sizes: dict[int, tuple[Group, Size]] = {}

    @property
    def name(self) -> str:
        """Which tokenizer or estimate counts."""
        return self._counter.name

    @property
    def exact(self) -> bool:
        """Whether the count is the model's own."""
        return self._counter.exact

    def count(self, text: str) -> int:
        """Return the number of tokens of `text`."""
        tokens = self._counts.get(text)
        if tokens is None:
            tokens = self._counts[text] = self._counter.count(text)
        return tokens

    def size(self, group: Group) -> Size:
        """Return what a group comes to; it is held, so that no other takes its place in memory."""
        known = self._sizes.get(id(group))
        if known is None:
            known = self._sizes[id(group)] = (group, _measure(group, self))
        return known[1]


def message_cost(message: Message, counter: TokenCounter) -> int:
    """Return the tokens of one message."""
    tokens = counter.count(message_text(message)) + counter.count(thought_text(message))
    name = counter.count(f"{message.name}: ") if message.name else 0
    return tokens + name + MESSAGE_OVERHEAD_TOKENS


def size_of(group: Group, counter: TokenCounter) -> Size:
    """Return what a group comes to."""
    return counter.size(group) if isinstance(counter, Tally) else _measure(group, counter)


def group_cost(group: Group, counter: TokenCounter) -> int:
    """Return the tokens of a group, with room for an answer to each call that has none."""
    return size_of(group, counter).tokens


def earlier(one: tuple[int, str] | None, other: tuple[int, str] | None) -> tuple[int, str] | None:
    """Return which of two turns, by place and role, stands first; None where there is neither."""
    return other if one is None or (other is not None and other < one) else one


def _measure(group: Group, counter: TokenCounter) -> Size:
    spoken = sum([message_cost(turn.message, counter) for turn in group.turns])
    if group.open_calls:
        spoken += group.open_calls * (counter.count(NO_RESULT) + MESSAGE_OVERHEAD_TOKENS)
    for place, turn in zip(group.places, group.turns, strict=True):
        if turn.role not in SYSTEM_ROLES and says_something(turn.blocks):
            return Size(spoken, (place, turn.role))
    return Size(spoken, None)


def window_cost(groups: Sequence[Group], counter: TokenCounter) -> int:
    """Return the tokens of the messages of groups, with what a provider needs before them."""
    sizes = [size_of(group, counter) for group in groups]
    first = reduce(earlier, [size.first for size in sizes], None)
    return sum([size.tokens for size in sizes]) + opening_cost(first, counter)


def placed_cost(block: str, host: Host | None, system: str, counter: TokenCounter) -> int:
    """Return the tokens that a block adds before the words of its host, or at the end of the system text."""
    if not block:
        return 0
    if host is None:
        return counter.count(joined(system, block)) - counter.count(system)
    words = message_text(host.message)
    return counter.count(block + SEPARATOR + words) - counter.count(words)


def opening_cost(first: tuple[int, str] | None, counter: TokenCounter) -> int:
    """Return the tokens of the user message put first where the first speaker is the assistant, else 0."""
    if first is None or first[1] != "assistant":
        return 0
    return counter.count(OPENING) + MESSAGE_OVERHEAD_TOKENS
