"""Which terms occur in which rows: a log-structured inverted index.

Rows are numbered in the order they are added. New rows go to a log of term numbers, which costs nothing but the
appending and is scanned by a search; once it has grown past a fraction of the sorted base it is merged into it
(O'Neil et al., The Log-Structured Merge-Tree, 1996). It knows nothing of scores, memories or deletion.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import count

import numpy as np
from numpy.typing import NDArray

from memlane.recall.bm25 import Match
from memlane.recall.columns import Column, Ints, Scalar

_SMALL_LOG = 1 << 15
_LOG_FRACTION = 8
_TERM_BYTES = 150  # a short str, an int and their slot in a dict, about


class Postings:
    """Terms of rows, by term."""

    def __init__(self) -> None:
        """Start with no rows."""
        self._numbers: defaultdict[str, int] = defaultdict(count().__next__)
        self._starts: NDArray[np.int64] = np.zeros(
            1, np.int64
        )  # the base: rows and counts of term t stand in [starts[t], starts[t + 1])
        self._rows: NDArray[np.int32] = np.zeros(0, np.int32)
        self._counts: NDArray[np.float32] = np.zeros(0, np.float32)
        self._merged = 0  # rows in the base
        self._log = array("i")  # term numbers of the later rows, one after the other
        self._lengths: Column[np.float32] = Column(np.float32)

    def __len__(self) -> int:
        return len(self._lengths)

    @property
    def lengths(self) -> NDArray[np.float32]:
        """Number of terms of each row, repetitions counted; shape (n,)."""
        return self._lengths.values

    @property
    def size_bytes(self) -> int:
        """About how much memory it takes."""
        arrays = self._starts.nbytes + self._rows.nbytes + self._counts.nbytes + self._lengths.size_bytes
        return arrays + self._log.itemsize * len(self._log) + _TERM_BYTES * len(self._numbers)

    def extend(self, documents: Iterable[Sequence[str]]) -> None:
        """Add rows, each with its terms."""
        number, lengths = self._numbers.__getitem__, list[int]()
        for terms in documents:
            self._log.extend(map(number, terms))
            lengths.append(len(terms))
        self._lengths.extend(lengths)
        if len(self._log) > max(_SMALL_LOG, len(self._rows) // _LOG_FRACTION):
            self._merge()

    def find(self, terms: Iterable[str], live: NDArray[np.bool_]) -> list[Match]:
        """Return the matches of each distinct term that occurs in a live row."""
        numbers = [number for term in dict.fromkeys(terms) if (number := self._numbers.get(term)) is not None]
        if not numbers:
            return []
        recent = self._scan_log(numbers) if self._log else {}
        matches = (self._match(number, recent.get(number), live) for number in numbers)
        return [match for match in matches if len(match.documents)]

    def keep(self, rows: Ints) -> None:
        """Leave only these rows, ascending, and number them anew from 0."""
        self._merge()
        renumbered = np.full(len(self), -1, np.int32)
        renumbered[rows] = np.arange(len(rows), dtype=np.int32)
        terms = np.repeat(np.arange(len(self._starts) - 1), np.diff(self._starts))
        kept = renumbered[self._rows] >= 0
        self._rows, self._counts = renumbered[self._rows[kept]], self._counts[kept]
        self._drop_unused_terms(np.bincount(terms[kept], minlength=len(self._starts) - 1))
        self._lengths.keep(rows)
        self._merged = len(rows)

    def _drop_unused_terms(self, occurrences: Ints) -> None:
        used = [term for term, times in zip(self._numbers, occurrences.tolist(), strict=True) if times]
        self._numbers = defaultdict(count(len(used)).__next__, zip(used, range(len(used)), strict=True))
        self._starts = _starts(occurrences[occurrences > 0])

    def _match(self, number: int, recent: Match | None, live: NDArray[np.bool_]) -> Match:
        is_merged = number < len(self._starts) - 1
        span = slice(self._starts[number], self._starts[number + 1]) if is_merged else slice(0)
        rows, counts = self._rows[span], self._counts[span]
        if recent:
            rows, counts = np.concatenate([rows, recent.documents]), np.concatenate([counts, recent.counts])
        alive = live[rows]
        return Match(rows[alive], counts[alive])

    def _scan_log(self, numbers: Sequence[int]) -> dict[int, Match]:
        """Return the matches of these terms in the rows that are not merged yet."""
        log = np.frombuffer(self._log, np.int32)
        wanted = np.zeros(len(self._numbers), np.bool_)
        wanted[numbers] = True
        places = np.flatnonzero(wanted[log])
        terms, rows = log[places], self._log_rows(places)
        return {number: _counted(rows[terms == number]) for number in numbers}

    def _log_rows(self, places: Ints) -> NDArray[np.int32]:
        """Return the rows in which these places of the log lie."""
        ends = np.cumsum(self.lengths[self._merged :], dtype=np.int64)
        return (self._merged + np.searchsorted(ends, places, side="right")).astype(np.int32)

    def _merge(self) -> None:
        """Sort the log into the base. All its rows come after those of the base, so each term's parts just join."""
        log = np.frombuffer(self._log, np.int32)
        rows = self._log_rows(np.arange(len(log)))
        keys, counts = np.unique((log.astype(np.int64) << 32) | rows, return_counts=True)
        terms = len(self._numbers)
        before = np.zeros(terms, np.int64)
        before[: len(self._starts) - 1] = np.diff(self._starts)
        added = np.bincount(keys >> 32, minlength=terms)
        base_places = np.arange(len(self._rows)) + np.repeat(_starts(added)[:-1], before)
        log_places = np.arange(len(keys)) + np.repeat(_starts(before)[1:], added)
        self._rows = _joined(self._rows, base_places, (keys & 0xFFFFFFFF).astype(np.int32), log_places)
        self._counts = _joined(self._counts, base_places, counts.astype(np.float32), log_places)
        self._starts = _starts(before + added)
        self._merged, self._log = len(self), array("i")


def _starts(sizes: Ints) -> NDArray[np.int64]:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes, dtype=np.int64)])


def _counted(rows: Ints) -> Match:
    """Return the distinct rows of an ascending list, and how often each stands in it."""
    firsts = np.flatnonzero(np.diff(rows, prepend=-1))
    return Match(rows[firsts], np.diff(firsts, append=len(rows)).astype(np.float32))


def _joined(base: NDArray[Scalar], base_places: Ints, log: NDArray[Scalar], log_places: Ints) -> NDArray[Scalar]:
    joined = np.empty(len(base) + len(log), base.dtype)
    joined[base_places] = base
    joined[log_places] = log
    return joined
