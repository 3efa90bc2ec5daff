"""Writing everything of a user as JSON Lines."""

from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path

from memlane.engine.archive_lines import (
    VERSION,
    ExportHead,
    Line,
    MemoryLine,
    MessageLine,
    PreferencesLine,
    SessionLine,
    encode_line,
)
from memlane.engine.core import Core
from memlane.engine.listing import memory_rows
from memlane.engine.reading import instructions_of, messages_of, summary_of
from memlane.engine.whole_file import write_whole
from memlane.protocols.sessions import SessionState
from memlane.types.ids import Partition, SessionKey
from memlane.types.times import from_ms
from memlane.types.wire import decode_memory, decode_value


async def export(core: Core, partition: Partition, path: Path) -> int:
    """Write everything of `partition` to `path`, which appears whole or not at all; return how many records."""
    core.check_open()
    return await write_whole(path, export_lines(core, partition)) - 1  # the head is not a record


async def export_lines(core: Core, partition: Partition) -> AsyncGenerator[bytes]:
    """Yield everything of `partition`, line by line; see `AsyncUser.export_lines`."""
    core.check_open()
    await core.courier.deliver(partition)
    async for line in _lines(core, partition):
        yield encode_line(line)


async def _lines(core: Core, partition: Partition) -> AsyncIterator[Line]:
    now_ms = core.clock.now_ms()
    yield ExportHead(version=VERSION, tenant=partition.tenant, user=partition.user, exported_at=from_ms(now_ms))
    for row in reversed(await core.sessions.sessions(partition, now_ms=now_ms)):
        state = await core.sessions.read(SessionKey(partition, row.session), now_ms=now_ms)
        if state.exists:
            for line in _session_lines(row.session, state):
                yield line
    async for row in memory_rows(core, partition):
        yield MemoryLine(memory=decode_memory(row.body))
    profile = await core.memories.profile(partition, now_ms=now_ms)
    if profile.values:
        expires_at = None if profile.expires_at_ms is None else from_ms(profile.expires_at_ms)
        values = {name: decode_value(body) for name, body in profile.values.items()}
        yield PreferencesLine(preferences=values, expires_at=expires_at)


def _session_lines(session: str, state: SessionState) -> list[Line]:
    head = SessionLine(id=session, instructions=instructions_of(state), summary=summary_of(state), ttl_ms=state.ttl_ms)
    lines: list[Line] = [head]
    for message, stored in zip(messages_of(state), state.messages, strict=True):
        expires_at = None if stored.expires_at_ms is None else from_ms(stored.expires_at_ms)
        lines.append(
            MessageLine(session=session, position=stored.position, message=message.as_mapping(), expires_at=expires_at)
        )
    return lines
