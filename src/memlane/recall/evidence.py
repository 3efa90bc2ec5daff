"""What a question says about every row of a partition, computed once and read by all signals."""

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from memlane.errors import UsageError
from memlane.recall.analysis import analyse
from memlane.recall.bm25 import bm25, grouped
from memlane.recall.columns import Ints
from memlane.recall.index import PartitionIndex
from memlane.recall.question import Question, eligible_rows
from memlane.recall.weights import Weights


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
        self._matches = index.postings.find(sorted(self.terms), self.live)
        self.keyword = _share_of_best(bm25(self._matches, index.postings.lengths, self.live), self.eligible)
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
        rows, count = self.index.rows, len(self.index.rows.sessions)
        told = np.flatnonzero(self.live & (rows.session >= 0))
        lengths = np.bincount(rows.session[told], weights=self.index.postings.lengths[told], minlength=count)
        exists = np.bincount(rows.session[told], minlength=count) > 0
        scores = bm25(grouped(self._matches, rows.session, count), lengths.astype(np.float32), exists)
        return _share_of_best(scores, exists)

    @cached_property
    def session_meaning(self) -> NDArray[np.float32]:
        """Greatest similarity among the turns of whole sessions, shape (sessions,); 0 where it is not known."""
        best = np.zeros(len(self.index.rows.sessions), np.float32)
        if self.meaning is not None:
            told = np.flatnonzero(self.known & (self.index.rows.session >= 0))
            np.maximum.at(best, self.index.rows.session[told], self.meaning[told])
        return best

    @cached_property
    def session_known(self) -> NDArray[np.bool_]:
        """Which sessions have a turn whose meaning is known, shape (sessions,)."""
        known = np.zeros(len(self.index.rows.sessions), np.bool_)
        known[self.index.rows.session[self.known & (self.index.rows.session >= 0)]] = True
        return known

    def top(self, scores: NDArray[Any], among: NDArray[np.bool_], count: int) -> Ints:
        """Return up to `count` rows with the greatest scores, in no order; of equals the newest, then by id."""
        rows = np.flatnonzero(among)
        if len(rows) <= count:
            return rows
        found = scores[rows]
        least = np.partition(found, len(rows) - count)[len(rows) - count]
        better, equal = rows[found > least], rows[found == least]
        wanted = count - len(better)
        return np.concatenate([better, self._newest_first(equal)[:wanted] if wanted < len(equal) else equal])

    def _newest_first(self, rows: Ints) -> Ints:
        created = self.index.rows.created
        ordered = sorted(rows.tolist(), key=lambda row: (-int(created[row]), self.index.id_at(row)))
        return np.array(ordered, np.intp)

    def _meaning(self) -> NDArray[np.float32] | None:
        vector = self.question.vector
        if vector is None or not (self.known & self.eligible).any():
            return None
        if vector.shape != (self.index.vectors.dimension,):
            raise UsageError(f"the question's vector has shape {vector.shape}, not ({self.index.vectors.dimension},)")
        similarities = self.index.vectors.similarities(vector.astype(np.float32, copy=False))
        known = similarities[self.known & self.eligible]
        least, greatest = known.min(), known.max()
        span = greatest - least
        scaled = (similarities - least) / span if span > 0 else np.ones_like(similarities)
        return np.where(self.known, np.clip(scaled, 0, 1), 0).astype(np.float32)


def _share_of_best(scores: NDArray[np.float32], among: NDArray[np.bool_]) -> NDArray[np.float32]:
    best = float(scores[among].max(initial=0))
    return np.minimum(scores / best, 1) if best else np.zeros_like(scores)
