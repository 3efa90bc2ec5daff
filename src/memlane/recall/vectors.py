"""The vectors of rows: one float32 matrix, and which rows have one."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from memlane.errors import DamagedError
from memlane.recall.columns import Column, Ints


class Vectors:
    """Vectors of one space; a row may be without."""

    def __init__(self, dimension: int | None) -> None:
        """Hold vectors of this length; None ignores all that are given."""
        self.dimension = dimension
        self._matrix: Column[np.float32] = Column(np.float32, width=dimension or 0)
        self._present: Column[np.bool_] = Column(np.bool_)

    @property
    def present(self) -> NDArray[np.bool_]:
        """Which rows have a vector; shape (n,)."""
        return self._present.values

    @property
    def size_bytes(self) -> int:
        """Bytes held, spare room included."""
        return self._matrix.size_bytes + self._present.size_bytes

    def decode(self, stored: Sequence[bytes]) -> NDArray[np.float32]:
        """Return stored vectors (little-endian float16) as float32 of shape (n, dimension).

        Raises:
            DamagedError: one has another length, or holds what is not a finite number.
        """
        dimension = self.dimension or 0
        for vector in stored:
            if len(vector) != 2 * dimension:
                raise DamagedError(f"a stored vector has {len(vector)} bytes; {dimension} numbers take {2 * dimension}")
        decoded = np.frombuffer(b"".join(stored), "<f2").astype(np.float32).reshape(len(stored), dimension)
        if not np.isfinite(decoded).all():
            raise DamagedError("a stored vector holds a number that is not finite")
        return decoded

    def grow(self, count: int) -> None:
        """Add rows without a vector."""
        self._matrix.grow(count)
        self._present.grow(count)

    def put(self, rows: Sequence[int], vectors: NDArray[np.float32]) -> None:
        """Set the vectors of these rows, shape (len(rows), dimension)."""
        self._matrix.values[rows] = vectors
        self._present.values[rows] = True

    def keep(self, rows: Ints) -> None:
        """Leave only these rows."""
        self._matrix.keep(rows)
        self._present.keep(rows)

    def similarities(self, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the inner product of each row with `vector`, shape (n,); 0 for rows without a vector.

        Equal rows give equal results, wherever they stand.
        """
        # Not `@`: for so thin a product BLAS starts threads, which on busy cores wait for each other many times
        # longer than one core needs to read the matrix, and rounds differently from place to place.
        return np.einsum("ij,j->i", self._matrix.values, vector)
