"""Where the history that a client sends joins what is stored. Pure: compares marks, knows no message.

A client may send everything, only the newest messages, or a history whose older part it has cut or rewritten; what is
stored may hold answers and questions that the client has dropped. So what is looked for is the last message that both
have, in an order that fits; all that the client sends behind it is new.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

_COMPARED: Final = 128
"""How many of the newest messages on each side are compared where histories differ."""
_SURE: Final = 4
"""A run of so many equal messages in a row that ends both, or begins one, is no coincidence."""


class Joint(NamedTuple):
    """How many messages of each side stand before the joint, that of the last common message included."""

    stored: int
    sent: int


def find_joint(stored: Sequence[int], sent: Sequence[int]) -> Joint:
    """Return where `sent` goes on from `stored`, both oldest first; (0, 0) where they have nothing in common."""
    same = _same_beginning(stored, sent)
    if same in (len(stored), len(sent)):
        return Joint(same, same)
    return _continued(stored, sent) or _longest_common(stored, sent, same)


def _same_beginning(stored: Sequence[int], sent: Sequence[int]) -> int:
    most = min(len(stored), len(sent))
    if stored[:most] == sent[:most]:
        return most
    return next((at for at, (one, other) in enumerate(zip(stored, sent, strict=False)) if one != other), most)


def _continued(stored: Sequence[int], sent: Sequence[int]) -> Joint | None:
    """Return the joint where the end of what is stored stands in what is sent, if that is sure."""
    ends = [at for at in range(len(sent), max(0, len(sent) - _COMPARED), -1) if sent[at - 1] == stored[-1]]
    for end in ends:
        run = _run(stored, sent, end)
        if run >= _SURE or run == end:
            return Joint(len(stored), end)
    return None


def _run(stored: Sequence[int], sent: Sequence[int], end: int) -> int:
    most = min(len(stored), end, _SURE)
    return next((back for back in range(most) if stored[-1 - back] != sent[end - 1 - back]), most)


def _longest_common(stored: Sequence[int], sent: Sequence[int], same: int) -> Joint:
    """Return the last pair of a longest common subsequence of both ends; of several the one sent first.

    So many at the beginning as are the `same` belong to it.
    """
    one, other = stored[same:][-_COMPARED:], sent[same:][-_COMPARED:]
    if set(one).isdisjoint(other):
        return Joint(same, same)
    lengths = _lengths(one, other)
    most = lengths[-1][-1]
    end = lengths[-1].index(most)
    place = next(
        at for at in range(len(one), 0, -1) if one[at - 1] == other[end - 1] and lengths[at - 1][end - 1] == most - 1
    )
    return Joint(len(stored) - len(one) + place, len(sent) - len(other) + end)


def _lengths(one: Sequence[int], other: Sequence[int]) -> list[list[int]]:
    """Return how long the longest common subsequence of each pair of beginnings is."""
    rows = [[0] * (len(other) + 1)]
    for mark in one:
        above, row = rows[-1], [0]
        for at, against in enumerate(other):
            row.append(above[at] + 1 if mark == against else max(above[at + 1], row[at]))
        rows.append(row)
    return rows
