"""BM25, over rows, windows of rows and whole sessions from the same postings.

The formula is Robertson & Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009), with the
never-negative inverse document frequency log(1 + (N - n + 0.5) / (n + 0.5)) that Lucene uses; the constant factor
k1 + 1 is left out, because it changes no order. k1 and b are lower than the usual 1.5 and 0.75: a turn is short, so a
word said twice or a few words more mean less than in a document.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from memlane.recall.columns import Ints

K1 = 1.0
B = 0.5

_MOST_CELLS = 1 << 20  # of a table of terms and groups; longer questions are scored some terms at a time


class Matches(NamedTuple):
    """Where the terms of a question occur: the documents of one term after another, each term's ascending.

    Attributes:
        terms: Number of the term, from 0, of each match; shape (m,).
        documents: Where it occurs, shape (m,).
        counts: How often it does there, shape (m,).
        holding: How many documents each term occurs in, shape (terms,).
    """

    terms: Ints
    documents: Ints
    counts: NDArray[np.float32]
    holding: Ints

    def only(self, chosen: NDArray[np.bool_]) -> "Matches":
        """Return some of the matches, of the same terms; shape (m,)."""
        terms = self.terms[chosen]
        holding = np.bincount(terms, minlength=len(self.holding))
        return Matches(terms, self.documents[chosen], self.counts[chosen], holding)


class Corpus(NamedTuple):
    """What is searched: how many documents exist, and how many terms they have together."""

    documents: int
    terms: float


def bm25(matches: Matches, lengths: NDArray[np.float32], corpus: Corpus) -> NDArray[np.float32]:
    """Return the score of every document, zero where no term occurs.

    Args:
        matches: Of the distinct terms of the question; only in documents that exist.
        lengths: Number of terms of each document, shape (n,).
        corpus: The documents that exist; others may have a length, but count for nothing.
    """
    scores = np.zeros(len(lengths), np.float32)
    if corpus.terms:
        terms, documents, counts, holding = matches
        norms = _norms(lengths[documents], corpus)
        np.add.at(scores, documents, _rarity(holding, corpus)[terms] * counts / (counts + norms))
    return scores


def bm25_of_groups(matches: Matches, groups: Ints, lengths: NDArray[np.float32], corpus: Corpus) -> NDArray[np.float32]:
    """Return the score of groups of documents, each read as one document.

    Args:
        matches: As of `bm25`.
        groups: Group of each document, shape (n,); -1 for none.
        lengths: Number of terms of each group, shape (groups,).
        corpus: The groups that exist, read as documents.
    """
    scores = np.zeros(len(lengths), np.float32)
    size = len(lengths) + 1  # the first place is that of no group
    for part in _parts(matches, size) if corpus.terms else ():
        places = part.terms * size + (groups[part.documents] + 1)
        sums = np.bincount(places, part.counts, len(part.holding) * size).astype(np.float32)
        counts = sums.reshape(-1, size)[:, 1:]
        rarity = _rarity(np.count_nonzero(counts, axis=1), corpus)[:, None]
        scores += (rarity * counts / (counts + _norms(lengths, corpus))).sum(axis=0)
    return scores


def bm25_of_windows(
    matches: Matches,
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
    for part in _parts(matches, places.size):
        counts = _counts_at(part, len(lengths), places)
        counts *= weights
        together = counts.sum(axis=1)
        shares = _rarity(part.holding, corpus)[:, None] * together
        together += norms
        shares /= together
        for of_term in shares:  # one by one: a sum over all of them rounds differently from width to width
            scores += of_term
    return scores


def _counts_at(matches: Matches, documents: int, places: Ints) -> NDArray[np.float32]:
    """Return how often each term occurs at each of these places, shape (terms, *places.shape)."""
    column = np.full(documents, -1)
    flat = places.ravel()
    column[flat] = np.arange(len(flat))  # of a document in several places, any of them
    columns = column[matches.documents]
    there = columns >= 0
    table = np.zeros((len(matches.holding), len(flat)), np.float32)
    table[matches.terms[there], columns[there]] = matches.counts[there]
    return table[:, column[places]]


def _parts(matches: Matches, width: int) -> Iterator[Matches]:
    """Yield the matches some terms at a time, so that a table of those terms and `width` columns is not too large."""
    size, step = len(matches.holding), max(1, _MOST_CELLS // width)
    if size <= step:
        yield matches
        return
    ends = [0, *np.cumsum(matches.holding).tolist()]
    for first in range(0, size, step):
        last = min(first + step, size)
        part = slice(ends[first], ends[last])
        terms, holding = matches.terms[part] - first, matches.holding[first:last]
        yield Matches(terms, matches.documents[part], matches.counts[part], holding)


def _rarity(holding: NDArray[Any], corpus: Corpus) -> NDArray[np.float32]:
    return np.log1p((corpus.documents - holding + 0.5) / (holding + 0.5)).astype(np.float32)


def _norms(lengths: NDArray[np.float32], corpus: Corpus) -> NDArray[np.float32]:
    average = corpus.terms / corpus.documents
    return np.float32(K1 * (1 - B)) + np.float32(K1 * B / average) * lengths
