"""The body of a request, of which only what is touched is read: the rest goes on as the bytes that came."""

from typing import Any, Final

import msgspec

Item = bytes
"""One JSON value as it came."""
_fields: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_items: Final = msgspec.json.Decoder(list[msgspec.Raw])
_value: Final = msgspec.json.Decoder()
_encode: Final = msgspec.json.Encoder().encode


class NotUnderstoodError(ValueError):
    """The body is not JSON, or not of the shape that its API has."""


class Body:
    """A JSON object, field by field, in the order in which they came."""

    def __init__(self, data: bytes) -> None:
        """Read `data`.

        Raises:
            NotUnderstoodError: it is not a JSON object.
        """
        self._fields = fields_of(data)

    def copy(self) -> "Body":
        """Return another of the same fields, which does not change with this one."""
        other = Body.__new__(Body)
        other._fields = dict(self._fields)
        return other

    def value(self, name: str) -> Any:
        """Return the value of a field; None when it is absent."""
        raw = self._fields.get(name)
        return None if raw is None else value_of(raw)

    def raw(self, name: str) -> Item | None:
        """Return a field as it came; None when it is absent."""
        return self._fields.get(name)

    def put(self, name: str, raw: Item) -> None:
        """Set a field, in its place or else as the last."""
        self._fields[name] = raw

    def data(self) -> bytes:
        """Return the whole."""
        return object_from(self._fields)


def fields_of(raw: Item) -> dict[str, Item]:
    """Return the fields of an object as they came; NotUnderstoodError if it is none."""
    try:
        return {name: bytes(value) for name, value in _fields.decode(raw).items()}
    except (msgspec.DecodeError, RecursionError, UnicodeError) as exc:
        raise NotUnderstoodError("not a JSON object") from exc


def items_of(raw: Item) -> list[Item]:
    """Return the items of a list as they came; NotUnderstoodError if it is none."""
    try:
        return [bytes(value) for value in _items.decode(raw)]
    except (msgspec.DecodeError, RecursionError, UnicodeError) as exc:
        raise NotUnderstoodError("not a JSON list") from exc


def value_of(raw: Item) -> Any:
    """Return a value; NotUnderstoodError if it is not JSON."""
    try:
        return _value.decode(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as exc:
        raise NotUnderstoodError("not JSON") from exc


def object_from(fields: dict[str, Item]) -> Item:
    """Return the object of these fields."""
    return b"{" + b",".join(_encode(name) + b":" + raw for name, raw in fields.items()) + b"}"


def list_from(items: list[Item]) -> Item:
    """Return the list of these items."""
    return b"[" + b",".join(items) + b"]"


def item_from(value: object) -> Item:
    """Return a value as JSON."""
    return _encode(value)


def is_text(raw: Item) -> bool:
    """Whether a value is a string."""
    return raw[:1] == b'"'
