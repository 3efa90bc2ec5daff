"""The order of results and the reasons given for each."""

from collections.abc import Callable
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from memlane.recall.columns import Ints

KEYWORD: Final = "keyword"
MEANING: Final = "meaning"
MEANING_UNAVAILABLE: Final = "meaning_unavailable"
NEWEST: Final = "newest"
TOPIC: Final = "topic"
TURN: Final = "turn"

Shares: TypeAlias = dict[str, NDArray[np.floating[Any]]]
"""Each signal's share of the scores of some rows or sessions, all of one shape (n,)."""

# Products of vectors differ in the last bits with the place of a row in the matrix; equals must stay equal.
_DECIMALS: Final = 6


def sum_of_shares(shares: Shares) -> NDArray[np.float64]:
    """Return the scores that shares add up to."""
    return np.round(np.stack([*shares.values()], dtype=np.float64, casting="safe"), _DECIMALS).sum(axis=0)


def best_first(shares: Shares, newest: Ints, id_at: Callable[[int], str], limit: int) -> list[tuple[int, float]]:
    """Return place and score of the best: by score, of equals the newest first, then by id.

    Args:
        shares: Whose sum is the score.
        newest: A time of each, shape (n,).
        id_at: The id of the one at a place.
        limit: The most to return.
    """
    scores = sum_of_shares(shares)
    places = np.arange(len(scores))
    if limit < len(scores):
        places = np.flatnonzero(scores >= -np.partition(-scores, limit - 1)[limit - 1])
    ordered = sorted(places.tolist(), key=lambda place: (-scores[place], -newest[place], id_at(place)))
    return [(place, float(scores[place])) for place in ordered[:limit]]


def why(shares: Shares, place: int, *, meaning_known: bool) -> dict[str, float]:
    """Return each signal's share of one score; they add up to it."""
    reasons = {name: round(float(share[place]), _DECIMALS) for name, share in shares.items()}
    if not meaning_known:
        reasons.pop(MEANING, None)
        reasons[MEANING_UNAVAILABLE] = 0.0
    return reasons
