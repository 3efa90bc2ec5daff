"""What is asked of a partition, and which of its rows may answer."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from memlane.recall.index import PartitionIndex
from memlane.types.memory import EPISODE
from memlane.types.wire import encode_value


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A recall, as the engine asks it; None leaves a side open.

    Attributes:
        text: The words of the question.
        limit: The most results to return, at least 1.
        now_ms: Memories that expire at or before this do not exist.
        at_ms: Memories whose validity does not contain this are left out.
        vector: The question's embedding, float32 of shape (dimension,); None to search by words only.
        kinds: Only memories of these kinds; None for all but episodes.
        since_ms: Only memories created at or after this.
        until_ms: Only memories created before this.
        sessions: Only memories of these sessions.
        metadata: Only memories with these top-level metadata values.
        exclude: Ids of memories to leave out.
        notes: Passed on with every result.
    """

    text: str
    limit: int
    now_ms: int
    at_ms: int
    vector: NDArray[np.float32] | None = None
    kinds: frozenset[str] | None = None
    since_ms: int | None = None
    until_ms: int | None = None
    sessions: frozenset[str] | None = None
    metadata: dict[str, object] | None = None
    exclude: frozenset[str] = frozenset()
    notes: list[str] = []


def eligible_rows(index: PartitionIndex, question: Question, live: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which rows may be results, shape (n,): live, valid at the time asked about and within every filter."""
    rows = index.rows
    valid = rows.valid_at(question.at_ms)
    eligible = live.copy() if valid is None else live & valid
    if question.kinds is not None:
        eligible &= np.isin(rows.kind, rows.kinds.known(question.kinds))
    elif episodes := rows.kinds.known([EPISODE]):  # found by `episodes`
        eligible &= ~np.isin(rows.kind, episodes)
    if question.sessions is not None:
        eligible &= np.isin(rows.origin, rows.sessions.known(question.sessions))
    if question.since_ms is not None:
        eligible &= rows.created >= question.since_ms
    if question.until_ms is not None:
        eligible &= rows.created < question.until_ms
    eligible[index.rows_of(question.exclude)] = False
    if question.metadata:
        _keep_matching(index, question.metadata, eligible)
    return eligible


def _keep_matching(index: PartitionIndex, wanted: dict[str, object], eligible: NDArray[np.bool_]) -> None:
    keys = [encode_value(key) + b":" for key in wanted]
    for row in np.flatnonzero(eligible).tolist():
        body = index.body_at(row)
        # Looking for the keys in the bytes spares most rows the decoding.
        eligible[row] = all(key in body for key in keys) and _matches(index.memory_at(row).metadata, wanted)


def _matches(metadata: dict[str, object], wanted: dict[str, object]) -> bool:
    return all(key in metadata and _equal(metadata[key], value) for key, value in wanted.items())


def _equal(kept: object, wanted: object) -> bool:
    return kept == wanted and isinstance(kept, bool) == isinstance(wanted, bool)  # in Python, not in JSON, 1 == True
