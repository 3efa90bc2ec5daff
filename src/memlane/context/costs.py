"""What everything in a context costs, in tokens.

Owns the one rule of counting. It decides nothing about what is shown.

The rule: a message costs the tokens of its words (`message_text`), of a model's private thoughts and of its speaker's
name, and `MESSAGE_OVERHEAD_TOKENS`. Images and files cost providers far more than their `[image]`, by rules of their
own; a context that holds any says that its count is not exact. What is remembered costs what it adds to the text
before which, or behind which, it is sent.
"""

from collections.abc import Sequence
from typing import Final

from memlane.context.exchanges import NO_RESULT
from memlane.context.groups import Group
from memlane.context.placement import SEPARATOR, Host, joined, says_something
from memlane.context.rendering import message_text, thought_text
from memlane.context.shape_anthropic import OPENING, SYSTEM_ROLES
from memlane.protocols.counter import TokenCounter
from memlane.types.message import Message

MESSAGE_OVERHEAD_TOKENS: Final = 4
"""Tokens that frame one message. OpenAI's cookbook counts 3 for its chat models, and 4 for the first of them."""


class Tally:
    """A counter that counts the same text once, and looks at the same group once."""

    def __init__(self, counter: TokenCounter) -> None:
        self._counter = counter
        self._counts: dict[str, int] = {}
        self._groups: dict[int, tuple[Group, int]] = {}
        self._firsts: dict[int, tuple[Group, tuple[int, str] | None]] = {}

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
        if text not in self._counts:
            self._counts[text] = self._counter.count(text)
        return self._counts[text]

    def group(self, group: Group) -> int:
        """Return the tokens of a group by `group_cost`; it is held, so that no other takes its place in memory."""
        if id(group) not in self._groups:
            self._groups[id(group)] = (group, _count_group(group, self))
        return self._groups[id(group)][1]

    def first_speaker(self, group: Group) -> tuple[int, str] | None:
        """Return what `first_speaker` finds; the group is held as by `group`."""
        if id(group) not in self._firsts:
            self._firsts[id(group)] = (group, _find_first_speaker(group))
        return self._firsts[id(group)][1]


def message_cost(message: Message, counter: TokenCounter) -> int:
    """Return the tokens of one message."""
    tokens = counter.count(message_text(message)) + counter.count(thought_text(message))
    name = counter.count(f"{message.name}: ") if message.name else 0
    return tokens + name + MESSAGE_OVERHEAD_TOKENS


def group_cost(group: Group, counter: TokenCounter) -> int:
    """Return the tokens of a group, with room for an answer to each call that has none."""
    return counter.group(group) if isinstance(counter, Tally) else _count_group(group, counter)


def _count_group(group: Group, counter: TokenCounter) -> int:
    spoken = sum(message_cost(turn.message, counter) for turn in group.turns)
    if not group.open_calls:
        return spoken
    return spoken + group.open_calls * (counter.count(NO_RESULT) + MESSAGE_OVERHEAD_TOKENS)


def window_cost(groups: Sequence[Group], counter: TokenCounter) -> int:
    """Return the tokens of the messages of groups, with what a provider needs before them."""
    firsts = [found for group in groups if (found := first_speaker(group, counter))]
    return sum(group_cost(group, counter) for group in groups) + opening_cost(min(firsts, default=None), counter)


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


def first_speaker(group: Group, counter: TokenCounter) -> tuple[int, str] | None:
    """Return the place and role of the first message that a provider is sent as a turn, if there is any."""
    return counter.first_speaker(group) if isinstance(counter, Tally) else _find_first_speaker(group)


def _find_first_speaker(group: Group) -> tuple[int, str] | None:
    turns = zip(group.places, group.turns, strict=True)
    speaking = (turn for turn in turns if turn[1].role not in SYSTEM_ROLES and says_something(turn[1].blocks))
    return next(((place, turn.role) for place, turn in speaking), None)
