"""The signals: why a row may answer a question.

A signal is a pure function from the evidence and some rows to one share between 0 and 1 for each of them. To add
one, write the function, give it a weight in `Weights` and list it in `SIGNALS`.
"""

from collections.abc import Callable
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from memlane.recall.analysis import analyse
from memlane.recall.columns import Ints
from memlane.recall.evidence import Evidence
from memlane.recall.ranking import KEYWORD, MEANING, Shares, sum_of_shares

_REPLYING: Final = ("assistant", "tool", "function")

Signal: TypeAlias = Callable[[Evidence, Ints], NDArray[np.float32]]


def keyword(evidence: Evidence, rows: Ints) -> NDArray[np.float32]:
    """Words in common."""
    return evidence.keyword[rows]


def meaning(evidence: Evidence, rows: Ints) -> NDArray[np.float32]:
    """Similarity of meaning; 0 where it is not known."""
    return np.zeros(len(rows), np.float32) if evidence.meaning is None else evidence.meaning[rows]


def session(evidence: Evidence, rows: Ints) -> NDArray[np.float32]:
    """How well the whole session answers that the row is part of; 0 outside sessions."""
    scores = sum_of_shares(session_shares(evidence))
    return _or_zero(scores, evidence.index.rows.session[rows])


def neighbours(evidence: Evidence, rows: Ints) -> NDArray[np.float32]:
    """How well the better of the turns just before and just after answers; 0 for what a machine replied.

    A reply says again what it replies to, so a match beside it is no news. The other way round it is: the reply
    bears witness to what the turn before it was about.
    """
    before, after = evidence.index.links()
    best = np.maximum(own_scores(evidence, before[rows]), own_scores(evidence, after[rows]))
    replying = np.array([role in _REPLYING for role in evidence.index.rows.roles.texts], np.bool_)
    return best * (1 - _or_zero(replying, evidence.index.rows.role[rows]))


def speaker(evidence: Evidence, rows: Ints) -> NDArray[np.float32]:
    """1 where the question names the speaker, else 0."""
    speakers = evidence.index.rows.speakers.texts
    named = np.array([bool(terms := analyse(name)) and evidence.terms.issuperset(terms) for name in speakers])
    return _or_zero(named, evidence.index.rows.speaker[rows])


SIGNALS: Final[tuple[Signal, ...]] = (keyword, meaning, session, neighbours, speaker)


def session_shares(evidence: Evidence) -> Shares:
    """Return each signal's share of the score of each session as a whole, shape (sessions,)."""
    weights, total = evidence.weights, evidence.weights.session_keyword + evidence.weights.session_meaning
    by_words = np.where(evidence.session_known, weights.session_keyword, total) / total
    return {
        KEYWORD: evidence.session_keyword * by_words,
        MEANING: evidence.session_meaning * (weights.session_meaning / total),
    }


def own_scores(evidence: Evidence, rows: Ints) -> NDArray[np.float32]:
    """Return how well rows answer by words and meaning alone; 0 for row -1 and for what does not exist."""
    weights, total = evidence.weights, evidence.weights.keyword + evidence.weights.meaning
    by_words = _weight_of_words(evidence, rows) / total
    scores = by_words * keyword(evidence, rows) + (weights.meaning / total) * meaning(evidence, rows)
    return np.where((rows >= 0) & evidence.live[rows], scores, 0).astype(np.float32)


def row_shares(evidence: Evidence, rows: Ints) -> Shares:
    """Return each signal's share of the score of these rows; a row perfect in every signal has score 1."""
    total = sum(_weight(evidence, signal) for signal in SIGNALS)
    shares: Shares = {s.__name__: s(evidence, rows) * (_weight(evidence, s) / total) for s in SIGNALS}
    return {**shares, KEYWORD: keyword(evidence, rows) * (_weight_of_words(evidence, rows) / total)}


def _weight_of_words(evidence: Evidence, rows: Ints) -> NDArray[np.float64]:
    """Return what words count in these rows: where the meaning of a row is not known, its words stand in for it."""
    weights = evidence.weights
    return np.where(evidence.known[rows], weights.keyword, weights.keyword + weights.meaning)


def _weight(evidence: Evidence, signal: Signal) -> float:
    return getattr(evidence.weights, signal.__name__)


def _or_zero(values: NDArray[Any], numbers: Ints) -> NDArray[np.float32]:
    """Return `values[numbers]`, and 0 for -1."""
    return np.append(values.astype(np.float32), np.zeros(1, np.float32))[numbers]
