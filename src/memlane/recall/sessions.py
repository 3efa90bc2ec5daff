"""What the rows of each session amount to: how many, how many terms, what their vectors add up to, greatest values."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from memlane.recall.bm25 import Corpus
from memlane.recall.columns import Column, Ints, Scalar
from memlane.recall.vectors import Vectors


class Tally:
    """How many rows exist and how many terms they have, in all and by session.

    It is kept by differences: following a change costs little more than comparing which rows exist with which did.
    """

    def __init__(self) -> None:
        """Start with no rows."""
        self._counted: Column[np.bool_] = Column(np.bool_)
        self._session_rows: Column[np.int64] = Column(np.int64)
        self._session_terms: Column[np.float64] = Column(np.float64)
        self.rows = Corpus(0, 0.0)

    @property
    def session_rows(self) -> NDArray[np.int64]:
        """How many rows of each session exist, shape (sessions,)."""
        return self._session_rows.values

    @property
    def session_terms(self) -> NDArray[np.float64]:
        """How many terms they have, shape (sessions,)."""
        return self._session_terms.values

    @property
    def size_bytes(self) -> int:
        """Bytes held."""
        return sum(column.size_bytes for column in (self._counted, self._session_rows, self._session_terms))

    def grow(self, rows: int, sessions: int) -> None:
        """Make room for so many rows and sessions in all; new rows do not exist yet."""
        self._counted.grow(rows - len(self._counted))
        self._session_rows.grow(sessions - len(self._session_rows))
        self._session_terms.grow(sessions - len(self._session_terms))

    def follow(self, live: NDArray[np.bool_], lengths: NDArray[np.float32], session: Ints) -> None:
        """Count these rows and no others.

        Args:
            live: Which rows exist, shape (n,).
            lengths: Number of terms of each row, shape (n,).
            session: Session of each row, shape (n,); -1 for none.
        """
        changed = np.flatnonzero(self._counted.values != live)
        if len(changed):
            signs = np.where(live[changed], 1, -1)
            self._add(signs, signs * lengths[changed].astype(np.float64), session[changed] + 1)
            self._counted.values[changed] = live[changed]

    def _add(self, rows: NDArray[np.int64], terms: NDArray[np.float64], places: Ints) -> None:
        size = len(self._session_rows) + 1  # the first place is that of no session
        self._session_rows.values[:] += np.bincount(places, rows, size)[1:].astype(np.int64)
        self._session_terms.values[:] += np.bincount(places, terms, size)[1:]
        self.rows = Corpus(self.rows.documents + int(rows.sum()), self.rows.terms + float(terms.sum()))


class Topics:
    """How long the sum of the vectors of each session is: what makes a mean of similarities the cosine to their mean.

    Sessions that change are summed again when they are next asked for.
    """

    def __init__(self) -> None:
        """Start with no sessions."""
        self._lengths: Column[np.float32] = Column(np.float32)
        self._stale: set[int] = set()

    @property
    def size_bytes(self) -> int:
        """Bytes held."""
        return self._lengths.size_bytes

    def touch(self, session: Ints) -> None:
        """Take note that rows of these sessions changed; -1 for none."""
        self._stale.update(session.tolist())
        self._stale.discard(-1)

    def lengths(self, session: Ints, used: NDArray[np.bool_], vectors: Vectors, sessions: int) -> NDArray[np.float32]:
        """Return the length of each session's sum, shape (sessions,); 0 where no row is used.

        Args:
            session: Session of each row, shape (n,); -1 for none.
            used: Which rows count, shape (n,); only rows that have a vector.
            vectors: The vectors of all rows.
            sessions: How many sessions there are.
        """
        self._lengths.grow(sessions - len(self._lengths))
        if self._stale:
            stale = np.array(sorted(self._stale), np.intp)
            number = np.full(sessions + 1, -1)  # the last place, which -1 names, is that of no session
            number[stale] = np.arange(len(stale))
            rows = np.flatnonzero(used & (number[session] >= 0))
            sums = vectors.sums(rows, number[session[rows]], len(stale))
            self._lengths.values[stale] = np.linalg.norm(sums, axis=1)
            self._stale.clear()
        return self._lengths.values


class Runs(NamedTuple):
    """Rows that follow each other and are of one session: mostly a session is one such run.

    Attributes:
        starts: First row of each run, shape (runs,).
        session: Session of each run, shape (runs,); -1 for none.
    """

    starts: Ints
    session: Ints


def runs_of(session: Ints) -> Runs:
    """Return the runs of rows whose sessions these are, shape (n,)."""
    starts = np.flatnonzero(np.append(True, session[1:] != session[:-1])) if len(session) else np.zeros(0, np.intp)
    return Runs(starts, session[starts])


def greatest(values: NDArray[Scalar], runs: Runs, sessions: int, otherwise: Scalar) -> NDArray[Scalar]:
    """Return the greatest value among the rows of each session, shape (sessions,).

    Args:
        values: One of each row, shape (n,).
        runs: Of these rows.
        sessions: How many sessions there are.
        otherwise: Where there is none greater.
    """
    best = np.full(sessions + 1, otherwise)  # the last place, which -1 names, is that of no session
    if len(values):
        np.maximum.at(best, runs.session, np.maximum.reduceat(values, runs.starts))
    return best[:sessions]
