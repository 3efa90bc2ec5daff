"""Rows together with the turns around them, read as one text.

A turn alone is often "Yes, last week!"; what it is about stands beside it. Turns two away are mostly the same
speaker's and count half.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from memlane.recall.bm25 import bm25_of_windows
from memlane.recall.columns import Ints
from memlane.recall.evidence import Evidence

_NEXT_BUT_ONE: Final = np.float32(0.5)


def window_scores(evidence: Evidence, rows: Ints) -> NDArray[np.float32]:
    """Return how well the windows of these rows answer, as shares of the best of them, shape (len(rows),).

    Half of it words and half meaning as the weights of those say; words alone where no meaning is known.
    """
    places, weights = _windows(evidence, rows)
    words = _share(bm25_of_windows(evidence.matches, evidence.index.postings.lengths, evidence.corpus, places, weights))
    if evidence.meaning is None:
        return words
    weights *= evidence.known[places]
    widths = weights.sum(axis=0)
    meanings = _share((weights * evidence.meaning[places]).sum(axis=0) / np.maximum(widths, 1))
    total = evidence.weights.keyword + evidence.weights.meaning
    by_meaning = np.where(widths > 0, evidence.weights.meaning / total, 0)
    return ((1 - by_meaning) * words + by_meaning * meanings).astype(np.float32)


def _windows(evidence: Evidence, rows: Ints) -> tuple[Ints, NDArray[np.float32]]:
    """Return the rows of each window and how much they count, both of shape (5, len(rows)); 0 for what is not there."""
    before, after = evidence.index.links()
    places = np.empty((5, len(rows)), np.intp)
    places[1], places[2], places[3] = before[rows], rows, after[rows]
    places[0], places[4] = _follow(before, places[1]), _follow(after, places[3])
    weights = (evidence.live[places] & (places >= 0)).astype(np.float32)
    weights[0] *= _NEXT_BUT_ONE
    weights[4] *= _NEXT_BUT_ONE
    return places, weights


def _follow(links: Ints, rows: Ints) -> Ints:
    return np.where(rows >= 0, links[rows], -1)


def _share(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    best = scores.max(initial=0)
    return scores / best if best else scores
