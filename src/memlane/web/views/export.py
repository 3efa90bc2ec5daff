"""A conversation as a file: JSON as an import takes it, and Markdown to read."""

import json
import re
from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Final

from memlane.types.message import Message
from memlane.types.visible import one_line, visible
from memlane.web.times import when
from memlane.web.views.conversation import Block, blocks_of

_NOT_IN_NAMES: Final = re.compile(r"[^a-z0-9]+")
_NAME_CHARACTERS: Final = 40
_LONGEST_FENCE: Final = re.compile(r"`{3,}")


def as_json(session_id: str, messages: Sequence[Message], now: datetime) -> str:
    """Return a conversation in the neutral form that `memlane import` takes; read back, it is what it was.

    Args:
        session_id: The session; also the conversation's id.
        messages: All of it, oldest first.
        now: The time, which stands for the beginning where there is no message.
    """
    began = messages[0].created_at if messages else now
    session = {"id": session_id, "at": began.isoformat(), "messages": [_mapping(message) for message in messages]}
    return json.dumps({"id": session_id, "sessions": [session]}, ensure_ascii=False, indent=2) + "\n"


def as_markdown(
    title: str, messages: Sequence[Message], *, instructions: str | None = None, zone: tzinfo | None = None
) -> str:
    """Return a conversation to read; what was said stands between fences, so that nothing in it is taken for markup.

    Args:
        title: What it is called.
        messages: All of it, oldest first.
        instructions: Its instructions.
        zone: The time zone of its times; None for that of this machine.
    """
    parts = [f"# {_plain(title)}"]
    if instructions:
        parts += ["## Instructions", _fenced(instructions)]
    for message in messages:
        parts.append(f"## {_plain(message.name or message.role)}, {when(message.created_at, zone)}")
        parts += [_block(block) for block in blocks_of(message)]
    return "\n\n".join(parts) + "\n"


def file_name(title: str, ending: str) -> str:
    """Return a name for the file that every system takes."""
    words = _NOT_IN_NAMES.sub("-", title.casefold()).strip("-")[:_NAME_CHARACTERS].strip("-")
    return f"{words or 'conversation'}.{ending}"


def _mapping(message: Message) -> dict[str, object]:
    return {**message.as_mapping(), "created_at": message.created_at.isoformat()}


def _block(block: Block) -> str:
    heads = {"call": f"Calls {_plain(block.title)}:", "result": "Result:", "other": f"({_plain(block.title)})"}
    head = heads.get(block.kind)
    if head is None:
        return _fenced(block.text)
    return f"{head}\n\n{_fenced(block.text)}" if block.text else head


def _fenced(text: str) -> str:
    longest = max((len(found) for found in _LONGEST_FENCE.findall(text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}text\n{visible(text)}\n{fence}"


def _plain(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>#!|~$])", r"\\\1", one_line(text))
