"""What the records of an export must be to be written: a file may come from anybody."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from memlane.derive.change import as_of
from memlane.engine.archive_lines import Line, MemoryLine, MessageLine, PreferencesLine, SessionLine
from memlane.engine.numbers import check_count
from memlane.engine.verbatim import memory_row
from memlane.errors import UsageError
from memlane.types.ids import check_id
from memlane.types.memory import Memory
from memlane.types.message import message_from_mapping
from memlane.types.times import check_time, check_ttl, from_ms
from memlane.types.values import check_object
from memlane.types.wire import check_size, encode_message

_MS = timedelta(milliseconds=1)


def check_record(line: Line, limit_bytes: int) -> None:
    """Let pass what can be written and read back.

    Raises:
        UsageError: it cannot; says why.
        TooLargeError: it is over the limit.
    """
    if isinstance(line, SessionLine):
        _check_session(line, limit_bytes)
    elif isinstance(line, MessageLine):
        check_id(line.session, "session id")
        _check_times([line.expires_at])
        message = message_from_mapping(line.message, id="", created_at=from_ms(0))
        check_size(encode_message(message), limit_bytes, "a message")
    elif isinstance(line, MemoryLine):
        _check_memory(line.memory, limit_bytes)
    elif isinstance(line, PreferencesLine):
        check_object(line.preferences, "preferences")
        _check_times([line.expires_at])


def _check_session(line: SessionLine, limit_bytes: int) -> None:
    check_id(line.id, "session id")
    check_size((line.instructions or "").encode(), limit_bytes, "the instructions")
    if line.ttl_ms:
        try:
            check_ttl(line.ttl_ms * _MS)
        except OverflowError as exc:
            raise UsageError("ttl_ms is out of range") from exc
    if line.summary is not None:
        check_size(line.summary.text.encode(), limit_bytes, "the summary")
        _check_times([line.summary.made_at])


def _check_memory(memory: Memory, limit_bytes: int) -> None:
    check_id(memory.id, "memory id")
    check_id(memory.kind, "kind")
    check_object(memory.metadata, "metadata")
    check_object(memory.original or {}, "original")
    check_count(memory.uses, "uses", least=0)
    _check_times(_times_of(memory))
    _check_past(memory)
    check_size(memory_row(memory).body, limit_bytes, "a memory")


def _check_past(memory: Memory) -> None:
    """Refuse revisions that do not follow on each other, or that undo what no memory has."""
    if [revision.version for revision in memory.past] != list(range(2, len(memory.past) + 2)):
        raise UsageError("the versions of a memory must be 2, 3, and so on")
    for revision in memory.past:
        check_object(revision.before, "before")
        alone = msgspec.structs.replace(memory, past=[msgspec.structs.replace(revision, version=2)])
        try:
            before = as_of(alone, 1)
        except (KeyError, msgspec.ValidationError) as exc:
            raise UsageError("what a change of a memory undid is not what a memory has") from exc
        _check_times([revision.at, *_times_of(before)])


def _times_of(memory: Memory) -> list[datetime | None]:
    own = [memory.created_at, memory.expires_at, memory.valid_from, memory.valid_to, memory.used_at]
    return [*own, *(mention.at for mention in memory.mentions)]


def _check_times(times: Iterable[datetime | None]) -> None:
    for time in times:
        if time is not None:
            check_time(time, "a time")
