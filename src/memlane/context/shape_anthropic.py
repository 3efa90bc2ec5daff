"""Messages as Anthropic's messages endpoint takes them.

Owns the writing of that one shape. It decides nothing about which messages are sent.

- System and developer messages of the log move into the system text, in order.
- Consecutive messages of one role become one; tool results stand first in the user message behind their calls.
- The first message must be the user's: where it is not, `OPENING` stands before it, which claims nothing.
- There is no field for a name: a user's (or system message's) stands before the text as `name: `; an assistant's
  is left out lest the model imitate it.
- Thoughts are sent back as they came; one without its signature would be refused and is left out.
- Text that is empty or blank is never sent, nor an assistant message of thoughts only; both are refused. Text after
  which the model should go on (the last message is the assistant's) loses blank space at its end for that reason.
- Call arguments that are not a JSON object are passed as `{"_raw": text}`.
- Cache marks and citations are left out: they belong to a request, not to what was said.
- Parts that only OpenAI understands are rendered as text, as are images that are not PNG, JPEG, GIF or WebP data or
  an `https:` URL.
"""

import copy
import re
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from memlane.context.exchanges import Exchange, arrange, tool_name
from memlane.context.parts import Block, Call, Foreign, Image, Result
from memlane.context.placement import host_of, joined, put_before
from memlane.context.rendering import block_text
from memlane.context.speakers import prefixed
from memlane.types.message import Message

OPENING: Final = "(conversation continues)"
SYSTEM_ROLES: Final = ("system", "developer")

_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_DATA_URL: Final = re.compile(r"data:(image/(?:png|jpeg|gif|webp));base64,([A-Za-z0-9+/=_-]+)")
_USER_KINDS: Final = frozenset({"document", "search_result", "container_upload", "image"})
_ASSISTANT_KINDS: Final = frozenset({"thinking", "redacted_thinking", "server_tool_use"})
_THOUGHTS: Final = frozenset({"thinking", "redacted_thinking"})


def anthropic_messages(messages: Sequence[Message], remembered: str = "") -> tuple[str, list[dict[str, Any]], str]:
    """Return the system text found in the log, the other messages in Anthropic's shape, and `remembered` if not there.

    Args:
        messages: What was said, oldest first.
        remembered: What stands before the words of the unanswered question, where there is one.
    """
    exchanges = arrange(messages, allowed_id=_ID)
    host = host_of(exchanges) if remembered else None
    system: list[str] = []
    turns: list[tuple[str, list[dict[str, Any]]]] = []
    for at, exchange in enumerate(exchanges):
        role, blocks = exchange.message.role, _named(exchange)
        if role in SYSTEM_ROLES:
            system += [text for block in blocks if (text := block_text(block)).strip()]
            continue
        written = _blocks(blocks, role)
        turns.append((role, put_before(written, remembered) if at == host else written))
        turns.append(("user", [_result(result) for result in exchange.answers]))
    return joined(*system), _finished(_merged(turns)), remembered if host is None else ""


def _merged(turns: list[tuple[str, list[dict[str, Any]]]]) -> list[dict[str, Any]]:
    merged: list[dict[str, Any]] = []
    for role, blocks in turns:
        if not blocks:
            continue
        if merged and merged[-1]["role"] == role:
            merged[-1]["content"] += blocks
        else:
            merged.append({"role": role, "content": blocks})
    return merged


def _finished(merged: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if not merged:
        return []
    if merged[-1]["role"] == "assistant" and merged[-1]["content"][-1]["type"] == "text":
        last = merged[-1]["content"][-1]
        last["text"] = last["text"].rstrip()
    if merged[0]["role"] != "user":
        merged.insert(0, {"role": "user", "content": [{"type": "text", "text": OPENING}]})
    return [{"role": message["role"], "content": _simplest(message["content"])} for message in merged]


def _named(exchange: Exchange) -> list[Block]:
    name = exchange.message.name
    return exchange.blocks if exchange.message.role == "assistant" or not name else prefixed(exchange.blocks, name)


def _blocks(blocks: list[Block], role: str) -> list[dict[str, Any]]:
    written = [part for block in blocks if (part := _block(block, role))]
    while written and written[-1]["type"] in _THOUGHTS:
        written.pop()  # an assistant message must not end in a thought
    return written


def _block(block: Block, role: str) -> dict[str, Any] | None:
    if isinstance(block, Call):
        return {"type": "tool_use", "id": block.id, "name": tool_name(block.name), "input": _input(block)}
    if isinstance(block, Image) and role in ("user", "result") and (source := _source(block.url)):
        return {"type": "image", "source": source}
    if isinstance(block, Foreign) and _is_kept(block, role):
        raw = copy.deepcopy(block.raw)
        raw.pop("cache_control", None)
        return raw
    text = block_text(block)
    return {"type": "text", "text": text} if text.strip() else None


def _is_kept(block: Foreign, role: str) -> bool:
    if block.provider != "anthropic" or (block.kind == "thinking" and not isinstance(block.raw.get("signature"), str)):
        return False
    if role == "assistant":
        return block.kind not in _USER_KINDS
    is_spoken = block.kind in _ASSISTANT_KINDS or block.kind.endswith("_tool_result")
    return not is_spoken and not (role == "result" and block.kind == "container_upload")


def _result(result: Result) -> dict[str, Any]:
    sent: dict[str, Any] = {"type": "tool_result", "tool_use_id": result.call_id}
    content = [part for block in result.blocks if (part := _block(block, "result"))]
    if content:
        sent["content"] = _simplest(content)
    if result.failed:
        sent["is_error"] = True
    return sent


def _input(call: Call) -> dict[str, Any]:
    if not call.arguments.strip():
        return {}
    if call.custom:
        return {"input": call.arguments}
    try:
        return msgspec.json.decode(call.arguments, type=dict[str, Any])
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return {"_raw": call.arguments}


def _source(url: str) -> dict[str, str] | None:
    if url.startswith("https://"):
        return {"type": "url", "url": url}
    found = _DATA_URL.fullmatch(url)
    return {"type": "base64", "media_type": found[1], "data": found[2]} if found else None


def _simplest(blocks: list[dict[str, Any]]) -> str | list[dict[str, Any]]:
    """Return a single text as text."""
    if len(blocks) == 1 and blocks[0]["type"] == "text":
        text: str = blocks[0]["text"]
        return text
    return blocks
