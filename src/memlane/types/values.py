"""Which values can be kept exactly as JSON, checked before anything is written."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, cast

from memlane.errors import UsageError
from memlane.types.ids import check_text

MAX_DEPTH = 64
MAX_VALUES = 100_000
"""How many values one document may hold; more would hold up everybody else while they are looked through."""
_MAX_INT = 2**64 - 1
_MIN_INT = -(2**63)


class _Room:
    """How many values may still come."""

    def __init__(self) -> None:
        self.left = MAX_VALUES

    def take(self, count: int, what: str) -> None:
        """Make room for so many.

        Raises:
            UsageError: there is none.
        """
        self.left -= count
        if self.left < 0:
            raise UsageError(f"{what} holds more than {MAX_VALUES:,} values")


def check_json(value: object, what: str) -> Any:
    """Return a copy of `value` made of dict, list, str, int, float, bool and None only.

    Tuples become lists and any mapping becomes a dict; nothing else is changed, so that it reads back equal.

    Raises:
        UsageError: another type, a key that is not text, NaN or infinity, an integer beyond 64 bits, a lone
            surrogate, nesting deeper than 64, or more than 100,000 values.
    """
    return _checked(value, what, 0, _Room())


def check_object(value: Mapping[Any, object], what: str) -> dict[str, Any]:
    """Return a copy of a mapping with text keys and JSON values; errors as `check_json`."""
    return _object(value, what, 0, _Room())


def _checked(value: object, what: str, depth: int, room: _Room) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return check_text(value, what)
    if isinstance(value, int | float):
        return _check_number(value, what)
    if depth >= MAX_DEPTH:
        raise UsageError(f"{what} is nested deeper than {MAX_DEPTH} levels")
    if isinstance(value, Mapping):
        return _object(cast("Mapping[Any, object]", value), what, depth, room)
    if isinstance(value, list | tuple):
        items = cast("Sequence[object]", value)
        room.take(len(items), what)
        return [_checked(item, what, depth + 1, room) for item in items]
    raise UsageError(f"{what} contains a {type(value).__name__}; only JSON values can be kept exactly")


def _object(value: Mapping[Any, object], what: str, depth: int, room: _Room) -> dict[str, Any]:
    room.take(len(value), what)
    checked: dict[str, Any] = {}
    for key, item in value.items():
        if not isinstance(key, str):
            raise UsageError(f"{what} has a key that is a {type(key).__name__}; keys must be text")
        checked[check_text(key, what)] = _checked(item, what, depth + 1, room)
    return checked


def _check_number(value: float, what: str) -> float:
    if isinstance(value, float):
        if not math.isfinite(value):
            raise UsageError(f"{what} contains {value}, which JSON cannot keep")
        return float(value)
    if not _MIN_INT <= value <= _MAX_INT:
        raise UsageError(f"{what} contains an integer beyond 64 bits")
    return int(value)
