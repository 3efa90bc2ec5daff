"""BM25, over rows and over whole sessions from the same postings.

The formula is Robertson & Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009), with the
never-negative inverse document frequency log(1 + (N - n + 0.5) / (n + 0.5)) that Lucene uses; the constant factor
k1 + 1 is left out, because it changes no order. k1 and b are lower than the usual 1.5 and 0.75: a turn is short, so a
word said twice or a few words more mean less than in a document.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from memlane.recall.columns import Ints

K1 = 1.0
B = 0.5


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
    for documents, counts in matches:
        norms = _norms(lengths[documents], corpus)
        scores[documents] += _rarity(len(documents), corpus) * counts / (counts + norms)
    return scores


def bm25_of_windows(
    matches: Sequence[Match],
    lengths: NDArray[np.float32],
    corpus: Corpus,
    places: Ints,
    weights: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Return the score of windows of documents, each read as one whose length is the mean of theirs.

    Args:
        matches: As of `bm25`.
        lengths: Number of terms of each document, shape (n,).
        corpus: The documents that exist; how rare a term is, is counted in single documents.
        places: The documents of each window, shape (documents a window, windows).
        weights: How much each counts there, of the same shape; 0 where there is none.
    """
    scores = np.zeros(places.shape[1], np.float32)
    if not corpus.terms or not len(scores):
        return scores
    norms = _norms((weights * lengths[places]).sum(axis=0) / weights.sum(axis=0), corpus)
    counts_at = np.zeros(len(lengths), np.float32)
    for documents, counts in matches:
        counts_at[documents] = counts
        together = (weights * counts_at[places]).sum(axis=0)
        scores += _rarity(len(documents), corpus) * together / (together + norms)
        counts_at[documents] = 0
    return scores


def _rarity(found: int, corpus: Corpus) -> np.float32:
    return np.float32(np.log1p((corpus.documents - found + 0.5) / (found + 0.5)))


def _norms(lengths: NDArray[np.float32], corpus: Corpus) -> NDArray[np.float32]:
    average = corpus.terms / corpus.documents
    return np.float32(K1 * (1 - B)) + np.float32(K1 * B / average) * lengths


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
