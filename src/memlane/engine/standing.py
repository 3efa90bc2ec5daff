"""Whether what something was derived from still stands, and for how long what is derived does."""

from collections.abc import Collection

import msgspec

from memlane.engine.core import Core
from memlane.types.ids import SessionKey, message_memory_id
from memlane.types.memory import Memory
from memlane.types.times import from_ms


async def stands(core: Core, key: SessionKey, began_ms: int, messages: Collection[str]) -> bool:
    """Whether the session that began then lives, or one of these messages of it is still remembered.

    Raises:
        StoreUnavailableError: a store cannot be reached.
    """
    now_ms = core.clock.now_ms()
    state = await core.sessions.read(key, now_ms=now_ms, last=0)
    if state.exists and state.created_at_ms == began_ms:
        return True
    await core.courier.deliver(key.partition)
    ids = sorted({message_memory_id(key.session, message) for message in messages})
    return any(await core.memories.get(key.partition, ids, now_ms=now_ms))


def lasting(core: Core, memory: Memory) -> Memory:
    """Return a derived memory with the end that the connection gives to what it remembers of messages."""
    ttl_ms = core.limits.memories_ttl_ms
    if ttl_ms is None or memory.pinned:
        return memory
    return msgspec.structs.replace(memory, expires_at=from_ms(core.clock.now_ms() + ttl_ms))
