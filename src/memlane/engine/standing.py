"""Whether what something was derived from still stands, or its user has been erased while work went on."""

from collections.abc import Collection

from memlane.engine.core import Core
from memlane.types.ids import SessionKey, message_memory_id


async def stands(core: Core, key: SessionKey, messages: Collection[str]) -> bool:
    """Whether the session lives, or one of these messages of it is still remembered.

    Raises:
        StoreUnavailableError: a store cannot be reached.
    """
    now_ms = core.clock.now_ms()
    if (await core.sessions.read(key, now_ms=now_ms, last=0)).exists:
        return True
    await core.courier.deliver(key.partition)
    ids = sorted({message_memory_id(key.session, message) for message in messages})
    return any(await core.memories.get(key.partition, ids, now_ms=now_ms))
