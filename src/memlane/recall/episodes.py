"""Finds past sessions: by the words and the meaning of the whole, and by the turn in it that answers best.

The meaning of the whole is that of its turns together: an embedder reads only the beginning of a long text.
"""

import numpy as np
from numpy.typing import NDArray

from memlane.recall.columns import Ints, is_all
from memlane.recall.evidence import Evidence
from memlane.recall.index import PartitionIndex
from memlane.recall.question import Question
from memlane.recall.ranking import (
    KEYWORD,
    MEANING,
    NEWEST,
    TOPIC,
    TURN,
    Ranked,
    Shares,
    best_first,
    sum_of_shares,
    without_meaning,
)
from memlane.recall.rows import ALWAYS
from memlane.recall.sessions import greatest, runs_of
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
    if not len(sessions):
        return []
    ended = _ended(evidence)[sessions]
    names = index.rows.sessions.texts
    shares = {name: share[sessions] for name, share in shares.items()}
    ranked = best_first(shares, ended, lambda place: names[int(sessions[place])], question.limit)
    found = sessions[[one.place for one in ranked]]
    told = _told(evidence, found)
    return [
        _episode(evidence, session, one, rows) for session, one, rows in zip(found.tolist(), ranked, told, strict=True)
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
    session = evidence.index.rows.session[rows]
    return greatest(scores, runs_of(session), len(evidence.index.rows.sessions), np.float32(0))


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
    created = rows.created if is_all(evidence.live) else np.where(evidence.live, rows.created, ALWAYS)
    return greatest(created, rows.runs, len(rows.sessions), np.int64(ALWAYS))


def _told(evidence: Evidence, sessions: Ints) -> list[Ints]:
    """Return the live rows of each of these sessions, ascending; every one of them has some."""
    rows = evidence.index.rows
    number = np.full(len(rows.sessions) + 1, -1)  # the last place, which -1 names, is that of no session
    number[sessions] = np.arange(len(sessions))
    of_session = number[rows.session]
    told = np.flatnonzero(evidence.live & (of_session >= 0))
    order = np.argsort(of_session[told], kind="stable")
    ends = np.bincount(of_session[told], minlength=len(sessions)).cumsum()
    return np.split(told[order], ends[:-1])


def _episode(evidence: Evidence, session: int, found: Ranked, told: Ints) -> RecalledEpisode:
    rows = evidence.index.rows
    created = rows.created[told]
    return RecalledEpisode(
        session_id=rows.sessions.texts[session],
        score=found.score,
        why=found.why if evidence.session_known[session] else without_meaning(found.why),
        started_at=from_ms(int(created.min())),
        ended_at=from_ms(int(created.max())),
        memory=evidence.index.memory_at(_best_row(evidence, told[evidence.eligible[told]])),
        notes=list(evidence.question.notes),
    )


def _best_row(evidence: Evidence, rows: Ints) -> int:
    own = sum_of_shares({"own": own_scores(evidence, rows)})
    return int(evidence.newest_first(rows[own == own.max()])[0])
