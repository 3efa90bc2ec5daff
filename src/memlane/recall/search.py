"""Finds the memories and the past sessions that answer a question best.

Candidates are the best rows by words and the best by meaning; only they are scored by all signals. Scores are
fused, not ranks: how much better one is than the next is kept.
"""

import numpy as np

from memlane.recall.episodes import search_episodes
from memlane.recall.evidence import Evidence
from memlane.recall.index import PartitionIndex
from memlane.recall.question import Question
from memlane.recall.ranking import NEWEST, Ranked, Shares, best_first, without_meaning
from memlane.recall.signals import row_shares
from memlane.recall.weights import DEFAULT, Weights
from memlane.types.memory import Recalled

__all__ = ["Question", "search", "search_episodes"]


def search(index: PartitionIndex, question: Question, weights: Weights = DEFAULT) -> list[Recalled]:
    """Return the memories that answer best, best first; of equals the newest first, then by id.

    Without a vector, or while no memory has one, words alone decide, and `why` says `meaning_unavailable`. A
    question without a single word to search by gets what its vector finds, and without one the newest memories, with
    score 0; an empty text gets those too.

    Raises:
        UsageError: the question's vector has another length than the index's.
    """
    evidence = Evidence(index, question, weights)
    if evidence.is_open:
        return _newest(evidence)
    rows = evidence.candidates
    shares = row_shares(evidence, rows)
    ranked = best_first(shares, index.rows.created[rows], lambda place: index.id_at(rows[place]), question.limit)
    known = evidence.known[rows]
    return [_recalled(evidence, int(rows[one.place]), one, meaning_known=known[one.place]) for one in ranked]


def _newest(evidence: Evidence) -> list[Recalled]:
    created = evidence.index.rows.created
    rows = evidence.top(created, evidence.eligible, evidence.question.limit)
    shares: Shares = {NEWEST: np.zeros(len(rows))}
    ranked = best_first(shares, created[rows], lambda place: evidence.index.id_at(rows[place]), evidence.question.limit)
    known = evidence.meaning is not None
    return [_recalled(evidence, int(rows[one.place]), one, meaning_known=known) for one in ranked]


def _recalled(evidence: Evidence, row: int, found: Ranked, *, meaning_known: bool) -> Recalled:
    why = found.why if meaning_known else without_meaning(found.why)
    memory = evidence.index.memory_at(row)
    return Recalled(memory=memory, score=found.score, why=why, notes=list(evidence.question.notes))
