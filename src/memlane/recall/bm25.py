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


class Corpus(NamedTuple):
    """What is searched: how many documents exist, and how many terms they have together."""

    documents: int
    terms: float


def bm25(matches: Sequence[Match], lengths: NDArray[np.float32], corpus: Corpus) -> NDArray[np.float32]:
    """Return the score of every document, zero where no term occurs.

    Args:
        matches: Of each distinct term of the question; only documents that exist.
        lengths: Number of terms of each document, shape (n,).
        corpus: The documents that exist; others may have a length, but count for nothing.
    """
    scores = np.zeros(len(lengths), np.float32)
    if not corpus.terms:
        return scores
    average = corpus.terms / corpus.documents
    for documents, counts in matches:
        found = len(documents)
        rarity = np.float32(np.log1p((corpus.documents - found + 0.5) / (found + 0.5)))
        norms = np.float32(K1 * (1 - B)) + np.float32(K1 * B / average) * lengths[documents]
        scores[documents] += rarity * counts / (counts + norms)
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
    # Group -1 is counted in a first place of its own, which is then cut off.
    sums = np.bincount(groups[match.documents] + 1, weights=match.counts, minlength=size + 1)[1:]
    found = np.flatnonzero(sums)
    return Match(found, sums[found].astype(np.float32))
