"""BM25, over rows and over whole sessions from the same postings.

The formula is Robertson & Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009), with the
never-negative inverse document frequency log(1 + (N - n + 0.5) / (n + 0.5)) that Lucene uses; the constant factor
k1 + 1 is left out, because it changes no order.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from memlane.recall.columns import Ints

K1 = 1.5
B = 0.75


class Match(NamedTuple):
    """Where one term occurs: distinct documents, ascending, and how often in each."""

    documents: Ints
    counts: NDArray[np.float32]


def bm25(matches: Sequence[Match], lengths: NDArray[np.float32], live: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return the score of every document, zero where no term occurs.

    Args:
        matches: Of each distinct term of the question; only live documents.
        lengths: Number of terms of each document, shape (n,).
        live: Which documents exist, shape (n,); the others count for nothing.
    """
    scores = np.zeros(len(lengths), np.float32)
    total = int(np.count_nonzero(live))
    average = float(lengths[live].sum(dtype=np.float64)) / total if total else 0.0
    if not average:
        return scores
    norms = np.float32(K1 * (1 - B)) + np.float32(K1 * B / average) * lengths
    for documents, counts in matches:
        found = len(documents)
        rarity = np.float32(np.log1p((total - found + 0.5) / (found + 0.5)))
        scores[documents] += rarity * counts / (counts + norms[documents])
    return scores


def grouped(matches: Sequence[Match], groups: Ints, size: int) -> list[Match]:
    """Return the matches of groups of documents, each group read as one document.

    Args:
        matches: Of single documents.
        groups: Group of each document, shape (n,); -1 for none.
        size: How many groups there are.
    """
    return [_group(match, groups, size) for match in matches]


def _group(match: Match, groups: Ints, size: int) -> Match:
    # Group -1 is counted in a last place of its own, which is then cut off.
    sums = np.bincount(groups[match.documents] % (size + 1), weights=match.counts, minlength=size + 1)[:size]
    found = np.flatnonzero(sums)
    return Match(found, sums[found].astype(np.float32))
