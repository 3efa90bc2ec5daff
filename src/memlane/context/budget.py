"""How a budget of tokens is divided between messages, summary and memories.

Owns the order of who gets what. It counts by `costs` and `remembered` and writes no text.

The order: instructions and the newest group always. Then the summary, when it takes no more than `SUMMARY_SHARE` of
what remains; otherwise it is left out. Then older messages, newest first, while room is kept for the memories
that the window does not show: as much as they need, at most their share. Then memories, best first, into all that
is left; those that only retell a better one come last. What is kept for summary and memories grows more slowly than
the budget whether or not it is used in the end, so that a larger budget never shows fewer messages.

A steady window is chosen apart from what is remembered: the memories' share, at most `STEADY_MEMORY_TOKENS`, is kept
whether or not they need it, so that the room for messages, and with it the window's start, does not depend on what is
asked.
"""

from collections.abc import Sequence
from itertools import chain, takewhile
from typing import Final

import msgspec

from memlane.context.costs import window_cost
from memlane.context.groups import Group, without_dead_start
from memlane.context.remembered import memories_frame_cost, memory_cost, summary_cost
from memlane.context.repetition import Sorted, depths_of, shown_from, sort_out
from memlane.context.window import Step, newest, steady, widen
from memlane.errors import BudgetExceededError
from memlane.protocols.counter import TokenCounter
from memlane.types.memory import Recalled
from memlane.types.summary import Summary

MEMORY_SHARE: Final = 0.3
SUMMARY_SHARE: Final = 0.5
STEADY_MEMORY_TOKENS: Final = 4_000
"""What a steady window keeps for memories at most."""


class Demand(msgspec.Struct, frozen=True):
    """What wants to be in a context.

    Attributes:
        fixed_tokens: Tokens of the instructions.
        groups: The log, ordered as `find_groups` does.
        most_groups: How many of the newest groups may be shown.
        summary: The summary, if any.
        recalled: What was found for the question.
        memory_share: The share of what remains that is kept for memories, 0-1.
        session_id: The session of the log.
        last: How many messages may be shown; None for any number.
        steady: Whether the window's start moves in steps (`window.steady`).
    """

    fixed_tokens: int
    groups: list[Group]
    most_groups: int
    summary: Summary | None
    recalled: Sequence[Recalled]
    memory_share: float
    session_id: str | None
    last: int | None
    steady: bool


class Division(msgspec.Struct, frozen=True):
    """Who got room.

    Attributes:
        groups: The groups that are shown.
        dead: Groups for which there was room, but which are unanswered calls at the oldest end.
        summary: The summary, when it fits.
        memories: Memories that fit, in the order in which they got room.
        in_window: Memories left out because the window says the same.
        same: Memories left out because a better one has the same text.
        no_room: Memories for which there was no room.
        skipped: How many of the groups that are not shown would have fitted.
    """

    groups: list[Group]
    dead: list[Group]
    summary: Summary | None
    memories: list[Recalled]
    in_window: list[Recalled]
    same: list[Recalled]
    no_room: list[Recalled]
    skipped: int


def divide(demand: Demand, budget: int, counter: TokenCounter) -> Division:
    """Divide a budget of tokens.

    Raises:
        BudgetExceededError: instructions and newest group do not fit; `needed_tokens` would be just enough.
    """
    fitting = _count_groups(demand, budget, counter)
    count = _count_steady(demand, budget, counter) if demand.steady else fitting
    chosen = newest(demand.groups, count)
    shown = without_dead_start(chosen)
    places = {group.places[-1] for group in shown}
    dead = [group for group in chosen if group.places[-1] not in places]
    room = budget - demand.fixed_tokens - window_cost(shown, counter)
    summary = demand.summary if _has_room(demand, budget, counter) else None
    room -= summary_cost(summary, counter)
    depths = depths_of(shown) if demand.recalled else {}
    is_shown = [bool(shown_from(found.memory, depths, demand.session_id)) for found in demand.recalled]
    in_window = [found for found, is_there in zip(demand.recalled, is_shown, strict=True) if is_there]
    fresh = sort_out([found for found, is_there in zip(demand.recalled, is_shown, strict=True) if not is_there])
    memories, no_room = _fill(fresh, room, counter)
    return Division(
        groups=shown,
        dead=dead,
        summary=summary,
        memories=memories,
        in_window=in_window,
        same=fresh.same,
        no_room=no_room,
        skipped=max(0, fitting - count),
    )


def _count_groups(demand: Demand, budget: int, counter: TokenCounter) -> int:
    base = _base(demand, counter)
    spare = _spare(demand, budget, counter)
    spare -= min(summary_cost(demand.summary, counter), int(spare * SUMMARY_SHARE))
    steps = list(
        takewhile(
            lambda step: step.groups == 1 or step.grown - base <= spare,
            widen(newest(demand.groups, demand.most_groups), counter),
        )
    )
    kept = _Kept(demand, newest(demand.groups, len(steps)), counter)
    best = 0
    for step in steps:
        if step.groups == 1 or step.tokens - base + kept.tokens(step, spare) <= spare:
            best = step.groups
    return best


def _count_steady(demand: Demand, budget: int, counter: TokenCounter) -> int:
    summary = summary_cost(demand.summary, counter) if _has_room(demand, budget, counter) else 0
    rest = budget - demand.fixed_tokens - summary
    kept = min(int(rest * demand.memory_share), STEADY_MEMORY_TOKENS)
    return steady(demand.groups, rest - kept, demand.last, counter)


def _spare(demand: Demand, budget: int, counter: TokenCounter) -> int:
    """Return what remains of a budget behind instructions and newest group."""
    needed = demand.fixed_tokens + _base(demand, counter)
    if needed > budget:
        raise BudgetExceededError(needed, budget)
    return budget - needed


def _base(demand: Demand, counter: TokenCounter) -> int:
    return window_cost(newest(demand.groups, min(demand.most_groups, 1)), counter)


def _has_room(demand: Demand, budget: int, counter: TokenCounter) -> bool:
    return summary_cost(demand.summary, counter) <= int(_spare(demand, budget, counter) * SUMMARY_SHARE)


class _Kept:
    """The room that is kept for the memories which a window does not show."""

    def __init__(self, demand: Demand, widest: Sequence[Group], counter: TokenCounter) -> None:
        """Look at the groups of the `widest` window that is asked about."""
        depths = depths_of(widest) if demand.recalled else {}
        self._share = demand.memory_share
        self._frame = memories_frame_cost(counter)
        self._wanted = [
            (shown_from(found.memory, depths, demand.session_id), memory_cost(found.memory, counter))
            for found in sort_out(demand.recalled).first
        ]

    def tokens(self, step: Step, spare: int) -> int:
        """Return how much of `spare` is kept beside a window."""
        costs = [cost for depth, cost in self._wanted if depth is None or depth > step.groups]
        return min(sum(costs) + self._frame, int(spare * self._share)) if costs else 0


def _fill(fresh: Sorted, room: int, counter: TokenCounter) -> tuple[list[Recalled], list[Recalled]]:
    """Return the memories that fit into `room`, best first, and those that do not."""
    taken: list[Recalled] = []
    no_room: list[Recalled] = []
    room -= memories_frame_cost(counter)
    for found in chain(fresh.first, fresh.retold):
        cost = memory_cost(found.memory, counter)
        if cost > room:
            no_room.append(found)
        else:
            taken.append(found)
            room -= cost
    return taken, no_room
