"""What a question says about every row of a partition, computed once and read by all signals."""

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from memlane.errors import UsageError
from memlane.recall.analysis import analyse
from memlane.recall.bm25 import Corpus, bm25, bm25_of_groups
from memlane.recall.columns import Ints, Scalar, is_all
from memlane.recall.index import PartitionIndex
from memlane.recall.question import Question, eligible_rows
from memlane.recall.sessions import greatest
from memlane.recall.weights import Weights

_CANDIDATES = 120
_HANDS = 4
_SMALL_HAND = 4


class Evidence:
    """Scores of all rows and sessions for one question, each between 0 and 1 over the rows that may answer.

    Attributes:
        index: The partition.
        question: What is asked.
        weights: How much each signal counts.
        terms: The terms of the question.
        live: Which rows exist, shape (n,); the others count for nothing, in no statistic.
        eligible: Which rows may be results, shape (n,).
        keyword: Words in common, shape (n,): BM25 as a share of the best.
        meaning: Similarity, shape (n,): the cosine between the least and the greatest; None when it is not known.
        known: Which rows `meaning` knows, shape (n,).
        matches: Where each term of the question occurs.
        corpus: How many rows exist, and how many terms they have.
    """

    def __init__(self, index: PartitionIndex, question: Question, weights: Weights) -> None:
        """Score the rows of `index`.

        Raises:
            UsageError: the question's vector has another length than the index's.
        """
        self.index, self.question, self.weights = index, question, weights
        self.terms = frozenset(analyse(question.text))
        self.live = index.rows.live_at(question.now_ms)
        self.eligible = eligible_rows(index, question, self.live)
        self._tally = index.tally(self.live)
        self.matches = index.postings.find(sorted(self.terms), self.live)
        self.corpus = self._tally.rows
        scores = bm25(self.matches, index.postings.lengths, self.corpus)
        self.keyword = share_of_best(scores, self.eligible)
        self.known = index.vectors.present & self.live
        self.meaning = self._meaning()
        if self.meaning is None:
            self.known = np.zeros_like(self.live)

    @property
    def is_open(self) -> bool:
        """Whether the question says nothing to search by, neither words nor meaning."""
        return not self.terms and (self.meaning is None or not self.question.text.strip())

    @cached_property
    def session_keyword(self) -> NDArray[np.float32]:
        """Words in common with whole sessions, shape (sessions,): BM25 as a share of the best."""
        exists = self._tally.session_rows > 0
        lengths = self._tally.session_terms
        corpus = Corpus(int(np.count_nonzero(exists)), float(lengths.sum()))
        scores = bm25_of_groups(self.matches, self.index.rows.session, lengths.astype(np.float32), corpus)
        return share_of_best(scores, exists)

    @cached_property
    def session_meaning(self) -> NDArray[np.float32]:
        """Greatest similarity among the turns of whole sessions, shape (sessions,); 0 where it is not known."""
        rows = self.index.rows
        if self.meaning is None:
            return np.zeros(len(rows.sessions), np.float32)
        return greatest(self.meaning, rows.runs, len(rows.sessions), np.float32(0))

    @cached_property
    def session_topic(self) -> NDArray[np.float32]:
        """Cosine to the mean vector of whole sessions, between the least and the greatest, shape (sessions,)."""
        count = len(self.index.rows.sessions)
        if self.meaning is None or not count:
            return np.zeros(count, np.float32)
        known = self.known & (self.index.rows.session >= 0)
        session, least, span = _of(self.index.rows.session, known), *self._scale
        cosines = np.bincount(session, least + span * _of(self.meaning, known), count).astype(np.float32)
        lengths = self.index.topic_lengths()
        told = self.session_known & (lengths > 0)
        cosines[told] /= lengths[told]
        among = cosines[told]
        reach = among.max(initial=-1) - among.min(initial=1)
        scaled = (cosines - among.min(initial=1)) / reach if reach > 0 else np.ones_like(cosines)
        return np.where(told, scaled, 0).astype(np.float32)

    @cached_property
    def session_known(self) -> NDArray[np.bool_]:
        """Which sessions have a turn whose meaning is known, shape (sessions,)."""
        if np.count_nonzero(self.known) == np.count_nonzero(self.live):  # who is known lives
            return self._tally.session_rows > 0
        return greatest(self.known, self.index.rows.runs, len(self._tally.session_rows), np.bool_(0))

    @cached_property
    def candidates(self) -> Ints:
        """The rows worth all signals, ascending: the best by words and the turns beside them, and the best by meaning.

        The turns beside, because an answer may share no word with the question before it.
        """
        count = max(_CANDIDATES, self.question.limit)
        lexical = self.top(self.keyword, self.eligible & (self.keyword > 0), count)
        is_candidate = np.zeros(len(self.live), np.bool_)
        is_candidate[lexical] = True
        beside = np.concatenate([links[lexical] for links in self.index.links()])
        is_candidate[beside[beside >= 0]] = True
        if self.meaning is not None:
            is_candidate[self.top(self.meaning, self.eligible & self.known, count)] = True
        return np.flatnonzero(is_candidate & self.eligible)

    def top(self, scores: NDArray[Any], among: NDArray[np.bool_], count: int) -> Ints:
        """Return up to `count` rows with the greatest scores, in no order; of equals the newest, then by id."""
        rows = np.flatnonzero(among)
        if len(rows) <= count:
            return rows
        found = scores if len(rows) == len(scores) else scores[rows]
        places = _some_best(found, count)
        rows, found = rows[places], found[places]
        least = np.partition(found, len(rows) - count)[len(rows) - count]
        better, equal = rows[found > least], rows[found == least]
        wanted = count - len(better)
        return np.concatenate([better, self.newest_first(equal)[:wanted] if wanted < len(equal) else equal])

    def newest_first(self, rows: Ints) -> Ints:
        """Return rows with the newest first; of equals by id."""
        created = self.index.rows.created
        ordered = sorted(rows.tolist(), key=lambda row: (-int(created[row]), self.index.id_at(row)))
        return np.array(ordered, np.intp)

    def _meaning(self) -> NDArray[np.float32] | None:
        vector = self.question.vector
        among = self.known & self.eligible
        if vector is None or not np.count_nonzero(among):
            return None
        if vector.shape != (self.index.vectors.dimension,):
            raise UsageError(f"the question's vector has shape {vector.shape}, not ({self.index.vectors.dimension},)")
        similarities = self.index.vectors.similarities(vector.astype(np.float32, copy=False))
        compared = _of(similarities, among)
        least, greatest_one = compared.min(), compared.max()
        span = greatest_one - least
        self._scale = (least, span)
        if span > 0:
            similarities -= least
            similarities /= span
        else:
            similarities[:] = 1
        if len(compared) < len(similarities):  # of the others some may be nearer, or farther, or not known
            np.clip(similarities, 0, 1, out=similarities)
            similarities[~self.known] = 0
        return similarities


def share_of_best(scores: NDArray[np.float32], among: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return scores as shares of the greatest of some of them, 1 at most."""
    compared = _of(scores, among)
    best = compared.max(initial=0)
    if not best:
        return np.zeros_like(scores)
    shares = scores / best
    return shares if len(compared) == len(scores) else np.minimum(shares, 1)


def _of(values: NDArray[Scalar], among: NDArray[np.bool_]) -> NDArray[Scalar]:
    """Return the values of some rows, shape (count,), without a copy when it is all of them."""
    return values if is_all(among) else values[among]


def _some_best(scores: NDArray[Any], count: int) -> Ints:
    """Return the places of at least the `count` greatest scores, and of few more; of all when there are not so many.

    The places are dealt out to a few times as many hands as are wanted. Then `count` places are at least as good as the
    count-th best of the hands' best, and all that are not can be left out.
    """
    hand = len(scores) // (_HANDS * count)
    if hand < _SMALL_HAND:
        return np.arange(len(scores))
    best = scores[: len(scores) // hand * hand].reshape(hand, -1).max(axis=0)
    least = np.partition(best, len(best) - count)[len(best) - count]
    return np.flatnonzero(scores >= least)
