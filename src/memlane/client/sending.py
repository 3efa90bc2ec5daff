"""Messages as they are sent: checked as the engine checks them; ids and times that are not given are the server's."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from memlane.errors import UsageError
from memlane.types.message import Message, make_message, message_from_mapping

_NO_ID: Final = "-"
_NO_TIME: Final = datetime(1970, 1, 1, tzinfo=UTC)


def message_sent(given: Mapping[str, Any], *, id: str | None, created_at: datetime | None) -> dict[str, Any]:  # noqa: A002 -- the public name
    """Return one message, of role, content, name and metadata, as it is sent; errors as `make_message`."""
    message = make_message(
        id=_NO_ID if id is None else id, created_at=_NO_TIME if created_at is None else created_at, **given
    )
    return _without_standins(message, has_id=id is not None, has_time=created_at is not None)


def as_sent(number: int, given: object) -> dict[str, Any]:
    """Return message `number` of a block as it is sent.

    Raises:
        UsageError: it is not allowed; says which it is, from 1.
    """
    try:
        message = message_from_mapping(given, id=_NO_ID, created_at=_NO_TIME)
    except UsageError as exc:
        raise UsageError(f"message {number + 1}: {exc}") from exc
    if not isinstance(given, Mapping):
        return message.as_mapping()
    own: Mapping[str, Any] = given  # pyright: ignore[reportUnknownVariableType] -- keys were checked above
    return _without_standins(message, has_id=own.get("id") is not None, has_time=own.get("created_at") is not None)


def _without_standins(message: Message, *, has_id: bool, has_time: bool) -> dict[str, Any]:
    absent = {name for name, is_given in (("id", has_id), ("created_at", has_time)) if not is_given}
    return {name: value for name, value in message.as_mapping().items() if name not in absent}
