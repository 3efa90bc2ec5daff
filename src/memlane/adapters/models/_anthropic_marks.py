"""What stays from turn to turn, marked for Anthropic's prompt cache.

The marks stand on the last tool, on the system text, and on the last block before the message with the newest question.
Owns them only. Everything before a mark must be the same in the next request for the cache to serve it.
"""

from collections.abc import Mapping
from typing import Any, Final

MARK: Final[Mapping[str, Any]] = {"cache_control": {"type": "ephemeral"}}
_UNMARKABLE: Final = frozenset({"thinking", "redacted_thinking"})


def marked_system(system: str) -> list[dict[str, Any]]:
    """Return the system text as a block with a mark."""
    return [{"type": "text", "text": system, **MARK}]


def marked_tools(tools: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return tools with a mark on the last."""
    return [*tools[:-1], {**tools[-1], **MARK}]


def marked_messages(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return messages with a mark on the last block before the newest question; none where there is nothing before."""
    newest = next((at for at in reversed(range(len(messages))) if _asks(messages[at])), 0)
    if newest == 0:
        return messages
    before = messages[newest - 1]
    blocks = _blocks(before["content"])
    last = next((at for at in reversed(range(len(blocks))) if blocks[at]["type"] not in _UNMARKABLE), None)
    if last is None:
        return messages
    content = [*blocks[:last], {**blocks[last], **MARK}, *blocks[last + 1 :]]
    return [*messages[: newest - 1], {**before, "content": content}, *messages[newest:]]


def _asks(message: dict[str, Any]) -> bool:
    """Say whether a message is a user's and more than the results of tools."""
    blocks = _blocks(message["content"])
    return message["role"] == "user" and any(block["type"] != "tool_result" for block in blocks)


def _blocks(content: str | list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content
