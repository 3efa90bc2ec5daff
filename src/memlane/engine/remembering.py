"""Remembering something by hand, and the preferences document: checked, written once, or only as the caller saw it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from memlane.engine.core import Core
from memlane.engine.verbatim import memory_row
from memlane.errors import PreconditionError, UsageError
from memlane.protocols.memories import MemoryRow
from memlane.types.ids import Partition, check_id, check_text
from memlane.types.memory import MESSAGE, Memory
from memlane.types.times import check_time, check_ttl
from memlane.types.values import check_object
from memlane.types.wire import check_size, decode_memory, decode_value, encode_value

_MOST_KIND_CHARACTERS = 64
_ATTEMPTS = 3


async def remember(
    core: Core,
    partition: Partition,
    text: object,
    *,
    memory_id: str | None,
    kind: object,
    metadata: object,
    expires_at: datetime | None,
) -> Memory:
    """Remember something; see `AsyncUser.remember`."""
    core.check_open()
    memory = Memory(
        id=core.new_id() if memory_id is None else check_id(memory_id, "memory id"),
        text=check_words(text),
        kind=_kind(kind),
        created_at=core.stamps.next(),
        metadata=_mapping(metadata, "metadata"),
        expires_at=None if expires_at is None else check_time(expires_at, "expires_at"),
    )
    row = memory_row(memory)
    check_size(row.body, core.limits.message_bytes, "the memory")
    if memory_id is not None:
        return await _remember_once(core, partition, memory, row)
    await core.memories.put(partition, [row], now_ms=core.clock.now_ms())
    core.notice(partition, [memory])
    return memory


async def _remember_once(core: Core, partition: Partition, memory: Memory, row: MemoryRow) -> Memory:
    """Store a memory unless its id is there; return what is stored.

    Raises:
        UsageError: the id is that of something else.
    """
    for _ in range(_ATTEMPTS):
        if await core.memories.put(partition, [row], now_ms=core.clock.now_ms(), overwrite=False):
            core.notice(partition, [memory])
            return memory
        found = (await core.memories.get(partition, [memory.id], now_ms=core.clock.now_ms()))[0]
        if found is not None:
            return _same(decode_memory(found.body), memory)
    return memory  # it ceases to exist as soon as it is written


def _same(stored: Memory, asked: Memory) -> Memory:
    if (stored.text, stored.kind, stored.metadata) != (asked.text, asked.kind, asked.metadata):
        raise UsageError("id is that of another memory of this user")
    return stored


async def preferences(core: Core, partition: Partition) -> dict[str, Any]:
    """Return the preferences document; see `AsyncUser.preferences`."""
    core.check_open()
    return _decoded(await _stored(core, partition))


async def set_preferences(
    core: Core,
    partition: Partition,
    given: object,
    *,
    merge: bool,
    ttl: object,
    if_was: Mapping[str, Any] | None,
) -> None:
    """Write the preferences document; see `AsyncUser.set_preferences`."""
    core.check_open()
    values = {name: encode_value(value) for name, value in _mapping(given, "preferences").items()}
    check_size(b"".join(values.values()), core.limits.message_bytes, "the preferences document")
    ttl_ms = check_ttl(ttl)
    was = None if if_was is None else await _as_seen(core, partition, _mapping(if_was, "if_was"))
    written = await core.memories.update_profile(
        partition, values, replace=not merge, ttl_ms=ttl_ms, now_ms=core.clock.now_ms(), was=was
    )
    if not written:
        raise _changed()


async def _as_seen(core: Core, partition: Partition, seen: dict[str, Any]) -> dict[str, bytes]:
    """Return the stored bytes of the document that the caller saw.

    Raises:
        PreconditionError: it is another one by now.
    """
    stored = await _stored(core, partition)
    if _decoded(stored) != seen:
        raise _changed()
    return stored


async def _stored(core: Core, partition: Partition) -> dict[str, bytes]:
    return (await core.memories.profile(partition, now_ms=core.clock.now_ms())).values


def _decoded(values: Mapping[str, bytes]) -> dict[str, Any]:
    return {name: decode_value(body) for name, body in values.items()}


def _changed() -> PreconditionError:
    return PreconditionError("the preferences are no longer what the caller saw")


def check_words(text: object, what: str = "text to remember") -> str:
    """Return `text` when it can be remembered.

    Raises:
        UsageError: not text, empty, or text that cannot be kept exactly.
    """
    if not isinstance(text, str) or not text.strip():
        raise UsageError(f"{what} must be non-empty text")
    return check_text(text, what)


def _kind(kind: object) -> str:
    if kind == MESSAGE:
        raise UsageError("kind `message` is what was said in a session; use session.add")
    if not isinstance(kind, str) or not 1 <= len(kind) <= _MOST_KIND_CHARACTERS:
        raise UsageError(f"kind must be text of 1-{_MOST_KIND_CHARACTERS} characters")
    return check_id(kind, "kind")


def _mapping(value: object, what: str) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise UsageError(f"{what} must be a mapping, not {type(value).__name__}")
    return check_object(value, what)  # pyright: ignore[reportUnknownArgumentType] -- keys are checked there
