"""The words of an answer that is made from memory alone. Pure: quotes, and never concludes."""

from collections.abc import Sequence

from memlane.cli.visible import one_line
from memlane.recall.text import spoken_date
from memlane.types.memory import MESSAGE, Memory

_QUOTE_CHARACTERS = 400
_SPEAKERS = {"user": "you", "assistant": "the assistant"}


def answer(memories: Sequence[Memory], session_id: str) -> str:
    """Return what is remembered, each as who said it, when and where; `session_id` is the conversation at hand."""
    return "\n".join(_quotation(memory, session_id) for memory in memories)


def nothing_known() -> str:
    """Return the answer when nothing fits."""
    return "I have nothing on that; I have kept your message."


def _quotation(memory: Memory, session_id: str) -> str:
    words = f"“{one_line(memory.text, _QUOTE_CHARACTERS)}”"
    if memory.kind != MESSAGE:
        return f"On {spoken_date(memory.created_at)} this was remembered as {one_line(memory.kind)}: {words}"
    speaker = one_line(memory.name or "") or _SPEAKERS.get(memory.role or "", f"the {memory.role}")
    if memory.session_id == session_id:
        return f"Earlier in this conversation {speaker} said: {words}"
    place = f" in session {one_line(memory.session_id)}" if memory.session_id is not None else ""
    return f"On {spoken_date(memory.created_at)} {speaker} said{place}: {words}"
