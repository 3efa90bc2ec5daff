"""Reading an export back, and importing conversations; what is there already is left alone."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from functools import partial
from itertools import groupby, islice
from pathlib import Path

import msgspec

from memlane.engine.archive_checks import check_record
from memlane.engine.archive_files import check_export, export_records, is_export
from memlane.engine.archive_lines import Line, MemoryLine, MessageLine, PreferencesLine, SessionLine
from memlane.engine.conversation import AsyncSession
from memlane.engine.core import Core
from memlane.engine.neutral import Conversation, conversations, read_text, session_messages
from memlane.engine.reading import INSTRUCTIONS, SUMMARY
from memlane.engine.verbatim import memory_row
from memlane.errors import UsageError
from memlane.protocols.sessions import NewMessage
from memlane.types.ids import Partition, SessionKey, check_id
from memlane.types.message import Message, message_from_mapping
from memlane.types.times import to_ms
from memlane.types.values import check_object
from memlane.types.wire import check_size, encode_message, encode_summary, encode_value

Progress = Callable[[int, int], None]
"""Called with (done, of how many)."""

_Session = tuple[str, list[Message]]
_MEMORIES_A_PUT = 200
_LINES_READ = 500


async def restore(
    core: Core, partition: Partition, path: Path, progress: Progress | None, conversation: str | None = None
) -> int:
    """Read `path` into `partition`; see `AsyncUser.restore`."""
    core.check_open()
    # In threads: whoever else uses this event loop does not wait until a long file is understood.
    if await asyncio.to_thread(is_export, path):
        return await _Restore(core, partition).run(path, progress)
    text = await asyncio.to_thread(read_text, path)
    return await _import(core, partition, await asyncio.to_thread(_sessions, text, conversation), progress)


async def _import(core: Core, partition: Partition, sessions: list[_Session], progress: Progress | None) -> int:
    total, done, new = sum(len(messages) for _, messages in sessions), 0, 0
    for session_id, messages in sessions:
        session = AsyncSession(core, SessionKey(partition, session_id), remember=True)
        new += await session.add_new(messages)
        done += len(messages)
        if progress:
            progress(done, total)
    return new


def _sessions(text: bytes, conversation: str | None) -> list[_Session]:
    chosen = _chosen(conversations(text), conversation)
    sessions = [session_messages(found, session) for found in chosen for session in found.sessions]
    _refuse_clashes("session", [session_id for session_id, _ in sessions])
    for session_id, messages in sessions:
        _refuse_clashes(f"in session {session_id!r}, message", [message.id for message in messages])
    return sessions


def _chosen(found: list[Conversation], wanted: str | None) -> list[Conversation]:
    if wanted is None:
        return found
    chosen = [conversation for conversation in found if conversation.id == wanted]
    if not chosen:
        raise UsageError(f"the file has no conversation {wanted!r}; it has {', '.join(c.id for c in found[:20])}")
    return chosen


def _refuse_clashes(what: str, ids: list[str]) -> None:
    """A message id says that it is the same message: a second one would be dropped as already there."""
    repeated = next((name for name, count in Counter(ids).items() if count > 1), None)
    if repeated is not None:
        raise UsageError(f"{what} {repeated!r} stands twice; choose one conversation of the file (--conversation)")


class _Restore:
    """Writes the lines of an export, everything checked again as a stranger's input."""

    def __init__(self, core: Core, partition: Partition) -> None:
        self._core = core
        self._partition = partition
        self._check = partial(check_record, limit_bytes=core.limits.message_bytes)

    async def run(self, path: Path, progress: Progress | None) -> int:
        """Write what a file holds, once all of it is understood; of it, a session or a page of memories is held."""
        total, done, new = await asyncio.to_thread(check_export, path, self._check), 0, 0
        batch: list[Line] = []
        async for line in _records(path):
            if batch and (_group(line) != _group(batch[0]) or _is_full(batch)):
                new, done = new + await self._write(_group(batch[0]), batch), done + len(batch)
                batch = []
                if progress:
                    progress(done, total)
            batch.append(line)
        if batch:
            new += await self._write(_group(batch[0]), batch)
        if progress and total:
            progress(total, total)
        return new

    async def _write(self, key: tuple[str, str], batch: list[Line]) -> int:
        kind, session = key
        if kind == "session":
            return await self._session(check_id(session, "session id"), batch)
        if kind == "memory":
            return await self._memories([line for line in batch if isinstance(line, MemoryLine)])
        return await self._preferences([line for line in batch if isinstance(line, PreferencesLine)])

    async def _session(self, session: str, batch: list[Line]) -> int:
        key, now_ms = SessionKey(self._partition, session), self._core.clock.now_ms()
        head = next((line for line in batch if isinstance(line, SessionLine)), SessionLine(id=session))
        known = (await self._core.sessions.read(key, now_ms=now_ms, last=0)).exists
        if head.ttl_ms is not None and not known:
            await self._core.sessions.expire(key, head.ttl_ms or None, now_ms=now_ms)
        positions, new = dict[int, int](), 0
        messages = [line for line in batch if isinstance(line, MessageLine)]
        for expires_at, run in groupby(messages, key=lambda line: line.expires_at):
            block = list(run)
            left_ms = None if expires_at is None else to_ms(expires_at) - now_ms
            if left_ms is None or left_ms > 0:
                new += await self._messages(key, block, left_ms, positions)
        if not known:
            await self._fields(key, head, positions)
        return new

    async def _messages(
        self, key: SessionKey, block: list[MessageLine], left_ms: int | None, positions: dict[int, int]
    ) -> int:
        now_ms = self._core.clock.now_ms()
        rows: list[NewMessage] = []
        for line in block:
            message = message_from_mapping(line.message, id="", created_at=self._core.stamps.next())
            body = check_size(encode_message(message), self._core.limits.message_bytes, "a message")
            rows.append(NewMessage(message.id, body))
        places = await self._core.sessions.append(
            key, rows, now_ms=now_ms, default_ttl_ms=self._core.limits.session_ttl_ms
        )
        positions.update((line.position, place.position) for line, place in zip(block, places, strict=True))
        new = sum(place.body is None for place in places)
        if left_ms is not None and new:
            await self._core.sessions.expire(key, left_ms, now_ms=now_ms, last=len(block))
        return new

    async def _fields(self, key: SessionKey, head: SessionLine, positions: dict[int, int]) -> None:
        fields: dict[str, bytes | None] = {}
        if head.instructions:
            fields[INSTRUCTIONS] = head.instructions.encode()
        if head.summary:
            upto = max((new for old, new in positions.items() if old <= head.summary.upto), default=0)
            fields[SUMMARY] = encode_summary(msgspec.structs.replace(head.summary, upto=upto))
        if fields:
            now_ms, ttl_ms = self._core.clock.now_ms(), self._core.limits.session_ttl_ms
            await self._core.sessions.write_fields(key, fields, now_ms=now_ms, default_ttl_ms=ttl_ms)

    async def _memories(self, lines: list[MemoryLine]) -> int:
        new = 0
        for start in range(0, len(lines), _MEMORIES_A_PUT):
            rows = [memory_row(line.memory) for line in lines[start : start + _MEMORIES_A_PUT]]
            for row in rows:
                check_id(row.id, "memory id")
                check_size(row.body, self._core.limits.message_bytes, "a memory")
            now_ms = self._core.clock.now_ms()
            new += await self._core.memories.put(self._partition, rows, now_ms=now_ms, overwrite=False)
        return new

    async def _preferences(self, lines: Iterable[PreferencesLine]) -> int:
        now_ms, written = self._core.clock.now_ms(), 0
        known = (await self._core.memories.profile(self._partition, now_ms=now_ms)).values
        for line in lines:
            ttl_ms = None if line.expires_at is None else to_ms(line.expires_at) - now_ms
            if known or (ttl_ms is not None and ttl_ms < 1):
                continue
            preferences = check_object(line.preferences, "preferences")
            values = {name: encode_value(value) for name, value in preferences.items()}
            await self._core.memories.update_profile(
                self._partition, values, replace=True, ttl_ms=ttl_ms, now_ms=now_ms
            )
            written += 1
        return written


def _group(line: Line) -> tuple[str, str]:
    if isinstance(line, SessionLine):
        return ("session", line.id)
    if isinstance(line, MessageLine):
        return ("session", line.session)
    return ("memory", "") if isinstance(line, MemoryLine) else ("preferences", "")


def _is_full(batch: list[Line]) -> bool:
    return isinstance(batch[0], MemoryLine) and len(batch) >= _MEMORIES_A_PUT


async def _records(path: Path) -> AsyncIterator[Line]:
    """Yield the records of a file, read some at a time, in a thread."""
    records = export_records(path)
    try:
        while some := await asyncio.to_thread(list, islice(records, _LINES_READ)):
            for record in some:
                yield record
    finally:
        records.close()
