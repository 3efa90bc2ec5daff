"""Conversations in the neutral form: `{"id", "sessions": [{"id", "at", "messages": [{"id", "role", "content"}]}]}`.

Parsing only. A file holds one conversation, a list of them, or one a line; it may be compressed with gzip.
"""

import gzip
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from memlane.errors import UsageError
from memlane.types.ids import check_id
from memlane.types.message import Message, message_from_mapping
from memlane.types.times import check_time

_MS = timedelta(milliseconds=1)
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class Conversation(msgspec.Struct, frozen=True):
    """One conversation: its id and its sessions, unread."""

    id: str
    sessions: list[dict[str, Any]]


def read_text(path: Path) -> bytes:
    """Return the bytes of a file, decompressed when its name ends in `.gz`.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (OSError, EOFError) as exc:
        raise UsageError(f"cannot read {path}: {exc}") from exc


def conversations(text: bytes) -> list[Conversation]:
    """Return the conversations of a file.

    Raises:
        UsageError: it is not JSON or JSON Lines of the neutral form; says which line.
    """
    found = [conversation for number, value in _values(text) for conversation in _conversations(value, number)]
    if not found:
        raise UsageError("the file holds no conversation")
    return found


def session_messages(conversation: Conversation, session: dict[str, Any]) -> tuple[str, list[Message]]:
    """Return id and checked messages of a session; messages without an id or a time get one that never varies.

    Raises:
        UsageError: the session has no id or messages, or a message is not allowed; says which.
    """
    session_id = check_id(session.get("id"), f"session id in conversation {conversation.id}")
    given = session.get("messages")
    if not isinstance(given, list):
        hint = "; its messages stand in another file" if "ref" in session else ""
        raise UsageError(f"session {session_id} has no list of messages{hint}")
    began = check_time(session.get("at"), f"`at` of session {session_id}")
    return session_id, [_message(session_id, number, item, began) for number, item in enumerate(given)]  # pyright: ignore[reportUnknownVariableType,reportUnknownArgumentType] -- checked there


def _message(session_id: str, number: int, given: object, began: datetime) -> Message:
    try:
        return message_from_mapping(given, id=f"{number + 1}", created_at=began + number * _MS)
    except OverflowError as exc:
        raise UsageError(f"session {session_id}, message {number + 1} is beyond the year 9999") from exc
    except UsageError as exc:
        raise UsageError(f"session {session_id}, message {number + 1}: {exc}") from exc


def _values(text: bytes) -> Iterator[tuple[int, object]]:
    try:
        whole = msgspec.json.decode(text)
    except _UNREADABLE:
        yield from _line_values(text)
    else:
        yield from ((1, value) for value in (whole if isinstance(whole, list) else [whole]))  # pyright: ignore[reportUnknownVariableType] -- any JSON


def _line_values(text: bytes) -> Iterator[tuple[int, object]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                yield number, msgspec.json.decode(line)
            except _UNREADABLE as exc:
                raise UsageError(f"line {number} is not JSON: {exc}") from exc


def _conversations(value: object, number: int) -> list[Conversation]:
    try:
        return [msgspec.convert(value, Conversation)]
    except msgspec.ValidationError as exc:
        raise UsageError(f"line {number} is not a conversation in the neutral form: {exc}") from exc
