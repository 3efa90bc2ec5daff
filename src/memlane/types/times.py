"""Times: aware UTC datetimes outside, milliseconds since 1970 inside."""

from datetime import UTC, datetime, timedelta

from memlane.errors import UsageError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
_LONGEST = timedelta(days=365_000)
"""Whatever begins now ends within the years that a datetime has."""


def to_ms(moment: datetime) -> int:
    """Return milliseconds since 1970 UTC, rounded down."""
    return (moment - _EPOCH) // _MS


def from_ms(ms: int) -> datetime:
    """Return the aware UTC datetime of `ms` milliseconds since 1970."""
    return _EPOCH + timedelta(milliseconds=ms)


def check_time(value: object, what: str) -> datetime:
    """Return `value` as an aware UTC datetime; ISO 8601 text with an offset is understood too.

    Raises:
        UsageError: neither, without an offset, or outside of the years 1-9999 UTC.
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
    try:
        return value.astimezone(UTC)
    except OverflowError as exc:
        raise UsageError(f"{what} is not within the years 1-9999 UTC") from exc


def check_ttl(value: object, what: str = "time to live") -> int | None:
    """Return a time to live in whole milliseconds, None for never. Numbers are seconds.

    Raises:
        UsageError: not a timedelta or number, shorter than a millisecond, or longer than 1,000 years.
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
    if value > _LONGEST:
        raise UsageError(f"{what} must be at most {_LONGEST.days:,} days; None is for ever")
    return ms


def _seconds(value: float, what: str) -> timedelta:
    try:
        return timedelta(seconds=value)
    except (OverflowError, ValueError) as exc:
        raise UsageError(f"{what} of {value} seconds is out of range") from exc
