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
from itertools import chain, islice, takewhile
from typing import Final

import msgspec

from memlane.context.costs import window_cost
from memlane.context.groups import Group, without_dead_start
from memlane.context.remembered import memories_frame_cost, memory_cost, summary_cost
from memlane.context.repetition import Depths, Sorted, sort_out
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
    """What wants to be in a context, whatever is recalled.

    Attributes:
        fixed_tokens: Tokens of the instructions.
        groups: The log, ordered as `find_groups` does.
        most_groups: How many of the newest groups may be shown.
        summary: The summary, if any.
        memory_share: The share of what remains that is kept for memories, 0-1.
        session_id: The session of the log.
        last: How many messages may be shown; None for any number.
        steady: Whether the window's start moves in steps (`window.steady`).
    """

    fixed_tokens: int
    groups: list[Group]
    most_groups: int
    summary: Summary | None
    memory_share: float
    session_id: str | None
    last: int | None
    steady: bool


class Division(msgspec.Struct, frozen=True):
    """Who got room.

    Attributes:
        groups: The groups that are shown.
        groups_tokens: What they come to (`window_cost`).
        dead: Groups for which there was room, but which are unanswered calls at the oldest end.
        summary: The summary, when it fits.
        memories: Memories that fit, in the order in which they got room.
        in_window: Memories left out because the window says the same.
        same: Memories left out because a better one has the same text.
        no_room: Memories for which there was no room.
        skipped: How many of the groups that are not shown would have fitted.
    """

    groups: list[Group]
    groups_tokens: int
    dead: list[Group]
    summary: Summary | None
    memories: list[Recalled]
    in_window: list[Recalled]
    same: list[Recalled]
    no_room: list[Recalled]
    skipped: int


class Room:
    """A budget of tokens, and what of its division does not depend on what is recalled."""

    def __init__(self, demand: Demand, budget: int, counter: TokenCounter) -> None:
        """Count what wants to be in a context.

        Raises:
            BudgetExceededError: instructions and newest group do not fit; `needed_tokens` would be just enough.
        """
        widths = widen(newest(demand.groups, demand.most_groups), counter)
        steps = list(islice(widths, 1))
        self._base = steps[0].tokens if steps else 0
        needed = demand.fixed_tokens + self._base
        if needed > budget:
            raise BudgetExceededError(needed, budget)
        self._demand, self._budget, self._counter = demand, budget, counter
        self._summary_tokens = summary_cost(demand.summary, counter)
        most = int((budget - needed) * SUMMARY_SHARE)
        self._summary = demand.summary if self._summary_tokens <= most else None
        self._spare = budget - needed - min(self._summary_tokens, most)
        self._steps = [*steps, *takewhile(lambda step: step.grown - self._base <= self._spare, widths)]
        self._steady = self._count_steady() if demand.steady else None

    def groups(self, recalled: Sequence[Recalled]) -> list[Group]:
        """Return the groups that are shown beside these memories."""
        return without_dead_start(newest(self._demand.groups, self._shown(self._count(self._kept(recalled)))))

    def divide(self, recalled: Sequence[Recalled]) -> Division:
        """Return who gets room when this is what was found for the question."""
        kept = self._kept(recalled)
        fitting = self._count(kept)
        count = self._shown(fitting)
        shown = without_dead_start(newest(self._demand.groups, count))
        tokens = self._cost(shown)
        room = self._budget - self._demand.fixed_tokens - tokens - (self._summary_tokens if self._summary else 0)
        fresh = sort_out([found for found in recalled if not kept.is_shown(found, len(shown))])
        memories, no_room = _fill(fresh, room, self._counter) if recalled else ([], [])
        return Division(
            groups=shown,
            groups_tokens=tokens,
            dead=newest(self._demand.groups, count)[: count - len(shown)],
            summary=self._summary,
            memories=memories,
            in_window=[found for found in recalled if kept.is_shown(found, len(shown))],
            same=fresh.same,
            no_room=no_room,
            skipped=max(0, fitting - count),
        )

    def _kept(self, recalled: Sequence[Recalled]) -> "_Kept":
        widest = newest(self._demand.groups, max(len(self._steps), self._steady or 0)) if recalled else []
        return _Kept(
            recalled, Depths((found.memory for found in recalled), widest, self._demand.session_id), self._counter
        )

    def _count(self, kept: "_Kept") -> int:
        """Return how many groups fit beside what is kept for memories."""
        most = int(self._spare * self._demand.memory_share)
        fitting = (
            step.groups
            for step in reversed(self._steps)
            if step.groups == 1 or step.tokens - self._base + min(kept.tokens(step), most) <= self._spare
        )
        return next(fitting, 0)

    def _cost(self, shown: list[Group]) -> int:
        """Return the tokens of groups that are the newest; most are already known."""
        if 0 < len(shown) <= len(self._steps):
            return self._steps[len(shown) - 1].tokens
        return window_cost(shown, self._counter)

    def _shown(self, fitting: int) -> int:
        return fitting if self._steady is None else self._steady

    def _count_steady(self) -> int:
        rest = self._budget - self._demand.fixed_tokens - (self._summary_tokens if self._summary else 0)
        kept = min(int(rest * self._demand.memory_share), STEADY_MEMORY_TOKENS)
        return steady(self._demand.groups, rest - kept, self._demand.last, self._counter)


class _Kept:
    """What the memories that a window does not show need."""

    def __init__(self, recalled: Sequence[Recalled], depths: Depths, counter: TokenCounter) -> None:
        self._depths = {id(found): depths.of(found.memory) for found in recalled}
        self._frame = memories_frame_cost(counter)
        self._wanted = [
            (self._depths[id(found)], memory_cost(found.memory, counter)) for found in sort_out(recalled).first
        ]

    def is_shown(self, found: Recalled, groups: int) -> bool:
        """Whether so many of the newest groups show what a memory says."""
        depth = self._depths[id(found)]
        return depth is not None and depth <= groups

    def tokens(self, step: Step) -> int:
        """Return what those memories come to that a window does not show."""
        costs = [cost for depth, cost in self._wanted if depth is None or depth > step.groups]
        return sum(costs) + self._frame if costs else 0


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
