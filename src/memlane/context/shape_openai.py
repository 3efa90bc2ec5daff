"""Messages as OpenAI's chat completions take them.

Owns the writing of that one shape. It decides nothing about which messages are sent.

- `name` is sent where OpenAI allows it (1-64 of `[A-Za-z0-9_-]`); another name of a user or of a system message
  stands before the text as `name: `, that of an assistant is left out lest the model imitate it.
- Calls in Anthropic's or OpenAI's older `function_call` shape become `tool_calls`; results become tool messages
  right behind their call, text only: what else they hold is rendered as text.
- Of the fields Memlane does not know only `refusal` and `audio` (its id) are sent; of a part's, cache marks are
  left out: they belong to a request, not to what was said.
- Parts that only Anthropic understands are rendered as text; its models' thoughts are left out.
"""

import copy
import re
from collections.abc import Sequence
from typing import Any, Final

from memlane.context.exchanges import Exchange, arrange, tool_name
from memlane.context.parts import Block, Call, Foreign, Image, Result, Text
from memlane.context.placement import host_of, put_before
from memlane.context.rendering import block_text
from memlane.context.speakers import prefixed
from memlane.types.message import Message

# The service refuses longer ids; which characters they have it does not mind.
_ID: Final = re.compile(r".{1,40}", re.DOTALL)
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_FIELDS: Final = frozenset({"refusal", "audio"})
_FAILED: Final = "(the tool failed)"


def openai_messages(messages: Sequence[Message], remembered: str = "") -> tuple[list[dict[str, Any]], str]:
    """Return messages in OpenAI's shape, every tool call followed by its answers, and `remembered` if not among them.

    Args:
        messages: What was said, oldest first.
        remembered: What stands before the words of the unanswered question, where there is one.
    """
    exchanges = arrange(messages, allowed_id=_ID)
    host = host_of(exchanges) if remembered else None
    sent: list[dict[str, Any]] = []
    for at, exchange in enumerate(exchanges):
        if exchange.message.role == "assistant":
            sent.append(_assistant(exchange))
        else:
            sent.append(_said(exchange, remembered if at == host else ""))
        sent += [_tool(result) for result in exchange.answers]
    return sent, remembered if host is None else ""


def _said(exchange: Exchange, before: str) -> dict[str, Any]:
    """Return a user, system or developer message, with a text before its words unless that is empty."""
    message, blocks = exchange.message, exchange.blocks
    name = _name(message)
    if message.name and not name:
        blocks = prefixed(blocks, message.name)
    parts = [part for block in blocks if (part := _part(block, message.role))]
    parts = put_before(parts, before) if before else parts
    return {"role": message.role, "content": _simplest(parts), **name}


def _assistant(exchange: Exchange) -> dict[str, Any]:
    blocks = exchange.blocks
    calls = [_call(block) for block in blocks if isinstance(block, Call)]
    fields = _fields(blocks)
    spoken = [block for block in blocks if not isinstance(block, Call) and not _is_field(block)]
    parts = [part for block in spoken if (part := _part(block, "assistant"))]
    sent: dict[str, Any] = {"role": "assistant", "content": _simplest(parts), **_name(exchange.message), **fields}
    if calls:
        sent["tool_calls"] = calls
    if not parts and (calls or fields):
        sent["content"] = None
    return sent


def _tool(result: Result) -> dict[str, Any]:
    texts: list[Block] = [Text(text) for block in result.blocks if (text := block_text(block))]
    if result.failed:
        texts = prefixed(texts, _FAILED, separator=" ") or [Text(_FAILED)]
    parts = [part for text in texts if (part := _part(text, "tool"))]
    return {"role": "tool", "tool_call_id": result.call_id, "content": _simplest(parts)}


def _part(block: Block, role: str) -> dict[str, Any] | None:
    if isinstance(block, Image) and role == "user":
        url = {"url": block.url} if block.detail is None else {"url": block.url, "detail": block.detail}
        return {"type": "image_url", "image_url": url}
    if isinstance(block, Foreign) and block.provider == "openai" and role == "user" and block.kind not in _FIELDS:
        raw = copy.deepcopy(block.raw)
        raw.pop("prompt_cache_breakpoint", None)
        return raw
    text = block_text(block)
    return {"type": "text", "text": text} if text else None


def _call(call: Call) -> dict[str, Any]:
    if call.custom:
        return {"id": call.id, "type": "custom", "custom": {"name": tool_name(call.name), "input": call.arguments}}
    return {
        "id": call.id,
        "type": "function",
        "function": {"name": tool_name(call.name), "arguments": call.arguments or "{}"},
    }


def _is_field(block: Block) -> bool:
    return isinstance(block, Foreign) and block.kind in _FIELDS


def _fields(blocks: list[Block]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for block in blocks:
        if isinstance(block, Foreign) and block.kind == "refusal":
            fields["refusal"] = block_text(block)
        elif isinstance(block, Foreign) and block.kind == "audio" and isinstance(block.raw.get("id"), str):
            fields["audio"] = {"id": block.raw["id"]}
    return fields


def _name(message: Message) -> dict[str, str]:
    return {"name": message.name} if message.name and _NAME.fullmatch(message.name) else {}


def _simplest(parts: list[dict[str, Any]]) -> str | list[dict[str, Any]]:
    """Return text alone as text: every OpenAI-compatible server takes that."""
    if not parts:
        return ""
    if len(parts) == 1 and parts[0]["type"] == "text":
        text: str = parts[0]["text"]
        return text
    return parts
