"""What an answer says, put together beside its way to the client: as it came, or as far as it came."""

import zlib
from collections.abc import Callable
from typing import Any, Final

import msgspec

from memlane.client.events import EventReader
from memlane.errors import MemlaneError
from memlane.protocols.chat_model import Completion
from memlane.proxy.dialect import Dialect
from memlane.types.turn import CUT

_MOST_BYTES: Final = 16 * 1024 * 1024
"""What is kept of an answer that came whole, and of one event of a stream; more is passed on and not kept."""
_AUTOMATIC: Final = 32 + zlib.MAX_WBITS
"""zlib's window for gzip and deflate, told apart by their headers."""
_EVENTS: Final = b"text/event-stream"
_END: Final = b"[DONE]"
_UNREADABLE: Final = (MemlaneError, ValueError, TypeError, LookupError, AttributeError, RecursionError, zlib.error)


class Collected(msgspec.Struct, frozen=True):
    """What an answer came to.

    Attributes:
        completion: Its text and calls; with `stop` `cut` what had come of an answer that broke off.
        answer_id: What the next call may name to go on from it.
    """

    completion: Completion
    answer_id: str | None


class Answer:
    """Takes the bytes of an answer."""

    def __init__(self, dialect: Dialect, kind: bytes, encoding: bytes) -> None:
        """Read an answer of this content type and content encoding."""
        self._dialect = dialect
        self._decode = _decoder(encoding)
        self._events = EventReader() if kind.strip().lower().startswith(_EVENTS) else None
        self._collector = dialect.collector()
        self._pieces: list[bytes | str] = []
        self._size = 0
        self._is_lost = False
        self._answer_id: str | None = None

    def feed(self, piece: bytes) -> None:
        """Take what came; what is not understood ends the taking and nothing else."""
        if self._is_lost:
            return
        try:
            self._take(self._decode(piece))
        except _UNREADABLE:
            self._is_lost = True

    def collected(self, *, is_whole: bool) -> Collected | None:
        """Return what the answer came to; None for nothing that can be kept.

        Args:
            is_whole: Whether it came to its end.
        """
        try:
            completion = self._completion() if is_whole and not self._is_lost else self._cut()
        except _UNREADABLE:
            completion = self._cut()
        is_empty = completion is None or not (completion.text or completion.tool_calls or completion.usage)
        return None if is_empty or completion is None else Collected(completion, self._answer_id)

    def _take(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._events is None:
            self._pieces.append(piece)
        else:
            for event in self._events.feed(piece):
                self._size = 0
                if event.data != _END:
                    self._take_event(msgspec.json.decode(event.data))
        if self._size > _MOST_BYTES:
            self._is_lost = True
            if self._events is None:
                self._pieces.clear()

    def _take_event(self, event: dict[str, Any]) -> None:
        self._answer_id = self._answer_id or self._dialect.answer_id(event)
        self._pieces.append(self._collector.add(event))

    def _completion(self) -> Completion:
        if self._events is not None:
            return self._collector.completion()
        content = self._content()
        self._answer_id = self._dialect.answer_id(msgspec.json.decode(content))
        return self._dialect.whole(content)

    def _content(self) -> bytes:
        return b"".join(piece for piece in self._pieces if isinstance(piece, bytes))

    def _cut(self) -> Completion | None:
        """Return the words that had come of a stream."""
        text = "".join(piece for piece in self._pieces if isinstance(piece, str))
        return Completion(text=text, stop=CUT) if text else None


def _decoder(encoding: bytes) -> Callable[[bytes], bytes]:
    """Return what undoes a content encoding; that of one which is not known is the error ValueError."""
    name = encoding.strip().lower()
    if name in (b"", b"identity"):
        return bytes
    if name in (b"gzip", b"x-gzip", b"deflate"):
        return zlib.decompressobj(_AUTOMATIC).decompress
    return _unknown


def _unknown(piece: bytes) -> bytes:
    raise ValueError(f"{len(piece)} bytes in an encoding that was not asked for")
