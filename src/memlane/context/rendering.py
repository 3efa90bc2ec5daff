"""The words of a message, for counting, recall and display.

Owns how anything that is not text reads as text. It must not shorten or alter what was said.
"""

from typing import Any, Final

from memlane.context.parts import Block, Call, Foreign, Image, Result, Text, json_text, object_of, objects_of, read_turn
from memlane.types.message import Message

IMAGE_TEXT: Final = "[image]"
_THOUGHTS: Final = frozenset({"thinking", "redacted_thinking"})


def message_text(message: Message) -> str:
    """Return the words of a message: its blocks, each on lines of its own.

    Text stands as it is, a tool call as `name(arguments)`, a tool result as its text, an image as `[image]`, another
    part as its words or else `[kind]`. A model's private thoughts are not words: see `thought_text`.
    """
    if isinstance(message.content, str) and message.is_plain:
        return message.content
    return _joined(read_turn(message).blocks)


def block_text(block: Block) -> str:
    """Return the words of one block."""
    match block:
        case Text():
            return block.text
        case Image():
            return IMAGE_TEXT
        case Call():
            return f"{block.name}({block.arguments})"
        case Result():
            return _joined(block.blocks)
        case Foreign():
            return _foreign_text(block)


def thought_text(message: Message) -> str:
    """Return the private thoughts of a model in a message; they are sent back only to whom they came from."""
    if isinstance(message.content, str):
        return ""
    thoughts = [part for part in message.content or [] if part.get("type") in _THOUGHTS]
    return "\n".join(str(part.get("thinking", part.get("data", ""))) for part in thoughts)


def is_textual(message: Message) -> bool:
    """Whether text is all that is sent of the message, so that counting its words counts it all."""
    if message.is_plain:
        return True
    blocks = read_turn(message).blocks
    inner = [part for block in blocks if isinstance(block, Result) for part in block.blocks]
    return not any(isinstance(block, Image | Foreign) for block in [*blocks, *inner])


def _joined(blocks: list[Block] | list[Text | Image | Foreign]) -> str:
    return "\n".join(text for block in blocks if (text := block_text(block)))


def _foreign_text(block: Foreign) -> str:
    raw = block.raw
    if block.kind in _THOUGHTS:
        return ""
    if block.kind == "server_tool_use":
        return f"{raw.get('name', '')}({json_text(raw.get('input') or {})})"
    spoken = raw.get("refusal") if block.kind == "refusal" else raw.get("transcript")
    if isinstance(spoken, str) and spoken:
        return spoken
    return "\n".join([_label(block), *_inner_texts(raw)])


def _label(block: Foreign) -> str:
    places = (block.raw, object_of(block.raw, "file"))
    titles = [place.get(key) for place in places for key in ("title", "filename", "name")]
    title = next((value for value in titles if isinstance(value, str) and value), "")
    kind = block.kind or "part"
    return f"[{kind}: {title}]" if title else f"[{kind}]"


def _inner_texts(raw: dict[str, Any]) -> list[str]:
    """Return the text that a document or search result carries."""
    source = object_of(raw, "source")
    if source.get("type") == "text":
        return [str(source.get("data", ""))]
    items = objects_of(raw, "content") if raw.get("type") == "search_result" else []
    return [str(item["text"]) for item in items if "text" in item]
