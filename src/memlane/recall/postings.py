"""Which terms occur in which rows: an inverted index that only ever appends.

Rows are numbered in the order they are added, so the rows of each term are ascending by themselves and adding one
sorts, merges and rebuilds nothing. It knows nothing of scores, memories or deletion.
"""

import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from memlane.recall.bm25 import Match
from memlane.recall.columns import Column, Ints

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

    def find(self, terms: Iterable[str], live: NDArray[np.bool_]) -> list[Match]:
        """Return the matches of each distinct term that occurs in a live row."""
        found = [self._rows[term] for term in dict.fromkeys(terms) if term in self._rows]
        matches = [_match(np.frombuffer(rows, _ROW)) for rows in found]
        if not live.all():
            matches = [Match(rows[alive], counts[alive]) for rows, counts in matches for alive in [live[rows]]]
        return [match for match in matches if len(match.documents)]

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


def _match(occurrences: NDArray[np.int32]) -> Match:
    """Return the distinct rows of an ascending list, and how often each stands in it."""
    is_last = np.ones(len(occurrences), np.bool_)
    np.not_equal(occurrences[1:], occurrences[:-1], out=is_last[:-1])
    lasts = np.flatnonzero(is_last)
    counts = np.empty(len(lasts), np.float32)
    counts[0] = lasts[0] + 1
    counts[1:] = lasts[1:] - lasts[:-1]
    return Match(occurrences[lasts], counts)
