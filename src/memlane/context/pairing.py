"""Which tool result answers which tool call.

Owns the matching only; what becomes of a call or a result that stands alone is decided by `groups` and `exchanges`.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final, NamedTuple

from memlane.context.parts import Call, Result, Turn

_PAIRED: Final = (Call, Result)


class Place(NamedTuple):
    """Where a block stands: index of its turn, index within the turn."""

    turn: int
    block: int


def has_none(turns: Sequence[Turn]) -> bool:
    """Whether there is neither a call nor a result."""
    return not any(isinstance(block, _PAIRED) for turn in turns for block in turn.blocks)


def pair(turns: Sequence[Turn]) -> dict[Place, Place]:
    """Return the place of the answer for the place of each call that has one.

    A result answers a call said before it that has its id and no answer yet. Some models repeat ids in every turn
    (or give none), so of several such calls the newest turn's first is taken.
    """
    answers: dict[Place, Place] = {}
    waiting: defaultdict[str, list[Place]] = defaultdict(list)
    for place, block in _blocks(turns):
        if isinstance(block, Call):
            waiting[block.id].append(place)
        elif waiting[block.call_id]:
            answers[_take(waiting[block.call_id])] = place
    return answers


def calls_of(turns: Sequence[Turn]) -> list[Place]:
    """Return the places of all calls."""
    return [place for place, block in _blocks(turns) if isinstance(block, Call)]


def _take(waiting: list[Place]) -> Place:
    newest = waiting[-1].turn
    first = next(index for index, place in enumerate(waiting) if place.turn == newest)
    return waiting.pop(first)


def _blocks(turns: Sequence[Turn]) -> list[tuple[Place, Call | Result]]:
    return [
        (Place(at, index), block)
        for at, turn in enumerate(turns)
        for index, block in enumerate(turn.blocks)
        if isinstance(block, _PAIRED)
    ]
