"""Server-sent events, read from bytes as they come (html.spec.whatwg.org, section 9.2)."""

from collections.abc import Iterator

import msgspec

_FIELD_END = b":"


class Event(msgspec.Struct, frozen=True):
    """One event: its name and its data."""

    name: str
    data: bytes


class EventReader:
    """Puts events together from bytes that come in pieces of any size.

    Lines end with LF or CRLF, as Memlane sends them. Data is kept as bytes: it is JSON, and only its reader says what a
    line of text is.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self._rest = b""
        self._name = ""
        self._data: list[bytes] = []

    def feed(self, piece: bytes) -> Iterator[Event]:
        """Take what came and yield the events that are whole now; comments and unknown fields are passed over."""
        *lines, self._rest = (self._rest + piece).split(b"\n")
        for line in lines:
            if event := self._take(line.removesuffix(b"\r")):
                yield event

    def _take(self, line: bytes) -> Event | None:
        if not line:
            return self._end()
        field, _, value = line.partition(_FIELD_END)
        value = value.removeprefix(b" ")
        if field == b"event":
            self._name = value.decode(errors="replace")
        elif field == b"data":
            self._data.append(value)
        return None

    def _end(self) -> Event | None:
        name, data = self._name, self._data
        self._name, self._data = "", []
        return Event(name or "message", b"\n".join(data)) if data else None
