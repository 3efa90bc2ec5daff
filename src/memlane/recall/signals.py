"""The signals: why a row may answer a question.

A signal is a pure function from the evidence and some rows to one share between 0 and 1 for each of them. To add
one, write the function, give it a weight in `Weights` and list it in `SIGNALS`.
"""

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from memlane.recall.analysis import analyse
from memlane.recall.asking import is_about_reply
from memlane.recall.columns import Ints, is_all
from memlane.recall.evidence import Evidence
from memlane.recall.moments import named_moment, names_moment
from memlane.recall.ranking import KEYWORD, MEANING, Shares, sum_of_shares
from memlane.recall.windows import window_scores
from memlane.types.times import from_ms, to_ms

_MACHINES: Final = ("assistant", "tool", "function")
_SUBSTANTIAL: Final = 24
_SHORTEST_MS: Final = 3 * 86_400_000

Signal: TypeAlias = Callable[[Evidence, Ints], NDArray[np.float32]]


def keyword(evidence: Evidence, rows: Ints) -> NDArray[np.float32]:
    """Words in common."""
    return evidence.keyword[rows]


def meaning(evidence: Evidence, rows: Ints) -> NDArray[np.float32]:
    """Similarity of meaning; 0 where it is not known."""
    return np.zeros(len(rows), np.float32) if evidence.meaning is None else evidence.meaning[rows]


def session(evidence: Evidence, rows: Ints) -> NDArray[np.float32]:
    """How well the whole session answers that the row is part of; outside sessions, how well the row itself does."""
    numbers = evidence.index.rows.session[rows]
    of_sessions = sum_of_shares(session_shares(evidence)).astype(np.float32)
    alone = numbers < 0
    if not alone.any():
        return of_sessions[numbers]
    scores = own_scores(evidence, rows)
    scores[~alone] = of_sessions[numbers[~alone]]
    return scores


def window(evidence: Evidence, rows: Ints) -> NDArray[np.float32]:
    """How well the row answers together with the turns around it, which say what it leaves unsaid."""
    return window_scores(evidence, rows)


def speaker(evidence: Evidence, rows: Ints) -> NDArray[np.float32]:
    """1 where the question names the speaker, else 0."""
    speakers = evidence.index.rows.speakers.texts
    named = [bool(terms := analyse(name)) and evidence.terms.issuperset(terms) for name in speakers]
    return _of_names(named, evidence.index.rows.speaker[rows])


def date(evidence: Evidence, rows: Ints) -> NDArray[np.float32]:
    """How near in time it was said to when the question names; 0 for all when it names no time.

    1 within that time; e times less for each further two times its length, or six days if it is shorter than three.
    People tell of a day on the days after it, and seldom know a date exactly.
    """
    if not len(rows) or not names_moment(evidence.question.text):
        return np.zeros(len(rows), np.float32)
    created = evidence.index.rows.created
    newest = from_ms(int((created if is_all(evidence.live) else created[evidence.live]).max()))
    named = named_moment(evidence.question.text, from_ms(evidence.question.at_ms), newest=newest)
    if named is None:
        return np.zeros(len(rows), np.float32)
    start, end = to_ms(named.start), to_ms(named.end)
    away = np.maximum(np.maximum(start - created[rows], created[rows] - end), 0)
    return np.exp(-away / (2 * max(end - start, _SHORTEST_MS))).astype(np.float32)


def statement(evidence: Evidence, rows: Ints) -> NDArray[np.float32]:
    """0 where the row ends by asking something itself, else 1."""
    return (~evidence.index.rows.asking[rows]).astype(np.float32)


def answer(evidence: Evidence, rows: Ints) -> NDArray[np.float32]:
    """1 where the turn before ends by asking something, else 0."""
    before = evidence.index.links()[0][rows]
    return (evidence.index.rows.asking[before] & (before >= 0)).astype(np.float32)


def substance(evidence: Evidence, rows: Ints) -> NDArray[np.float32]:
    """How much is said: the number of terms as a share of what is plenty; 1 for what was put down on purpose."""
    share = np.minimum(evidence.index.postings.lengths[rows] / _SUBSTANTIAL, 1).astype(np.float32)
    return np.where(_was_said(evidence, rows), share, np.float32(1))


def person(evidence: Evidence, rows: Ints) -> NDArray[np.float32]:
    """0 for what a machine replied, else 1; 1 for all when the question asks what was replied."""
    if is_about_reply(evidence.question.text):
        return np.ones(len(rows), np.float32)
    machines = [role in _MACHINES for role in evidence.index.rows.roles.texts]
    return 1 - _of_names(machines, evidence.index.rows.role[rows])


def opening(evidence: Evidence, rows: Ints) -> NDArray[np.float32]:
    """1 for the first turn of a session, which says what it is about, and for what was put down on purpose; else 0."""
    before, _ = evidence.index.links()
    return (~_was_said(evidence, rows) | (before[rows] < 0)).astype(np.float32)


SIGNALS: Final[tuple[Signal, ...]] = (
    keyword,
    meaning,
    session,
    window,
    speaker,
    date,
    statement,
    answer,
    substance,
    person,
    opening,
)
_OF_TURNS: Final = tuple(signal for signal in SIGNALS if signal is not session)


def session_shares(evidence: Evidence) -> Shares:
    """Return the shares of words and meaning in the score of each session as a whole, shape (sessions,)."""
    weights, total = evidence.weights, evidence.weights.session_keyword + evidence.weights.session_meaning
    by_words = np.where(evidence.session_known, weights.session_keyword, total) / total
    return {
        KEYWORD: evidence.session_keyword * by_words,
        MEANING: evidence.session_meaning * (weights.session_meaning / total),
    }


def own_scores(evidence: Evidence, rows: Ints) -> NDArray[np.float32]:
    """Return how well rows answer by words and meaning alone; 0 for what does not exist."""
    weights, total = evidence.weights, evidence.weights.keyword + evidence.weights.meaning
    by_words = _weight_of_words(evidence, rows) / total
    scores = by_words * keyword(evidence, rows) + (weights.meaning / total) * meaning(evidence, rows)
    return np.where(evidence.live[rows], scores, 0).astype(np.float32)


def row_shares(evidence: Evidence, rows: Ints, signals: Sequence[Signal] = SIGNALS) -> Shares:
    """Return each signal's share of the score of these rows; a row perfect in every one of the signals has score 1.

    Args:
        evidence: What the question says about the partition.
        rows: The rows, shape (m,).
        signals: Which signals count; `keyword` and `meaning` are among them.
    """
    total = sum(_weight(evidence, signal) for signal in signals)
    shares: Shares = {s.__name__: s(evidence, rows) * (_weight(evidence, s) / total) for s in signals}
    return {**shares, KEYWORD: keyword(evidence, rows) * (_weight_of_words(evidence, rows) / total)}


def turn_scores(evidence: Evidence, rows: Ints) -> NDArray[np.float32]:
    """Return how well rows answer by all signals but `session`; one perfect in all of them has 1."""
    return sum_of_shares(row_shares(evidence, rows, _OF_TURNS)).astype(np.float32)


def _weight_of_words(evidence: Evidence, rows: Ints) -> NDArray[np.float64]:
    """Return what words count in these rows: where the meaning of a row is not known, its words stand in for it."""
    weights = evidence.weights
    return np.where(evidence.known[rows], weights.keyword, weights.keyword + weights.meaning)


def _was_said(evidence: Evidence, rows: Ints) -> NDArray[np.bool_]:
    """Return which rows are turns of a conversation; the others were put down on purpose."""
    return evidence.index.rows.role[rows] >= 0


def _weight(evidence: Evidence, signal: Signal) -> float:
    return getattr(evidence.weights, signal.__name__)


def _of_names(values: Sequence[bool], numbers: Ints) -> NDArray[np.float32]:
    """Return 1 for the numbers of names of which it is true, else 0; 0 for -1."""
    return np.array([*values, False], np.float32)[numbers]  # the last place, which -1 names, is that of no name
