"""Whole numbers that callers give, checked."""

from typing import Final

from memlane.errors import UsageError

MOST: Final = 2**53
"""The largest whole number that every reader of JSON keeps exactly (RFC 8259, 6)."""


def check_last(last: object) -> int | None:
    """Return `last` when it is None or a whole number from 0.

    Raises:
        UsageError: it is not.
    """
    return check_count(last, "last", least=0)


def check_count(value: object, what: str, *, least: int) -> int | None:
    """Return `value` when it is None or a whole number from `least` to 2^53.

    Raises:
        UsageError: it is not.
    """
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise UsageError(f"{what} must be a whole number of at least {least}, not {value!r}")
    if value > MOST:
        raise UsageError(f"{what} must be a whole number of at most {MOST:,}")
    return value
