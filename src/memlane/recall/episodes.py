"""Finds past sessions: by the words and the meaning of the whole, and by the turn in it that answers best.

The meaning of the whole is that of its turns together: an embedder reads only the beginning of a long text.
"""

import numpy as np
from numpy.typing import NDArray

from memlane.recall.columns import Ints
from memlane.recall.evidence import Evidence
from memlane.recall.index import PartitionIndex
from memlane.recall.question import Question
from memlane.recall.ranking import KEYWORD, MEANING, NEWEST, TOPIC, TURN, Shares, best_first, why
from memlane.recall.rows import ALWAYS
from memlane.recall.sessions import greatest
from memlane.recall.signals import own_scores, turn_scores
from memlane.recall.weights import DEFAULT, Weights
from memlane.types.memory import RecalledEpisode
from memlane.types.times import from_ms


def search_episodes(index: PartitionIndex, question: Question, weights: Weights = DEFAULT) -> list[RecalledEpisode]:
    """Return the past sessions that answer best, best first; of equals the latest first, then by id.

    A session is found when at least one of its memories may answer; what is asked without a word to search by is
    treated as by `search`.

    Raises:
        UsageError: the question's vector has another length than the index's.
    """
    evidence = Evidence(index, question, weights)
    shares = _all_shares(evidence)
    sessions = _candidates(evidence, shares)
    ended = _ended(evidence)[sessions]
    names = index.rows.sessions.texts
    shares = {name: share[sessions] for name, share in shares.items()}
    known = evidence.session_known[sessions].tolist()
    ranked = best_first(shares, ended, lambda place: names[int(sessions[place])], question.limit)
    return [
        _episode(evidence, int(sessions[place]), score, why(shares, place, meaning_known=known[place]))
        for place, score in ranked
    ]


def _all_shares(evidence: Evidence) -> Shares:
    if evidence.is_open:
        return {NEWEST: np.zeros(len(evidence.index.rows.sessions))}
    weights = evidence.weights
    known = weights.session_meaning + weights.session_topic
    total = weights.session_keyword + known + weights.session_turn
    by_words = np.where(evidence.session_known, weights.session_keyword, weights.session_keyword + known)
    return {
        KEYWORD: evidence.session_keyword * (by_words / total),
        MEANING: evidence.session_meaning * (weights.session_meaning / total),
        TOPIC: evidence.session_topic * (weights.session_topic / total),
        TURN: _best_turns(evidence) * (weights.session_turn / total),
    }


def _best_turns(evidence: Evidence) -> NDArray[np.float32]:
    """Return the score of the best candidate of each session, shape (sessions,); 0 where there is none."""
    rows = evidence.candidates
    scores = turn_scores(evidence, rows)
    return greatest(scores, evidence.index.rows.session[rows], len(evidence.index.rows.sessions), np.float32(0))


def _candidates(evidence: Evidence, shares: Shares) -> Ints:
    """Return the sessions that have a row that may answer, and where only words count, one of the words."""
    session = evidence.index.rows.session
    may_answer = np.zeros(len(evidence.index.rows.sessions), np.bool_)
    may_answer[session[evidence.eligible & (session >= 0)]] = True
    if evidence.meaning is None and not evidence.is_open:
        may_answer &= shares[KEYWORD] > 0
    return np.flatnonzero(may_answer)


def _ended(evidence: Evidence) -> NDArray[np.int64]:
    """Return when the last live row of each session was created, shape (sessions,)."""
    rows = evidence.index.rows
    created = rows.created if evidence.live.all() else np.where(evidence.live, rows.created, ALWAYS)
    return greatest(created, rows.session, len(rows.sessions), np.int64(ALWAYS))


def _episode(evidence: Evidence, session: int, score: float, reasons: dict[str, float]) -> RecalledEpisode:
    rows = evidence.index.rows
    told = np.flatnonzero(evidence.live & (rows.session == session))
    created = rows.created[told]
    return RecalledEpisode(
        session_id=rows.sessions.texts[session],
        score=score,
        why=reasons,
        started_at=from_ms(int(created.min())),
        ended_at=from_ms(int(created.max())),
        memory=evidence.index.memory_at(_best_row(evidence, told[evidence.eligible[told]])),
        notes=list(evidence.question.notes),
    )


def _best_row(evidence: Evidence, rows: Ints) -> int:
    own = {"own": own_scores(evidence, rows)}
    created = evidence.index.rows.created[rows]
    place, _ = best_first(own, created, lambda place: evidence.index.id_at(rows[place]), 1)[0]
    return int(rows[place])
