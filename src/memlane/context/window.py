"""Which of the newest messages are shown: by number and by tokens.

Owns the choice among whole groups, newest first. Every choice is of the same form, so a larger limit never shows
fewer messages. It knows nothing of memories or summaries.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from memlane.context.costs import first_speaker, group_cost, opening_cost
from memlane.context.groups import Group, find_groups, in_order, without_dead_start
from memlane.errors import BudgetExceededError, UsageError
from memlane.protocols.counter import TokenCounter
from memlane.types.message import Message


class Step(NamedTuple):
    """What showing one more group comes to.

    Attributes:
        groups: How many of the newest groups are shown.
        messages: How many messages they hold.
        grown: Tokens of the messages alone; only grows from step to step.
        tokens: Tokens of the window, with what a provider needs before it (`opening_cost`).
    """

    groups: int
    messages: int
    grown: int
    tokens: int


def last_n(messages: Sequence[Message], n: int) -> list[Message]:
    """Return at most the n newest messages, oldest first, never parting a group.

    Fewer rather than more; only the newest group is shown whole even when it alone has more than n (unless n is 0).

    Raises:
        UsageError: `n` is negative.
    """
    groups = find_groups(messages)
    return in_order(without_dead_start(newest(groups, count_within(groups, n))))


def fit(messages: Sequence[Message], budget: int, counter: TokenCounter) -> list[Message]:
    """Return as many of the newest messages as fit a budget of tokens, oldest first, never parting a group.

    Raises:
        BudgetExceededError: the newest group alone does not fit.
    """
    groups = find_groups(messages)
    best = 0
    for step in widen(groups, counter):
        if step.groups == 1 and step.tokens > budget:
            raise BudgetExceededError(step.tokens, budget)
        if step.grown > budget:
            break
        if step.tokens <= budget:
            best = step.groups
    return in_order(without_dead_start(newest(groups, best)))


def widen(groups: Sequence[Group], counter: TokenCounter) -> Iterator[Step]:
    """Yield what the newest group comes to, then the two newest, and so on; counts no further than asked."""
    grown = held = 0
    first: tuple[int, str] | None = None
    for count, added in enumerate(reversed(groups), start=1):
        grown += group_cost(added, counter)
        held += len(added.turns)
        firsts = [found for found in (first, first_speaker(added, counter)) if found]
        first = min(firsts, default=None)
        yield Step(count, held, grown, grown + opening_cost(first, counter))


def count_within(groups: Sequence[Group], last: int | None) -> int:
    """Return how many of the newest groups hold at most `last` messages (None: all); the newest always does.

    Raises:
        UsageError: `last` is negative.
    """
    if last is None:
        return len(groups)
    if last < 0:
        raise UsageError(f"the number of last messages must be 0 or more, not {last}")
    count = held = 0
    for found in reversed(groups) if last else ():
        held += len(found.turns)
        if held > last and count:
            break
        count += 1
    return count


def newest(groups: Sequence[Group], count: int) -> list[Group]:
    """Return the `count` newest groups."""
    return list(groups[len(groups) - count :])
