"""Which of the newest messages are shown: by number and by tokens.

Owns the choice among whole groups, newest first. Every choice but `steady` is of the same form, so a larger limit
never shows fewer messages. It knows nothing of memories or summaries.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from memlane.context.costs import earlier, group_cost, opening_cost, size_of
from memlane.context.groups import Group, find_groups, in_order, without_dead_start
from memlane.errors import BudgetExceededError, UsageError
from memlane.protocols.counter import TokenCounter
from memlane.types.message import Message

STEP_SHARE: Final = 1 / 3
"""How much of its limit a steady window gives up at once, so that its start stays until then."""

_TOKENS_A_POSITION: Final = 8


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
        size = size_of(added, counter)
        grown += size.tokens
        held += len(added.turns)
        first = earlier(first, size.first)
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


def steady(groups: Sequence[Group], room: int, last: int | None, counter: TokenCounter) -> int:
    """Return how many of the newest groups to show so that the oldest of them stays the same for many turns.

    The log is cut into stretches of `STEP_SHARE` of each limit; the window begins with the oldest stretch from which
    on everything fits. A stretch ends where its tokens, counted from a round position of the log, pass a multiple of
    that share, so cuts stay where they are while messages are added, and do not depend on how much of the older log
    was read, as long as that is a message for every four tokens of `room`. Where all fit, all are shown.

    Args:
        groups: Ordered as `find_groups` does.
        room: Tokens that the window may come to; the newest group is shown whatever it takes.
        last: At most this many messages, never parting a group; None for any number.
        counter: What counts tokens.
    """
    by_number = len(groups) if last is None else _steady_by_number(groups, last)
    fitting = [step.groups for step in _within(groups, by_number, room, counter)]
    most = fitting[-1] if fitting else min(by_number, 1)
    if most in (0, by_number):
        return most
    cuts = [at for at in _cuts(groups, most, room, counter) if len(groups) - at in fitting]
    return len(groups) - cuts[0] if cuts else most


def _within(groups: Sequence[Group], most: int, room: int, counter: TokenCounter) -> Iterator[Step]:
    for step in widen(newest(groups, most), counter):
        if step.grown > room:
            return
        if step.tokens <= room:
            yield step


def _cuts(groups: Sequence[Group], most: int, room: int, counter: TokenCounter) -> Iterator[int]:
    """Yield the indexes of the groups among the `most` newest that begin a stretch, oldest first."""
    stretch = max(1.0, room * STEP_SHARE)
    block = 1 << max(0, (room // _TOKENS_A_POSITION).bit_length() - 1)
    oldest = len(groups) - most
    first = next(at for at in range(oldest, -1, -1) if at == 0 or _crosses(groups, at, block))
    passed = 0
    for at in range(first, len(groups)):
        is_round = at == first or _crosses(groups, at, block)
        before, passed = (0, 0) if is_round else (passed, passed + group_cost(groups[at - 1], counter))
        if at >= oldest and (is_round or before // stretch != passed // stretch):
            yield at


def _crosses(groups: Sequence[Group], at: int, block: int) -> bool:
    return _position(groups[at]) // block != _position(groups[at - 1]) // block


def _position(group: Group) -> int:
    return group.turns[-1].message.position or group.places[-1] + 1


def _steady_by_number(groups: Sequence[Group], last: int) -> int:
    """Return how many of the newest groups begin with the oldest stretch of positions of which all are allowed."""
    most = count_within(groups, last)
    if most == len(groups) and sum(len(found.turns) for found in groups) < last:
        return most
    block = max(1, int(last * STEP_SHARE))
    oldest = len(groups) - most
    return next((len(groups) - at for at in range(max(1, oldest), len(groups)) if _crosses(groups, at, block)), most)


def newest(groups: Sequence[Group], count: int) -> list[Group]:
    """Return the `count` newest groups."""
    return list(groups[len(groups) - count :])
