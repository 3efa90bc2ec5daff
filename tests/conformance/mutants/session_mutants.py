"""Session stores that each break one promise, named for what they do wrong; the suite must fail on every one.

Here: what is read, in which blocks, once, and under which ids (P1-P4); the rest in `session_lifetime_mutants`.
"""

import asyncio
import fnmatch
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import msgspec

from memlane.protocols.sessions import Appended, NewMessage, SessionRow, SessionState
from memlane.testing.fake_sessions import Entry, InMemorySessionStore
from memlane.types.ids import Partition, SessionKey


class LosesUnderConcurrency(InMemorySessionStore):
    """P2."""

    async def append(self, key: SessionKey, messages: Sequence[NewMessage], **times: Any) -> list[Appended]:
        entries = list(self._shelf.reach(key, times["now_ms"]).entries)
        await asyncio.sleep(0)
        self._shelf.reach(key, times["now_ms"]).entries = entries
        return await super().append(key, messages, **times)


class InterleavesBlocks(InMemorySessionStore):
    """P2."""

    async def append(self, key: SessionKey, messages: Sequence[NewMessage], **times: Any) -> list[Appended]:
        results: list[Appended] = []
        for message in messages:
            results += await super().append(key, [message], **times)
            await asyncio.sleep(0)
        return results


class ShowsHalfABlock(InMemorySessionStore):
    """P2: appenders wait for each other, readers do not."""

    _turns: ClassVar[dict[asyncio.AbstractEventLoop, asyncio.Lock]] = {}

    async def append(self, key: SessionKey, messages: Sequence[NewMessage], **times: Any) -> list[Appended]:
        async with self._turns.setdefault(asyncio.get_running_loop(), asyncio.Lock()):
            first = await super().append(key, messages[:2], **times)
            await asyncio.sleep(0)
            return first + await super().append(key, messages[2:], **times)


class LandsPartlyWhenCancelled(InMemorySessionStore):
    """P2: nobody sees half a block unless its appender is cancelled."""

    async def append(self, key: SessionKey, messages: Sequence[NewMessage], **times: Any) -> list[Appended]:
        try:
            await asyncio.sleep(0)
        except asyncio.CancelledError:
            await super().append(key, messages[:1], **times)
            raise
        return await super().append(key, messages, **times)


class ReordersABlock(InMemorySessionStore):
    """P1."""

    async def append(self, key: SessionKey, messages: Sequence[NewMessage], **times: Any) -> list[Appended]:
        return await super().append(key, sorted(messages, key=lambda message: message.id, reverse=True), **times)


class _Rewrites(InMemorySessionStore):
    def rewrite(self, message: NewMessage) -> NewMessage:
        return message

    async def append(self, key: SessionKey, messages: Sequence[NewMessage], **times: Any) -> list[Appended]:
        return await super().append(key, [self.rewrite(message) for message in messages], **times)


class StripsBodies(_Rewrites):
    """P1."""

    def rewrite(self, message: NewMessage) -> NewMessage:
        return msgspec.structs.replace(message, body=message.body.strip())


class StopsAtNul(_Rewrites):
    """P1."""

    def rewrite(self, message: NewMessage) -> NewMessage:
        return msgspec.structs.replace(message, body=message.body.partition(b"\0")[0])


class StripsMessageIds(_Rewrites):
    """P4."""

    def rewrite(self, message: NewMessage) -> NewMessage:
        return msgspec.structs.replace(message, id=message.id.strip() or message.id)


class ForgetsMemories(_Rewrites):
    """P5."""

    def rewrite(self, message: NewMessage) -> NewMessage:
        return msgspec.structs.replace(message, memory=None)


class SharesItsFields(InMemorySessionStore):
    """P1: what it returns is what it keeps."""

    async def read(self, key: SessionKey, **asked: Any) -> SessionState:
        state = await super().read(key, **asked)
        return msgspec.structs.replace(state, fields=self._shelf.sessions[key].fields) if state.exists else state


class ReadsTheOldest(InMemorySessionStore):
    """P1."""

    async def read(
        self, key: SessionKey, *, now_ms: int, last: int | None = None, before: int | None = None
    ) -> SessionState:
        state = await super().read(key, now_ms=now_ms, before=before)
        return msgspec.structs.replace(state, messages=state.messages[:last])


class CountsWhatItReturns(InMemorySessionStore):
    """P1."""

    async def read(self, key: SessionKey, **asked: Any) -> SessionState:
        state = await super().read(key, **asked)
        return msgspec.structs.replace(state, count=len(state.messages))


class IncludesTheMessageBefore(InMemorySessionStore):
    """P1."""

    async def read(self, key: SessionKey, *, before: int | None = None, **asked: Any) -> SessionState:
        return await super().read(key, before=None if before is None else before + 1, **asked)


class ReplacesAllFields(InMemorySessionStore):
    """P1."""

    async def write_fields(self, key: SessionKey, fields: Mapping[str, bytes | None], **times: Any) -> None:
        self._shelf.reach(key, times["now_ms"]).fields.clear()
        await super().write_fields(key, fields, **times)


class DuplicatesOnReAppend(InMemorySessionStore):
    """P3."""

    async def append(self, key: SessionKey, messages: Sequence[NewMessage], **times: Any) -> list[Appended]:
        for entry in self._shelf.reach(key, times["now_ms"]).entries:
            entry.id = ""
        return await super().append(key, messages, **times)


class OverwritesOnReAppend(InMemorySessionStore):
    """P3."""

    async def append(self, key: SessionKey, messages: Sequence[NewMessage], **times: Any) -> list[Appended]:
        results = await super().append(key, messages, **times)
        newest = {message.id: message.body for message in messages}
        for entry in self._shelf.sessions[key].entries:
            entry.body = newest.get(entry.id, entry.body)
        return results


class DoesNotSayWhatIsStored(InMemorySessionStore):
    """P3: it returns the body just given."""

    async def append(self, key: SessionKey, messages: Sequence[NewMessage], **times: Any) -> list[Appended]:
        results = await super().append(key, messages, **times)
        return [
            result if result.body is None else Appended(result.position, message.body)
            for message, result in zip(messages, results, strict=True)
        ]


class CountsPositionsByBlock(InMemorySessionStore):
    """P3: it says where a message stands in its block, not in the session."""

    async def append(self, key: SessionKey, messages: Sequence[NewMessage], **times: Any) -> list[Appended]:
        results = await super().append(key, messages, **times)
        return [Appended(number, result.body) for number, result in enumerate(results, 1)]


class SharesMessageIdsBetweenSessions(InMemorySessionStore):
    """P3."""

    async def append(self, key: SessionKey, messages: Sequence[NewMessage], **times: Any) -> list[Appended]:
        known = {
            entry.id: entry for other in self._shelf.of(key.partition) for entry in self._shelf.sessions[other].entries
        }
        fresh = [message for message in messages if message.id not in known]
        mine = dict(zip((message.id for message in fresh), await super().append(key, fresh, **times), strict=False))
        return [mine.get(message.id) or _told(known[message.id]) for message in messages]


def _told(entry: Entry) -> Appended:
    return Appended(entry.position, entry.body)


class _Rekeys(InMemorySessionStore):
    def rekey(self, key: SessionKey) -> SessionKey:
        return key

    async def append(self, key: SessionKey, messages: Sequence[NewMessage], **times: Any) -> list[Appended]:
        return await super().append(self.rekey(key), messages, **times)

    async def read(self, key: SessionKey, **asked: Any) -> SessionState:
        return await super().read(self.rekey(key), **asked)

    async def write_fields(self, key: SessionKey, fields: Mapping[str, bytes | None], **times: Any) -> None:
        await super().write_fields(self.rekey(key), fields, **times)

    async def expire(self, key: SessionKey, ttl_ms: int | None, **times: Any) -> int:
        return await super().expire(self.rekey(key), ttl_ms, **times)

    async def delete(self, key: SessionKey) -> int:
        return await super().delete(self.rekey(key))


class FoldsCase(_Rekeys):
    """P4."""

    def rekey(self, key: SessionKey) -> SessionKey:
        return SessionKey(key.partition, key.session.casefold())


class StripsIds(_Rekeys):
    """P4."""

    def rekey(self, key: SessionKey) -> SessionKey:
        return SessionKey(key.partition, key.session.strip() or key.session)


class NormalisesIds(_Rekeys):
    """P4."""

    def rekey(self, key: SessionKey) -> SessionKey:
        return SessionKey(key.partition, unicodedata.normalize("NFC", key.session))


class TruncatesIds(_Rekeys):
    """P4."""

    def rekey(self, key: SessionKey) -> SessionKey:
        return SessionKey(key.partition, key.session[:255])


class JoinsIdsWithColons(_Rekeys):
    """P4."""

    def rekey(self, key: SessionKey) -> SessionKey:
        return SessionKey(Partition("", f"{key.partition.tenant}:{key.partition.user}"), key.session)

    async def sessions(self, partition: Partition, *, now_ms: int) -> list[SessionRow]:
        return await super().sessions(self.rekey(SessionKey(partition, "")).partition, now_ms=now_ms)

    async def erase(self, partition: Partition) -> dict[str, int]:
        return await super().erase(self.rekey(SessionKey(partition, "")).partition)


class DeletesByPattern(InMemorySessionStore):
    """P4."""

    async def delete(self, key: SessionKey) -> int:
        for other in self._shelf.of(key.partition):
            if other != key and fnmatch.fnmatchcase(other.session, key.session):
                await super().delete(other)
        return await super().delete(key)


class ErasesByPrefix(InMemorySessionStore):
    """P4."""

    async def erase(self, partition: Partition) -> dict[str, int]:
        for key in list(self._shelf.sessions):
            if key.partition != partition and key.partition.slug.startswith(partition.slug):
                await super().erase(key.partition)
        return await super().erase(partition)


MUTANTS: tuple[type[InMemorySessionStore], ...] = tuple(
    value
    for name, value in dict(globals()).items()
    if isinstance(value, type) and value.__module__ == __name__ and not name.startswith("_")
)
