"""The vectors of rows: float32 in blocks, and which rows have one.

Blocks, so that a partition grows without copying what it holds and without as much again in spare room.
"""

from collections.abc import Sequence
from threading import Thread

import numpy as np
from numpy.typing import NDArray

from memlane.errors import DamagedError
from memlane.recall.columns import Column, Ints, grown

_BLOCK_ROWS = 1 << 12
_WORTH_A_THREAD = 2  # blocks
_EXPONENT = 0x7C00  # of a float16; all ones in what is no finite number


class Vectors:
    """Vectors of one space; a row may be without."""

    def __init__(self, dimension: int | None) -> None:
        """Hold vectors of this length; None ignores all that are given."""
        self.dimension = dimension
        self._blocks: list[NDArray[np.float32]] = []  # of _BLOCK_ROWS rows each, the last of up to as many
        self._present: Column[np.bool_] = Column(np.bool_)

    @property
    def present(self) -> NDArray[np.bool_]:
        """Which rows have a vector; shape (n,)."""
        return self._present.values

    @property
    def size_bytes(self) -> int:
        """Bytes held, spare room included."""
        return sum(block.nbytes for block in self._blocks) + self._present.size_bytes

    def decode(self, stored: Sequence[bytes]) -> NDArray[np.float32]:
        """Return stored vectors (little-endian float16) as float32 of shape (n, dimension).

        Raises:
            DamagedError: one has another length, or holds what is not a finite number.
        """
        dimension = self.dimension or 0
        if not stored:
            return np.zeros((0, dimension), np.float32)
        for vector in stored:
            if len(vector) != 2 * dimension:
                raise DamagedError(f"a stored vector has {len(vector)} bytes; {dimension} numbers take {2 * dimension}")
        halves = np.frombuffer(b"".join(stored), "<i2").reshape(len(stored), dimension)
        if ((halves & _EXPONENT) == _EXPONENT).any():
            raise DamagedError("a stored vector holds a number that is not finite")
        return _widened(halves)

    def grow(self, count: int) -> None:
        """Add rows without a vector."""
        self._present.grow(count)
        self._make_room()

    def put(self, rows: Sequence[int], vectors: NDArray[np.float32]) -> None:
        """Set the vectors of these rows, shape (len(rows), dimension)."""
        self._set(np.array(rows, np.intp), vectors)
        self._present.values[rows] = True

    def keep(self, rows: Ints) -> None:
        """Leave only these rows, ascending."""
        self._present.keep(rows)
        old, self._blocks = self._blocks, []
        self._make_room()
        for number, block in enumerate(old):
            places = np.flatnonzero(rows // _BLOCK_ROWS == number)
            self._set(places, block[rows[places] % _BLOCK_ROWS])

    def similarities(self, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the inner product of each row with `vector`, shape (n,); 0 for rows without a vector.

        Equal rows give equal results, wherever they stand.
        """
        found = np.empty(len(self._present), np.float32)
        half = len(self._blocks) // 2
        if half < _WORTH_A_THREAD:
            self._multiply(vector, found, range(len(self._blocks)))
        else:  # one core alone does not read as fast as the memory gives
            other = Thread(target=self._multiply, args=(vector, found, range(half)), name="memlane-recall")
            other.start()
            try:
                self._multiply(vector, found, range(half, len(self._blocks)))
            finally:
                other.join()
        return found

    def _multiply(self, vector: NDArray[np.float32], found: NDArray[np.float32], numbers: range) -> None:
        # A product with each row, not one with the matrix: for that BLAS starts its own threads, which on busy cores
        # wait for each other many times longer than one core needs to read the matrix, and it rounds differently from
        # place to place.
        for number in numbers:
            part = found[number * _BLOCK_ROWS : (number + 1) * _BLOCK_ROWS]
            np.matmul(self._blocks[number][: len(part), None], vector, out=part[:, None])

    def sums(self, rows: Ints, groups: Ints, size: int) -> NDArray[np.float32]:
        """Return the sum of the vectors of each group, shape (size, dimension).

        Args:
            rows: Ascending rows, shape (m,).
            groups: Group of each, shape (m,), from 0 to size - 1.
            size: How many groups there are.
        """
        found = np.zeros((size, self.dimension or 0), np.float32)
        for number, block in enumerate(self._blocks):
            first, last = np.searchsorted(rows, (number * _BLOCK_ROWS, (number + 1) * _BLOCK_ROWS))
            if first < last:
                order = first + np.argsort(groups[first:last], kind="stable")
                starts = np.flatnonzero(np.append(True, groups[order[1:]] != groups[order[:-1]]))
                found[groups[order[starts]]] += np.add.reduceat(block[rows[order] % _BLOCK_ROWS], starts)
        return found

    def _make_room(self) -> None:
        rows = len(self._present)
        for first in range(max(len(self._blocks) - 1, 0) * _BLOCK_ROWS, rows, _BLOCK_ROWS):
            if first == len(self._blocks) * _BLOCK_ROWS:
                self._blocks.append(np.zeros((0, self.dimension or 0), np.float32))
            last = self._blocks[-1]
            if len(last) < min(rows - first, _BLOCK_ROWS):
                self._blocks[-1] = grown(last, len(last), rows - first, most=_BLOCK_ROWS)

    def _set(self, rows: Ints, vectors: NDArray[np.float32]) -> None:
        numbers = rows // _BLOCK_ROWS
        for number in set(numbers.tolist()):
            places = np.flatnonzero(numbers == number)
            self._blocks[number][rows[places] % _BLOCK_ROWS] = vectors[places]


def _widened(halves: NDArray[np.int16]) -> NDArray[np.float32]:
    """Return finite float16, given by their bits, as float32.

    The fields of binary16 (IEEE 754) are moved to where binary32 has them; exponents are biased by 15 there and by
    127 here, which a multiplication mends, subnormal numbers included. NumPy's own conversion takes five times as long.
    """
    words = halves.astype(np.int32)
    words <<= 13
    words &= ~(7 << 28)  # copies of the sign
    numbers = words.view(np.float32)
    numbers *= np.float32(2.0 ** (127 - 15))
    return numbers
