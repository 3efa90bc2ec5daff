"""How records become bytes: the only encoder and decoder.

A body is one JSON object that begins with its version, so that a reader can refuse what it does not know. Nothing
else in Memlane encodes or decodes records.
"""

from typing import Any, TypeVar

import msgspec

from memlane.errors import DamagedError, StoreVersionError, TooLargeError
from memlane.types.memory import Memory, Outline
from memlane.types.message import Message
from memlane.types.summary import Summary

VERSION = 1
_PREFIX = b'{"v":1,'
_encoder = msgspec.json.Encoder()
_message_decoder = msgspec.json.Decoder(Message)
_memory_decoder = msgspec.json.Decoder(Memory)
_outline_decoder = msgspec.json.Decoder(Outline)
_summary_decoder = msgspec.json.Decoder(Summary)
_text_decoder = msgspec.json.Decoder(str)
_value_decoder = msgspec.json.Decoder()

_Record = TypeVar("_Record")


def encode_message(message: Message) -> bytes:
    """Return the stored bytes of a message; its position is not among them."""
    return _encode(message)


def decode_message(body: bytes, position: int) -> Message:
    """Return the message stored as `body` at `position`.

    Raises:
        DamagedError: the bytes are not a message.
        StoreVersionError: they were written by a newer Memlane.
    """
    return _decode(_message_decoder, body[:-1] + b',"position":%d}' % position, "message")


def encode_memory(memory: Memory) -> bytes:
    """Return the stored bytes of a memory."""
    return _encode(memory)


def decode_memory(body: bytes) -> Memory:
    """Return the memory stored as `body`; errors as `decode_message`."""
    return _decode(_memory_decoder, body, "memory")


def decode_outline(body: bytes) -> Outline:
    """Return the outline of the memory stored as `body`; errors as `decode_message`."""
    return _decode(_outline_decoder, body, "memory")


def outlined_text(outline: Outline) -> str:
    """Return the text of an outlined memory; errors as `decode_message`."""
    try:
        return _text_decoder.decode(outline.text)
    except (msgspec.DecodeError, UnicodeDecodeError) as exc:
        raise DamagedError("a stored memory does not decode") from exc


def encode_summary(summary: Summary) -> bytes:
    """Return the stored bytes of a summary."""
    return _encode(summary)


def decode_summary(body: bytes) -> Summary:
    """Return the summary stored as `body`; errors as `decode_message`."""
    return _decode(_summary_decoder, body, "summary")


def encode_value(value: Any) -> bytes:
    """Return the JSON text of a value that `check_json` let through."""
    return _encoder.encode(value)


def decode_value(body: bytes) -> Any:
    """Return the value of JSON text.

    Raises:
        DamagedError: not JSON.
    """
    try:
        return _value_decoder.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as exc:
        raise DamagedError("a stored value is not valid JSON") from exc


def check_size(body: bytes, limit_bytes: int, what: str) -> bytes:
    """Return `body` when it is within the limit.

    Raises:
        TooLargeError: it is not; says size and limit.
    """
    if len(body) > limit_bytes:
        raise TooLargeError(what, len(body), limit_bytes)
    return body


def _encode(record: msgspec.Struct) -> bytes:
    return _PREFIX + _encoder.encode(record)[1:]


def _decode(decoder: "msgspec.json.Decoder[_Record]", body: bytes, what: str) -> _Record:
    if not body.startswith(_PREFIX):
        raise _unknown_version(body, what)
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as exc:
        raise DamagedError(f"a stored {what} does not decode") from exc


def _unknown_version(body: bytes, what: str) -> Exception:
    if body.startswith(b'{"v":') and not body.startswith(_PREFIX[:-1]):
        return StoreVersionError(
            f"a stored {what} was written by a newer Memlane than this one (which reads version {VERSION})"
        )
    return DamagedError(f"a stored {what} does not decode")
