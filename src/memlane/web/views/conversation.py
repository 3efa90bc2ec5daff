"""A conversation as it is read: who said what, in which blocks, and what has had no reply."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from memlane.types.message import Message
from memlane.types.session import SessionInfo
from memlane.types.turn import CUT, QUOTED, Usage
from memlane.web.times import ago

_SPEAKERS: Final = {"user": "user", "assistant": "assistant", "tool": "tool", "function": "tool"}
_CALLS: Final = ("tool_use", "server_tool_use", "function_call")
_RESULTS: Final = ("tool_result", "function_call_output")


class Block(msgspec.Struct, frozen=True):
    """A piece of a message.

    Attributes:
        kind: `text`, `call` (of a tool), `result` (of one), `other` (a picture, a file: named, never loaded).
        text: Its words; of a call what it was given.
        title: Of a call, the tool; of `other`, what it is.
    """

    kind: str
    text: str
    title: str = ""


class Line(msgspec.Struct, frozen=True):
    """A message as it is shown.

    Attributes:
        message: The message.
        speaker: `user`, `assistant`, `tool` or `system`.
        blocks: What it says.
        is_cut: Whether it is a reply that was broken off.
        is_quoted: Whether it is a reply that quotes memory, without a model.
        is_marked: Whether it is the one that was looked for.
    """

    message: Message
    speaker: str
    blocks: list[Block]
    is_cut: bool = False
    is_quoted: bool = False
    is_marked: bool = False


def lines(messages: Sequence[Message], marked: str | None = None) -> list[Line]:
    """Return messages as they are shown.

    Args:
        messages: Oldest first.
        marked: The id of the one that was looked for.
    """
    return [_line(message, marked) for message in messages]


def text_of(message: Message) -> str:
    """Return the words of a message; empty when it has none."""
    return "\n\n".join(block.text for block in blocks_of(message) if block.kind == "text")


def is_editable(message: Message) -> bool:
    """Whether a message can be said anew in other words: a user's, and text alone."""
    return message.role == "user" and message.is_plain


def blocks_of(message: Message) -> list[Block]:
    """Return what a message says, piece by piece."""
    is_result = _SPEAKERS.get(message.role) == "tool"
    calls = [_call(call.get("function"), call) for call in message.tool_calls or []]
    if isinstance(message.content, str):
        said = Block("result" if is_result else "text", message.content, message.name or "" if is_result else "")
        return [said, *calls] if message.content else calls
    return [*(_part(part, is_result=is_result) for part in message.content or []), *calls]


def to_answer(messages: Sequence[Message]) -> Message | None:
    """Return the message at the end of a conversation that asks for a reply and has no whole one.

    Args:
        messages: The newest of the conversation, oldest first.
    """
    for message in reversed(messages):
        if message.turn is None:
            return None
        if message.turn.answers is None:
            return message
        if message.turn.stop != CUT:
            return None
    return None


def foot(line: Line, now: datetime) -> str:
    """Return when a message was said and, of a reply, what gave it and what that took."""
    turn = line.message.turn
    parts = [ago(line.message.created_at, now)]
    if line.is_quoted:
        parts.append("quoted from memory, no model")
    elif turn is not None and turn.model is not None:
        parts.append(turn.model)
    if turn is not None and turn.usage is not None:
        parts.append(_spent(turn.usage))
    if line.is_cut:
        parts.append("stopped")
    return " · ".join(parts)


def size_of(info: SessionInfo, shown: Sequence[Message], tokens: int) -> str:
    """Return how much of a conversation is shown, what that comes to, and what the last reply was made from.

    Args:
        info: The conversation.
        shown: Its messages that are shown, oldest first.
        tokens: What these come to.
    """
    part = f"{len(shown):,} of {info.messages:,}" if len(shown) < info.messages else f"{info.messages:,}"
    words = f"{part} message{'s' if info.messages != 1 else ''} shown, {tokens:,} tokens"
    sent = next((one.turn.sent for one in reversed(shown) if one.turn is not None and one.turn.sent), None)
    if sent is None:
        return words
    limit = f" of {sent.max_tokens:,}" if sent.max_tokens is not None else ""
    return f"{words} · last window {sent.tokens:,}{limit}"


def branched(messages: Sequence[Message], new_id: Callable[[], str]) -> list[dict[str, Any]]:
    """Return messages as another session takes them: under new ids, and replies answering these.

    Args:
        messages: Oldest first.
        new_id: Makes an id.
    """
    ids = {message.id: new_id() for message in messages}
    return [_renamed(message, ids) for message in messages]


def _renamed(message: Message, ids: dict[str, str]) -> dict[str, Any]:
    turn = message.turn
    if turn is not None and turn.answers is not None:
        turn = msgspec.structs.replace(turn, answers=ids.get(turn.answers, turn.answers))
    return msgspec.structs.replace(message, id=ids[message.id], turn=turn).as_mapping()


def _spent(usage: Usage) -> str:
    cached = f", {usage.cached_tokens:,} from cache" if usage.cached_tokens else ""
    about = "about " if usage.estimated else ""
    return f"{about}{usage.input_tokens:,} tokens in{cached}, {usage.output_tokens:,} out"


def _line(message: Message, marked: str | None) -> Line:
    turn = message.turn
    return Line(
        message=message,
        speaker=_SPEAKERS.get(message.role, "system"),
        blocks=blocks_of(message),
        is_cut=turn is not None and turn.stop == CUT,
        is_quoted=turn is not None and turn.model == QUOTED,
        is_marked=message.id == marked,
    )


def _part(part: dict[str, Any], *, is_result: bool) -> Block:
    kind = str(part.get("type", "part"))
    if isinstance(part.get("text"), str):
        return Block("result" if is_result else "text", part["text"])
    if kind in _CALLS:
        return _call(part, part)
    if kind in _RESULTS:
        return Block("result", _words(part.get("content", part.get("output"))))
    return Block("other", "", kind.replace("_", " ").removesuffix(" url"))


def _call(function: object, call: dict[str, Any]) -> Block:
    given: dict[str, Any] = function if isinstance(function, dict) else call  # pyright: ignore[reportUnknownVariableType] -- JSON
    return Block("call", _words(given.get("arguments", given.get("input"))), str(given.get("name", "tool")))


def _words(value: object) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False, indent=1)
