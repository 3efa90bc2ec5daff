"""Arrays that grow, and names that become numbers: the parts the index is made of."""

from collections.abc import Iterable, Sequence
from typing import Any, Generic, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

_SMALLEST = 8
_NAME_BYTES = 120  # a str, its slot in a dict and in a list, about

Scalar = TypeVar("Scalar", bound=np.generic)
Ints: TypeAlias = NDArray[np.integer[Any]]
"""Row, group or term numbers."""


class Column(Generic[Scalar]):
    """An array whose first axis grows by doubling, so that adding a row is O(1) amortised."""

    def __init__(self, dtype: type[Scalar], *, width: int | None = None) -> None:
        """Start empty; each row is a scalar, or `width` of them."""
        self._shape: tuple[int, ...] = () if width is None else (width,)
        self._data: NDArray[Scalar] = np.zeros((0, *self._shape), dtype)
        self._size = 0

    def __len__(self) -> int:
        return self._size

    @property
    def values(self) -> NDArray[Scalar]:
        """All rows, as a view that is good until the next change of length."""
        return self._data[: self._size]

    @property
    def size_bytes(self) -> int:
        """Bytes held, spare room included."""
        return self._data.nbytes

    def extend(self, values: Sequence[Any] | NDArray[Any]) -> None:
        """Add rows at the end."""
        first = self._size
        self.grow(len(values))
        self._data[first : self._size] = values

    def grow(self, count: int) -> None:
        """Add `count` rows of zeros at the end."""
        if self._size + count > len(self._data):
            self._data = grown(self._data, self._size, self._size + count)
        self._size += count

    def keep(self, rows: Ints) -> None:
        """Leave only these rows, in this order, and no spare room."""
        self._data = self._data[rows]
        self._size = len(rows)


def grown(data: NDArray[Scalar], used: int, wanted: int, *, most: int | None = None) -> NDArray[Scalar]:
    """Return a longer copy of an array, zeros at its end: for `wanted` rows and at least twice as long.

    Args:
        data: The array.
        used: How many of its rows are copied.
        wanted: The number of rows it must have room for.
        most: The most rows to make room for.
    """
    length = max(wanted, 2 * len(data), _SMALLEST)
    longer = np.zeros((length if most is None else min(length, most), *data.shape[1:]), data.dtype)
    longer[:used] = data[:used]
    return longer


def is_all(mask: NDArray[np.bool_]) -> bool:
    """Return whether all are true; several times as fast as `mask.all()`."""
    return np.count_nonzero(mask) == len(mask)


class Names:
    """Texts numbered in order of first appearance; None is -1."""

    def __init__(self) -> None:
        """Start with none."""
        self.texts: list[str] = []
        self._numbers = _Numbers(self.texts)

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def size_bytes(self) -> int:
        """About how much memory they take."""
        return self._numbers.size_bytes

    def numbers(self, texts: Iterable[str | None]) -> list[int]:
        """Return the number of each text, a new one for one that has none."""
        return list(map(self._numbers.__getitem__, texts))

    def known(self, texts: Iterable[str]) -> list[int]:
        """Return the numbers of those of these texts that have one."""
        return [number for text in texts if (number := self._numbers.get(text)) is not None]


class _Numbers(dict[str | None, int]):
    """Gives a text its number when it is first asked for, so that the others are looked up without a call."""

    def __init__(self, texts: list[str]) -> None:
        super().__init__({None: -1})
        self._texts = texts
        self.size_bytes = 0

    def __missing__(self, text: str | None) -> int:
        self._texts.append(text or "")
        self.size_bytes += len(text or "") + _NAME_BYTES
        number = self[text] = len(self._texts) - 1
        return number
