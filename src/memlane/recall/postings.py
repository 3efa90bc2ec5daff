"""Which terms occur in which rows: an inverted index that only ever appends.

Rows are numbered in the order they are added, so the rows of each term are ascending by themselves and adding one
sorts, merges and rebuilds nothing. It knows nothing of scores, memories or deletion.
"""

import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from memlane.recall.bm25 import Matches
from memlane.recall.columns import Column, Ints, is_all

_ROW = np.dtype(np.int32)
_TERM_BYTES = 190  # a short str, its slot in a dict, an empty bytearray and its spare room, about


class Postings:
    """Terms of rows, by term."""

    def __init__(self) -> None:
        """Start with no rows."""
        # The rows of each term as int32, one for every time that it occurs there. Bytearrays, because appending to
        # one is cheap, NumPy reads it in place and the garbage collector need not know of it.
        self._rows: defaultdict[str, bytearray] = defaultdict(bytearray)
        self._lengths: Column[np.float32] = Column(np.float32)
        self._occurrences = 0

    def __len__(self) -> int:
        return len(self._lengths)

    @property
    def lengths(self) -> NDArray[np.float32]:
        """Number of terms of each row, repetitions counted; shape (n,)."""
        return self._lengths.values

    @property
    def size_bytes(self) -> int:
        """About how much memory it takes."""
        return self._lengths.size_bytes + _ROW.itemsize * self._occurrences + _TERM_BYTES * len(self._rows)

    def extend(self, documents: Iterable[Sequence[str]]) -> None:
        """Add rows, each with its terms."""
        rows, lengths = self._rows.__getitem__, list[int]()
        for row, terms in enumerate(documents, len(self)):
            packed = row.to_bytes(_ROW.itemsize, sys.byteorder)
            for of_term in map(rows, terms):
                of_term.extend(packed)
            lengths.append(len(terms))
        self._lengths.extend(lengths)
        self._occurrences += sum(lengths)

    def find(self, terms: Iterable[str], live: NDArray[np.bool_]) -> Matches:
        """Return where these distinct terms occur in live rows; a term that no row ever had is left out."""
        found = [rows for term in terms if (rows := self._rows.get(term))]
        matches = _matches(np.frombuffer(b"".join(found), _ROW), [len(rows) // _ROW.itemsize for rows in found])
        return matches if is_all(live) else matches.only(live[matches.documents])

    def keep(self, rows: Ints) -> None:
        """Leave only these rows, ascending, and number them anew from 0."""
        renumbered = np.full(len(self), -1, _ROW)
        renumbered[rows] = np.arange(len(rows), dtype=_ROW)
        self._lengths.keep(rows)
        kept: defaultdict[str, bytearray] = defaultdict(bytearray)
        for term, occurrences in self._rows.items():
            numbers = renumbered[np.frombuffer(occurrences, _ROW)]
            left = numbers[numbers >= 0]
            if len(left):
                kept[term] = bytearray(left)
        self._rows = kept
        self._occurrences = int(self._lengths.values.sum(dtype=np.int64))


def _matches(occurrences: NDArray[np.int32], sizes: Sequence[int]) -> Matches:
    """Return the distinct rows of ascending lists, and how often each stands in its list.

    Args:
        occurrences: The lists, one after the other.
        sizes: How long each is; none is empty.
    """
    ends = np.array([*accumulate(sizes)], np.intp)
    is_last = np.ones(len(occurrences), np.bool_)
    np.not_equal(occurrences[1:], occurrences[:-1], out=is_last[:-1])
    is_last[ends - 1] = True
    lasts = np.flatnonzero(is_last)
    counts = _steps(lasts + 1).astype(np.float32)
    holding = _steps(np.searchsorted(lasts, ends))
    terms = np.repeat(np.arange(len(ends)), holding)
    return Matches(terms, occurrences[lasts].astype(np.intp), counts, holding)


def _steps(values: Ints) -> Ints:
    """Return by how much each is greater than the one before; the first than 0."""
    steps = values.copy()
    steps[1:] -= values[:-1]
    return steps
