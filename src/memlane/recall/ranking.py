"""The order of results and the reasons given for each."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple, TypeAlias

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


class Ranked(NamedTuple):
    """One of the best: its place, its score, and each signal's share of it, which add up to it."""

    place: int
    score: float
    why: dict[str, float]


def sum_of_shares(shares: Shares) -> NDArray[np.float64]:
    """Return the scores that shares add up to."""
    return _rounded(shares).sum(axis=0)


def best_first(shares: Shares, newest: Ints, id_at: Callable[[int], str], limit: int) -> list[Ranked]:
    """Return the best: by score, of equals the newest first, then by id.

    Args:
        shares: Whose sum is the score.
        newest: A time of each, shape (n,).
        id_at: The id of the one at a place.
        limit: The most to return.
    """
    parts = _rounded(shares)
    scores = parts.sum(axis=0)
    places = np.arange(len(scores))
    if limit < len(scores):
        places = np.flatnonzero(scores >= np.partition(scores, len(scores) - limit)[len(scores) - limit])
    among = zip(places.tolist(), scores[places].tolist(), newest[places].tolist(), strict=True)
    ordered = sorted(among, key=lambda one: (-one[1], -one[2], id_at(one[0])))[:limit]
    reasons = parts[:, [place for place, _, _ in ordered]].T.tolist()
    return [
        Ranked(place, score, dict(zip(shares, why, strict=True)))
        for (place, score, _), why in zip(ordered, reasons, strict=True)
    ]


def without_meaning(why: dict[str, float]) -> dict[str, float]:
    """Return the reasons of what has no vector."""
    return {name: share for name, share in why.items() if name != MEANING} | {MEANING_UNAVAILABLE: 0.0}


def _rounded(shares: Shares) -> NDArray[np.float64]:
    """Return the shares as shape (signals, n), so that what is equal stays equal."""
    return np.round(np.array([*shares.values()], np.float64), _DECIMALS)
