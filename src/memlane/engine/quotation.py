"""The words of a reply that is made from memory alone. Pure: quotes, and never concludes."""

from collections.abc import Sequence

from memlane.recall.text import spoken_date
from memlane.types.memory import MESSAGE, Memory

NOTHING_KNOWN = "I have nothing on that; I have kept your message."
_QUOTE_CHARACTERS = 400
_SPEAKERS = {"user": "you", "assistant": "the assistant"}
_ELLIPSIS = "…"


def quotations(memories: Sequence[Memory], session_id: str) -> str:
    """Return what is remembered, each as who said it, when and where; `session_id` is the conversation at hand."""
    return "\n".join(_quotation(memory, session_id) for memory in memories)


def _quotation(memory: Memory, session_id: str) -> str:
    words = f"“{_one_line(memory.text, _QUOTE_CHARACTERS)}”"
    if memory.kind != MESSAGE:
        return f"On {spoken_date(memory.created_at)} this was remembered as {_one_line(memory.kind)}: {words}"
    speaker = _one_line(memory.name or "") or _SPEAKERS.get(memory.role or "", f"the {memory.role}")
    if memory.session_id == session_id:
        return f"Earlier in this conversation {speaker} said: {words}"
    place = f" in session {_one_line(memory.session_id)}" if memory.session_id is not None else ""
    return f"On {spoken_date(memory.created_at)} {speaker} said{place}: {words}"


def _one_line(text: str, limit: int | None = None) -> str:
    line = " ".join(text.split())
    return line if limit is None or len(line) <= limit else line[: limit - 1].rstrip() + _ELLIPSIS
