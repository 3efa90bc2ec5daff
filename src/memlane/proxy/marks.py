"""What makes two messages the same, whichever API wrote them down.

Owns the comparison only. Blanks, the order of parts, cache marks, and what a model has besides words and calls (its
thoughts, searches of its provider's) make no difference; ids, names and arguments of tool calls do. Marks are hashes of
this process: 64 bits, salted; they are neither stored nor shown, and no text is kept for them.
"""

from typing import Any, Final

import msgspec

from memlane.context.parts import Block, Call, Foreign, Image, Result, Text, read_turn
from memlane.context.placement import says_something
from memlane.context.rendering import block_text, message_text
from memlane.types.message import Message

_REFUSAL: Final = "refusal"
_REQUEST_ONLY: Final = frozenset({"cache_control", "prompt_cache_breakpoint"})


class Marks(msgspec.Struct, frozen=True):
    """By what a message is recognised.

    Attributes:
        role: `user`, `assistant` or `tool`.
        whole: Equal for messages that are the same.
        parts: One for its words, and one for each call, result and other part.
        words: Equal for texts that are the same, whoever says them; 0 for none.
        speaks: Whether it says anything but results of tools.
        calls: Whether it calls tools.
    """

    role: str
    whole: int
    parts: tuple[int, ...]
    words: int
    speaks: bool
    calls: bool


def marks_of(message: Message) -> Marks:
    """Return the marks of a message."""
    blocks = read_turn(message).blocks
    head, *said = _essence(message, blocks)
    return Marks(
        role=_role(message),
        whole=hash((head, *said)),
        parts=tuple(map(hash, said)),
        words=word_mark(message_text(message)),
        speaks=says_something(blocks),
        calls=any(isinstance(block, Call) for block in blocks),
    )


def word_mark(text: str) -> int:
    """Return the mark of a text, whatever its blanks; 0 when there is nothing but blanks."""
    words = _without_blanks(text)
    return hash(words) or 1 if words else 0


def essence(message: Message) -> str:
    """Return text that is the same, in every process, for messages that are the same."""
    return _json(_essence(message, read_turn(message).blocks))


def beside_words(message: Message) -> list[str]:
    """Return what matters of a message besides its words, each picture and other part in text; the same everywhere."""
    return _others(message, read_turn(message).blocks)


def _essence(message: Message, blocks: list[Block]) -> list[str]:
    """Return who speaks, and what of it matters."""
    words = _without_blanks("".join(map(_words, blocks)))
    name = message.name if message.role == "user" else None
    head = _json([_role(message), name])
    return [head, *([_json(["text", words])] if words else []), *_others(message, blocks)]


def _others(message: Message, blocks: list[Block]) -> list[str]:
    return sorted(text for block in blocks if (text := _other(block, message.role)))


def _role(message: Message) -> str:
    return "tool" if message.role == "function" else message.role


def _words(block: Block) -> str:
    if isinstance(block, Text):
        return block.text
    return block_text(block) if isinstance(block, Foreign) and block.kind == _REFUSAL else ""


def _other(block: Block, role: str) -> str:
    """Return what matters of a block besides words; empty text for nothing."""
    match block:
        case Text():
            return ""
        case Image():
            return _json(["image", block.url])
        case Call():
            return _json(["call", block.id, block.name, _arguments(block.arguments)])
        case Result():
            return _json(["result", block.call_id, *(_without_blanks(block_text(part)) for part in block.blocks)])
        case Foreign():
            return "" if role == "assistant" else _json([block.kind, _plain(block.raw)])


def _arguments(text: str) -> Any:
    """Return arguments of a call as clients may write them anew: blanks and order of JSON make no difference."""
    try:
        return msgspec.json.decode(text or "{}")
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return text


def _without_blanks(text: str) -> str:
    return "".join(text.split())


def _json(value: Any) -> str:
    return msgspec.json.encode(value, order="sorted").decode()


def _plain(value: Any) -> Any:
    """Return a JSON value without what belongs to a request rather than to what was said."""
    if isinstance(value, dict):
        held: dict[str, Any] = value  # pyright: ignore[reportUnknownVariableType] -- JSON
        return {key: _plain(item) for key, item in held.items() if key not in _REQUEST_ONLY and item is not None}
    if isinstance(value, list):
        items: list[Any] = value  # pyright: ignore[reportUnknownVariableType] -- JSON
        return [_plain(item) for item in items]
    return value
