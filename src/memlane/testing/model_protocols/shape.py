"""What every protocol of a pretended model has in common."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol, cast

from memlane.context.parts import object_of
from memlane.testing.loopback import SeenRequest
from memlane.testing.model_script import Answer, Asked


class RefusedRequestError(Exception):
    """The server does not accept a request."""

    def __init__(self, message: str, *, status: int = 400, param: str | None = None, code: str | None = None) -> None:
        """Say why, and which parameter is to blame."""
        super().__init__(message)
        self.message = message
        self.status = status
        self.param = param
        self.code = code


@dataclass(frozen=True)
class Event:
    """One event of a stream; `is_piece` when it carries words."""

    data: bytes
    is_piece: bool = False


class ModelProtocol(Protocol):
    """One provider's way to ask a model."""

    def asked(self, request: SeenRequest) -> Asked:
        """Return what was asked; raises `RefusedRequestError` where the real server refuses."""
        ...

    def whole(self, asked: Asked, answer: Answer) -> dict[str, Any]:
        """Return the body of a whole answer."""
        ...

    def events(self, asked: Asked, answer: Answer) -> Iterator[Event]:
        """Return the events of a streamed answer."""
        ...

    def error(self, refused: RefusedRequestError) -> dict[str, Any]:
        """Return the body of an error."""
        ...

    def error_event(self, refused: RefusedRequestError) -> bytes:
        """Return an error in the midst of a stream."""
        ...

    def other_event(self) -> bytes:
        """Return an event of a shape that nobody expects."""
        ...


def refuse(message: str, param: str | None = None, code: str | None = None) -> NoReturn:
    """Refuse a request with 400."""
    raise RefusedRequestError(message, param=param, code=code)


def data_event(value: object, name: str | None = None) -> bytes:
    """Return a server-sent event."""
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(value)}\n\n".encode()


def check_names(given: Mapping[str, Any], allowed: frozenset[str], message: str) -> None:
    """Refuse a parameter that does not exist; `message` has a place for its name."""
    for name in given:
        if name not in allowed:
            refuse(message.format(name), param=name, code="unknown_parameter")


def objects(value: object, what: str) -> list[dict[str, Any]]:
    """Return a list of objects, or refuse."""
    items = cast("list[Any]", value) if isinstance(value, list) else None
    if items is None or not all(isinstance(item, dict) for item in items):
        refuse(f"Invalid type for '{what}': expected an array of objects", param=what)
    return items


def text_of(value: object, what: str) -> str:
    """Return a text, or refuse."""
    if not isinstance(value, str):
        refuse(f"Invalid type for '{what}': expected a string", param=what)
    return value


def check_limit(value: object, what: str, least: int = 1) -> int | None:
    """Return a limit of tokens, or refuse; None where there is none."""
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        refuse(f"Invalid '{what}': integer below minimum value. Expected a value >= {least}", param=what)
    return value


def check_temperature(value: object) -> float | None:
    """Return a temperature of 0-2, or refuse; None where there is none."""
    if value is None:
        return None
    if not isinstance(value, int | float) or not 0 <= value <= 2:
        refuse("Invalid 'temperature': expected a value between 0 and 2", param="temperature")
    return float(value)


def check_strict(schema: object, what: str) -> None:
    """Refuse a schema whose objects are not closed with every property required, as strict schemas must be."""
    for item in cast("list[object]", schema) if isinstance(schema, list) else ():
        check_strict(item, what)
    if not isinstance(schema, dict):
        return
    held = cast("dict[str, Any]", schema)
    if held.get("type") == "object":
        if held.get("additionalProperties") is not False:
            refuse(f"Invalid schema for {what}: 'additionalProperties' is required to be supplied and to be false")
        if set(held.get("required", [])) != set(held.get("properties", {})):
            refuse(f"Invalid schema for {what}: 'required' is required to include every key in properties")
    for value in held.values():
        check_strict(value, what)


def checked_schema(held: dict[str, Any], what: str) -> dict[str, Any]:
    """Return the schema of OpenAI's `{"schema", "strict"}`, or refuse."""
    schema = object_of(held, "schema")
    if schema.get("type") != "object":
        refuse(f"Invalid schema for {what}: schema must be of 'type': 'object'", param=what)
    if held.get("strict"):
        check_strict(schema, what)
    return schema


def words_in(value: object) -> int:
    """Return how many words the texts of a JSON value have."""
    if isinstance(value, str):
        return len(value.split())
    if isinstance(value, dict):
        return sum(words_in(item) for item in cast("dict[str, object]", value).values())
    return sum(words_in(item) for item in cast("list[object]", value)) if isinstance(value, list) else 0
