"""Messages as OpenAI's Responses API takes them.

Owns the writing of that one shape. It decides nothing about which messages are sent.

- The system text is `instructions`; system and developer messages of the log stay where they are.
- Calls and their results are items of their own, behind the message that makes the calls.
- There is no field for a name: a user's (or system message's) stands before the text as `name: `; an assistant's
  is left out lest the model imitate it.
- Results may hold images; parts that the API does not know where they stand are rendered as text, and models'
  thoughts left out.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

from memlane.context.exchanges import Exchange, arrange, tool_name
from memlane.context.parts import Block, Call, Foreign, Image, Result, Text, object_of
from memlane.context.placement import host_of, joined, put_before
from memlane.context.rendering import block_text
from memlane.context.speakers import prefixed
from memlane.types.message import Message

_ID: Final = re.compile(r".{1,64}", re.DOTALL)
_FAILED: Final = "(the tool failed)"
_FILE_FIELDS: Final = ("file_id", "file_data", "filename", "file_url")


def as_responses(messages: Sequence[Message], system: str = "", remembered: str = "") -> dict[str, Any]:
    """Return `input`, and `instructions` unless they are empty; nothing in them is shared with the messages given.

    Args:
        messages: What was said, oldest first.
        system: The system text.
        remembered: What stands before the words of the newest unanswered user message, else at the end of `system`.
    """
    exchanges = arrange(messages, allowed_id=_ID)
    host = host_of(exchanges) if remembered else None
    items: list[dict[str, Any]] = []
    for at, exchange in enumerate(exchanges):
        items += _said(exchange, remembered if at == host else "")
        items += _calls(exchange)
    whole = joined(system, remembered if host is None else "")
    return {"instructions": whole, "input": items} if whole else {"input": items}


def _said(exchange: Exchange, before: str) -> list[dict[str, Any]]:
    """Return what a message says, as an item; none where it says nothing."""
    role = exchange.message.role
    spoken: list[Block] = [block for block in exchange.blocks if not isinstance(block, Call)]
    if role == "assistant":
        parts = [part for block in spoken if (part := _output_part(block))]
    else:
        name = exchange.message.name
        parts = [part for block in (prefixed(spoken, name) if name else spoken) if (part := _part(block, role))]
    parts = _put_before(parts, before) if before else parts
    return [{"role": role, "content": _simplest(parts)}] if parts else []


def _calls(exchange: Exchange) -> list[dict[str, Any]]:
    calls = [block for block in exchange.blocks if isinstance(block, Call)]
    custom = {call.id for call in calls if call.custom}
    return [*map(_call, calls), *(_result(result, custom=result.call_id in custom) for result in exchange.answers)]


def _call(call: Call) -> dict[str, Any]:
    item = {"call_id": call.id, "name": tool_name(call.name)}
    if call.custom:
        return {"type": "custom_tool_call", **item, "input": call.arguments}
    return {"type": "function_call", **item, "arguments": call.arguments or "{}"}


def _result(result: Result, *, custom: bool) -> dict[str, Any]:
    blocks: list[Block] = list(result.blocks)
    if result.failed:
        blocks = prefixed(blocks, _FAILED, separator=" ") or [Text(_FAILED)]
    parts = [part for block in blocks if (part := _part(block, "user"))]
    kind = "custom_tool_call_output" if custom else "function_call_output"
    return {"type": kind, "call_id": result.call_id, "output": _simplest(parts)}


def _part(block: Block, role: str) -> dict[str, Any] | None:
    """Return a part of what the model is told."""
    if role == "user" and isinstance(block, Image):
        return {"type": "input_image", "image_url": block.url, "detail": block.detail or "auto"}
    if role == "user" and isinstance(block, Foreign) and (known := _known(block)):
        return known
    text = block_text(block)
    return {"type": "input_text", "text": text} if text else None


def _known(block: Foreign) -> dict[str, Any] | None:
    """Return a part of chat completions that has its like here."""
    if block.provider != "openai":
        return None
    if block.kind == "input_audio":
        return {"type": "input_audio", "input_audio": dict(object_of(block.raw, "input_audio"))}
    held = {key: value for key, value in object_of(block.raw, "file").items() if key in _FILE_FIELDS}
    return {"type": "input_file", **held} if block.kind == "file" and held else None


def _output_part(block: Block) -> dict[str, Any] | None:
    """Return a part of what the model said."""
    text = block_text(block)
    if isinstance(block, Foreign) and block.kind == "refusal":
        return {"type": "refusal", "refusal": text}
    return {"type": "output_text", "text": text} if text else None


def _put_before(parts: list[dict[str, Any]], text: str) -> list[dict[str, Any]]:
    """Return parts with a text before them; in their first text, as the other shapes do."""
    plain = [{**part, "type": "text"} if part["type"] == "input_text" else part for part in parts]
    return [{**part, "type": "input_text"} if part["type"] == "text" else part for part in put_before(plain, text)]


def _simplest(parts: list[dict[str, Any]]) -> str | list[dict[str, Any]]:
    """Return text alone as text."""
    if not parts:
        return ""
    if len(parts) == 1 and "text" in parts[0]:
        text: str = parts[0]["text"]
        return text
    return parts
