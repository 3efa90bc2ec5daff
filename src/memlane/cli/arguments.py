"""How the texts given as arguments are read: times, durations, JSON, `key=value`."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from memlane.errors import UsageError


def read_time(text: str | None, option: str) -> datetime | None:
    """Return a time; without an offset it is UTC, without a clock time midnight.

    Raises:
        UsageError: not an ISO 8601 date or time.
    """
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as exc:
        raise UsageError(f"{option} must be a date or time such as 2026-05-01 or 2026-05-01T12:00:00Z") from exc
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def read_life(text: str, option: str) -> timedelta | None:
    """Return a duration, None for `never`.

    Raises:
        SettingError: neither.
    """
    from memlane.wiring.settings_values import NEVER, life_reader  # noqa: PLC0415 -- help must come fast

    life = life_reader(NEVER)(text, option)
    return life if isinstance(life, timedelta) else None


def read_object(text: str | None, option: str) -> dict[str, Any] | None:
    """Return a JSON object.

    Raises:
        UsageError: not one.
    """
    if text is None:
        return None
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as exc:
        raise UsageError(f'{option} must be a JSON object such as {{"key": "value"}}') from exc


def read_pairs(pairs: Iterable[str]) -> dict[str, Any]:
    """Return the values of `key=value` arguments: JSON where it is JSON, text otherwise.

    Raises:
        UsageError: an argument without `=` or key.
    """
    values: dict[str, Any] = {}
    for pair in pairs:
        key, found, text = pair.partition("=")
        if not found or not key:
            raise UsageError("preferences are given as key=value, e.g. diet=vegetarian or seats=2")
        values[key] = _json_or_text(text)
    return values


def _json_or_text(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return text
