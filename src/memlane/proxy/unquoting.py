"""Takes out of what a client says what Memlane itself has put there: memories are not to be remembered again.

A client may have its memory from Memlane too, by another proxy or by `session.context`. Its messages then begin with
quoted memories, in one call and not in the next, which are no part of what was said.
"""

from typing import Any

from memlane.context.placement import SEPARATOR
from memlane.context.remembered import MEMORIES_FOOT, MEMORIES_HEAD
from memlane.proxy.dialect import simplest


def without_memories(content: Any) -> Any:
    """Return content without a block of quoted memories that it, or one of its parts, begins with."""
    if isinstance(content, str):
        return _rest(content) if content.startswith(MEMORIES_HEAD) else content
    if not isinstance(content, list):
        return content
    parts: list[Any] = content  # pyright: ignore[reportUnknownVariableType] -- JSON
    if not any(map(_is_quoted, parts)):
        return parts
    return simplest([kept for part in parts if (kept := _kept(part)) is not None])


def _kept(part: Any) -> Any:
    """Return a part without the block; None where nothing else is in it."""
    if not _is_quoted(part):
        return part
    rest = _rest(part["text"])
    return {**part, "text": rest} if rest else None


def _is_quoted(part: Any) -> bool:
    text = part.get("text") if isinstance(part, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] -- JSON
    return isinstance(text, str) and text.startswith(MEMORIES_HEAD)


def _rest(text: str) -> str:
    """Return what stands behind the first closing tag, which is the real one; all of a text that has none."""
    _, foot, rest = text.partition(MEMORIES_FOOT)
    return rest.removeprefix(SEPARATOR) if foot else text
