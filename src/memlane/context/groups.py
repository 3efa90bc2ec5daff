"""Which messages belong together: a tool call and all its results are shown together or not at all.

Owns the parting of a log into indivisible groups. It counts nothing and writes no provider's shape.

What stands alone:
- A result whose call is not in the log leaves it, wherever it stands; a message that also says something else stays
  and only the result is not sent.
- A call without a result at the newest end stays as it is: it is in flight.
- At the oldest end of a window a message none of whose calls was answered leaves (`without_dead_start`).
- Elsewhere it stays, with everything it says, and is sent with an answer that says that no result was recorded
  (`exchanges`), because both providers refuse a call without an answer.
"""

from collections.abc import Sequence

import msgspec

from memlane.context.pairing import Place, calls_of, has_none, pair
from memlane.context.parts import Result, Turn, read_turn
from memlane.types.message import Message


class Group(msgspec.Struct, frozen=True, gc=False):
    """Messages that are shown together or not at all, oldest first.

    Attributes:
        places: Index of each message in the log.
        turns: The messages, read.
        open_calls: How many tool calls have no result.
        is_dead: Whether there are tool calls and none of them has a result.
    """

    places: list[int]
    turns: list[Turn]
    open_calls: int
    is_dead: bool

    @property
    def messages(self) -> list[Message]:
        """The messages, oldest first."""
        return [turn.message for turn in self.turns]


def group(messages: Sequence[Message]) -> list[list[Message]]:
    """Return the messages in indivisible groups, ordered by the newest message of each.

    A group is not always a run: what was said between a call and its result is a group of its own.
    """
    return [found.messages for found in find_groups(messages)]


def find_groups(messages: Sequence[Message]) -> list[Group]:
    """Return the groups of a log, ordered by the newest message of each."""
    turns = [read_turn(message) for message in messages]
    if has_none(turns):
        return [Group([place], [turn], 0, is_dead=False) for place, turn in enumerate(turns)]
    answers = pair(turns)
    heads = _heads(len(turns), answers)
    answering = set(answers.values())
    members: dict[int, list[int]] = {}
    for place in range(len(turns)):
        if not _only_orphans(turns[place], place, answering):
            members.setdefault(heads[place], []).append(place)
    groups = [_make_group(places, turns, answers) for places in members.values()]
    return sorted(groups, key=lambda found: found.places[-1])


def in_order(groups: Sequence[Group]) -> list[Message]:
    """Return the messages of groups in the order of the log."""
    return [turn.message for _, turn in placed(groups)]


def placed(groups: Sequence[Group]) -> list[tuple[int, Turn]]:
    """Return the turns of groups (ordered as `find_groups` does) in the order of the log, and their places."""
    if all(len(found.turns) == 1 for found in groups):
        return [(found.places[0], found.turns[0]) for found in groups]
    turns = [turn for found in groups for turn in zip(found.places, found.turns, strict=True)]
    return sorted(turns, key=lambda turn: turn[0])


def without_dead_start(groups: Sequence[Group]) -> list[Group]:
    """Return groups (ordered as `find_groups` does) without the unanswered calls at the oldest end.

    The newest group always stays: its calls may be in flight.
    """
    if not any(found.is_dead for found in groups):
        return list(groups)
    by_start = sorted(groups, key=lambda found: found.places[0])
    start = next((found for found in by_start if not found.is_dead or found is groups[-1]), None)
    return [found for found in groups if start is not None and found.places[0] >= start.places[0]]


def _heads(count: int, answers: dict[Place, Place]) -> list[int]:
    """Return for each turn the first turn of its group."""
    heads = list(range(count))
    for call, result in answers.items():
        low, high = sorted((_root(heads, call.turn), _root(heads, result.turn)))
        heads[high] = low
    return [_root(heads, place) for place in range(count)]


def _root(heads: list[int], place: int) -> int:
    while heads[place] != place:
        heads[place] = heads[heads[place]]  # halves the path, so that long chains stay cheap
        place = heads[place]
    return place


def _only_orphans(turn: Turn, place: int, answering: set[Place]) -> bool:
    results = [Place(place, index) for index, block in enumerate(turn.blocks) if isinstance(block, Result)]
    return bool(results) and len(results) == len(turn.blocks) and not answering.intersection(results)


def _make_group(places: list[int], turns: list[Turn], answers: dict[Place, Place]) -> Group:
    own = [turns[place] for place in places]
    calls = [Place(places[call.turn], call.block) for call in calls_of(own)]
    unanswered = sum(call not in answers for call in calls)
    return Group(places, own, unanswered, is_dead=bool(calls) and unanswered == len(calls))
