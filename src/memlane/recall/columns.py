"""Arrays that grow, and names that become numbers: the parts the index is made of."""

from collections.abc import Iterable, Sequence
from typing import Any, Generic, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

_SMALLEST = 64
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
        self._size += count
        if self._size > len(self._data):
            wider = np.zeros((max(self._size, 2 * len(self._data), _SMALLEST), *self._shape), self._data.dtype)
            wider[: self._size - count] = self._data[: self._size - count]
            self._data = wider

    def keep(self, rows: Ints) -> None:
        """Leave only these rows, in this order, and no spare room."""
        self._data = self._data[rows]
        self._size = len(rows)


class Names:
    """Texts numbered in order of first appearance; None is -1."""

    def __init__(self) -> None:
        """Start with none."""
        self.texts: list[str] = []
        self._numbers: dict[str | None, int] = {None: -1}
        self.size_bytes = 0

    def __len__(self) -> int:
        return len(self.texts)

    def number(self, text: str | None) -> int:
        """Return the number of `text`, a new one when it has none."""
        number = self._numbers.get(text)
        if number is None or text is None:
            return -1 if text is None else self._add(text)
        return number

    def known(self, texts: Iterable[str]) -> list[int]:
        """Return the numbers of those of these texts that have one."""
        return [number for text in texts if (number := self._numbers.get(text)) is not None]

    def _add(self, text: str) -> int:
        self._numbers[text] = len(self.texts)
        self.texts.append(text)
        self.size_bytes += len(text) + _NAME_BYTES
        return len(self.texts) - 1
