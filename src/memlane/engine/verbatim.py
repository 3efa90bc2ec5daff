"""The memory of a message: its words, verbatim, and where they come from."""

from datetime import datetime

from memlane.context.rendering import message_text
from memlane.protocols.memories import MemoryRow
from memlane.types.ids import message_memory_id
from memlane.types.memory import MESSAGE, Memory
from memlane.types.message import Message
from memlane.types.times import to_ms
from memlane.types.wire import encode_memory


def memory_of(message: Message, session_id: str, *, expires_at: datetime | None = None) -> Memory | None:
    """Return the memory that a message becomes; None when there are no words in it.

    The same message of the same session always becomes a memory of the same id.
    """
    text = message_text(message)
    if not text.strip():
        return None
    return Memory(
        id=message_memory_id(session_id, message.id),
        text=text,
        kind=MESSAGE,
        created_at=message.created_at,
        session_id=session_id,
        message_ids=[message.id],
        role=message.role,
        name=message.name,
        metadata=message.metadata,
        expires_at=expires_at,
        original=None if message.is_plain else message.as_mapping(),
    )


def memory_row(memory: Memory) -> MemoryRow:
    """Return a memory as stores take it."""
    expires_at_ms = None if memory.expires_at is None else to_ms(memory.expires_at)
    return MemoryRow(memory.id, encode_memory(memory), expires_at_ms)
