"""Times: aware UTC datetimes outside, milliseconds since 1970 inside."""

from datetime import UTC, datetime, timedelta

from memlane.errors import UsageError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)


def to_ms(moment: datetime) -> int:
    """Return milliseconds since 1970 UTC, rounded down."""
    return (moment - _EPOCH) // _MS


def from_ms(ms: int) -> datetime:
    """Return the aware UTC datetime of `ms` milliseconds since 1970."""
    return _EPOCH + timedelta(milliseconds=ms)


def check_time(value: object, what: str) -> datetime:
    """Return `value` as an aware UTC datetime; ISO 8601 text with an offset is understood too.

    Raises:
        UsageError: neither, or without an offset.
    """
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError as exc:
            raise UsageError(f"{what} must be an ISO 8601 time such as 2026-05-01T12:00:00Z") from exc
    if not isinstance(value, datetime):
        raise UsageError(f"{what} must be a datetime, not {type(value).__name__}")
    if value.tzinfo is None:
        raise UsageError(f"{what} must say its time zone, e.g. datetime.now(UTC)")
    return value.astimezone(UTC)


def check_ttl(value: object, what: str = "time to live") -> int | None:
    """Return a time to live in whole milliseconds, None for never. Numbers are seconds.

    Raises:
        UsageError: not a timedelta or number, or shorter than a millisecond.
    """
    if value is None:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = _seconds(value, what)
    if not isinstance(value, timedelta):
        raise UsageError(f"{what} must be a timedelta or seconds, not {type(value).__name__}")
    ms = value // _MS
    if ms < 1:
        raise UsageError(f"{what} must be at least a millisecond; use delete() to remove something now")
    return ms


def _seconds(value: float, what: str) -> timedelta:
    try:
        return timedelta(seconds=value)
    except (OverflowError, ValueError) as exc:
        raise UsageError(f"{what} of {value} seconds is out of range") from exc
