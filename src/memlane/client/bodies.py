"""How arguments become bodies and queries, and answers become records."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

import msgspec

from memlane.errors import StoreError, UsageError
from memlane.types.times import check_time

_encoder = msgspec.json.Encoder()
_Record = TypeVar("_Record")


def encoded(body: object) -> bytes:
    """Return a body as JSON.

    Raises:
        UsageError: it holds what JSON cannot keep.
    """
    try:
        return _encoder.encode(body)
    except (TypeError, ValueError, OverflowError, RecursionError) as exc:
        raise UsageError(f"an argument cannot be sent as JSON: {_reason(exc)}") from exc


def decoded(content: bytes, kind: type[_Record]) -> _Record:
    """Return an answer as a record.

    Raises:
        StoreError: it is none.
    """
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as exc:
        raise StoreError("the server's answer is not understood; is it a Memlane server of this version?") from exc


def query_of(parameters: Mapping[str, Any]) -> str:
    """Return the query of an address, `?` included; None is left out, of lists each item is given."""
    pairs = [(name, text) for name, value in parameters.items() for text in _texts(value)]
    try:
        return f"?{urlencode(pairs, quote_via=quote)}" if pairs else ""
    except UnicodeEncodeError as exc:
        raise UsageError(f"an argument contains a lone surrogate at character {exc.start}") from exc


def listed(values: Iterable[str] | None, what: str) -> list[str] | None:
    """Return texts as a list, None as None.

    Raises:
        UsageError: it is one text.
    """
    if values is None:
        return None
    if isinstance(values, str):
        raise UsageError(f"{what} must be a list of texts, not one text")
    return list(values)


def moment(value: datetime | None, what: str) -> datetime | None:
    """Return a checked time as aware UTC, None as None; errors as `check_time`."""
    return None if value is None else check_time(value, what)


def _texts(value: object) -> list[str]:
    if value is None:
        return []
    if isinstance(value, list):
        return [str(item) for item in value]  # pyright: ignore[reportUnknownVariableType,reportUnknownArgumentType] -- of texts
    if isinstance(value, bool):
        return [str(value).lower()]
    return [value.isoformat() if isinstance(value, datetime) else str(value)]


def _reason(error: Exception) -> str:
    """Return what was wrong without what was said: an encoding error quotes its text."""
    return "a lone surrogate" if isinstance(error, UnicodeError) else str(error)
