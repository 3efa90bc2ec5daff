"""Session stores that each break one promise, named for what they do wrong; the suite must fail on every one."""

import asyncio
import fnmatch
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import msgspec

from memlane.errors import StoreUnavailableError
from memlane.protocols.memories import MemoryRow
from memlane.protocols.sessions import Appended, NewMessage, SessionRow, SessionState
from memlane.testing.fake_memories import MemoryShelf
from memlane.testing.fake_sessions import Entry, InMemorySessionStore, SessionShelf
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


class DeclaresTheWrongPlace(InMemorySessionStore):
    """P5."""

    def __init__(self, shelf: SessionShelf, memories: MemoryShelf | None) -> None:
        super().__init__(shelf, memories)
        self.shares_memories = memories is None


class HandsOnAgain(InMemorySessionStore):
    """P5."""

    async def append(self, key: SessionKey, messages: Sequence[NewMessage], **times: Any) -> list[Appended]:
        for message in messages:
            if message.memory is not None:
                self._hand_on(key.partition, message.memory, times["now_ms"])
        return await super().append(key, messages, **times)


class ForgetsMemoriesOfMixedBlocks(InMemorySessionStore):
    """P5: it hands on nothing when anything in the block was known."""

    async def append(self, key: SessionKey, messages: Sequence[NewMessage], **times: Any) -> list[Appended]:
        live = self._shelf.reach(key, times["now_ms"]).entries
        if {entry.id for entry in live} & {message.id for message in messages}:
            messages = [msgspec.structs.replace(message, memory=None) for message in messages]
        return await super().append(key, messages, **times)


class HandsOnAfterwards(InMemorySessionStore):
    """P5: messages first, memories in a second step that a cancellation prevents."""

    async def append(self, key: SessionKey, messages: Sequence[NewMessage], **times: Any) -> list[Appended]:
        bare = [msgspec.structs.replace(message, memory=None) for message in messages]
        results = await super().append(key, bare, **times)
        await asyncio.sleep(0)
        for message, result in zip(messages, results, strict=True):
            if message.memory is not None and result.body is None:
                self._hand_on(key.partition, message.memory, times["now_ms"])
        return results


class LosesTheOutboxOnDelete(InMemorySessionStore):
    """P5."""

    async def delete(self, key: SessionKey) -> int:
        self._shelf.outbox.pop(key.partition, None)
        return await super().delete(key)


class LosesTheOutboxOnExpiry(InMemorySessionStore):
    """P5."""

    async def sweep(self, *, now_ms: int) -> int:
        for key in self._shelf.sessions:
            if self._shelf.live(key, now_ms) is None:
                self._shelf.outbox.pop(key.partition, None)
        return await super().sweep(now_ms=now_ms)


class SettlesEverything(InMemorySessionStore):
    """P5."""

    async def settle(self, partition: Partition, ids: Sequence[str]) -> None:
        self._shelf.outbox.pop(partition, None)


class ReadsTheOutboxBackwards(InMemorySessionStore):
    """P5."""

    async def pending(self, partition: Partition, *, limit: int) -> list[MemoryRow]:
        return (await super().pending(partition, limit=10_000))[::-1][:limit]


class NamesNoPartition(InMemorySessionStore):
    """P5."""

    async def unsettled(self, *, limit: int) -> list[Partition]:
        return []


class LeavesBytesBehindOnDelete(InMemorySessionStore):
    """P6."""

    async def delete(self, key: SessionKey) -> int:
        if key in self._shelf.sessions:
            self._shelf.sessions[SessionKey(Partition("bin", "bin"), key.session)] = self._shelf.sessions[key]
        return await super().delete(key)


class LeavesTheOutboxOnErase(InMemorySessionStore):
    """P6."""

    async def erase(self, partition: Partition) -> dict[str, int]:
        waiting = self._shelf.outbox.get(partition, {})
        counts = await super().erase(partition)
        self._shelf.outbox[partition] = waiting
        return counts


class NeverSweeps(InMemorySessionStore):
    """P6."""

    async def sweep(self, *, now_ms: int) -> int:
        return 0


class SweepsSessionsWithExpiredMessages(InMemorySessionStore):
    """P6."""

    async def sweep(self, *, now_ms: int) -> int:
        for key, session in list(self._shelf.sessions.items()):
            if len(session.live(now_ms)) < len(session.entries):
                await self.delete(key)
        return await super().sweep(now_ms=now_ms)


class ReturnsExpiredMessages(InMemorySessionStore):
    """P7."""

    async def read(self, key: SessionKey, *, now_ms: int, **asked: Any) -> SessionState:
        session = self._shelf.live(key, now_ms)
        return await super().read(key, now_ms=now_ms if session is None else session.updated_at_ms, **asked)


class CountsExpiredMessages(InMemorySessionStore):
    """P7."""

    async def read(self, key: SessionKey, **asked: Any) -> SessionState:
        state = await super().read(key, **asked)
        return msgspec.structs.replace(state, count=len(self._shelf.sessions[key].entries)) if state.exists else state


class LivesAMillisecondTooLong(InMemorySessionStore):
    """P7."""

    async def read(self, key: SessionKey, *, now_ms: int, **asked: Any) -> SessionState:
        return await super().read(key, now_ms=now_ms - 1, **asked)


class ForgetsToRenew(InMemorySessionStore):
    """P7."""

    async def append(self, key: SessionKey, messages: Sequence[NewMessage], **times: Any) -> list[Appended]:
        before = self._shelf.live(key, times["now_ms"])
        ends = before and before.expires_at_ms
        results = await super().append(key, messages, **times)
        if ends is not None:
            self._shelf.sessions[key].expires_at_ms = ends
        return results


class RenewsOnRead(InMemorySessionStore):
    """P7."""

    async def read(self, key: SessionKey, **asked: Any) -> SessionState:
        state = await super().read(key, **asked)
        if state.expires_at_ms is not None:
            self._shelf.sessions[key].expires_at_ms = asked["now_ms"] + state.expires_at_ms - state.updated_at_ms
        return state


class LetsTheDefaultWin(InMemorySessionStore):
    """P7."""

    async def append(self, key: SessionKey, messages: Sequence[NewMessage], **times: Any) -> list[Appended]:
        results = await super().append(key, messages, **times)
        session = self._shelf.sessions[key]
        if times["default_ttl_ms"] is not None:
            session.expires_at_ms = times["now_ms"] + times["default_ttl_ms"]
        return results


class KeepsFieldsOfTheExpired(InMemorySessionStore):
    """P7."""

    async def append(self, key: SessionKey, messages: Sequence[NewMessage], **times: Any) -> list[Appended]:
        old = self._shelf.sessions.get(key)
        results = await super().append(key, messages, **times)
        self._shelf.sessions[key].fields |= old.fields if old else {}
        return results


class ExpiresWhatIsSaidLater(InMemorySessionStore):
    """P7."""

    async def append(self, key: SessionKey, messages: Sequence[NewMessage], **times: Any) -> list[Appended]:
        before = self._shelf.reach(key, times["now_ms"]).entries
        ends = before[-1].expires_at_ms if before else None
        count = len(before)
        results = await super().append(key, messages, **times)
        for entry in self._shelf.sessions[key].entries[count:]:
            entry.expires_at_ms = ends
        return results


class NeverLengthensALife(InMemorySessionStore):
    """P7: a second expire(last=n) cannot replace the first."""

    def _expire_last(self, key: SessionKey, ttl_ms: int | None, now_ms: int, last: int) -> int:
        before = {entry.id: entry.expires_at_ms for entry in self._shelf.reach(key, now_ms).entries}
        count = super()._expire_last(key, ttl_ms, now_ms, last)
        for entry in self._shelf.sessions[key].entries:
            entry.expires_at_ms = before[entry.id] or entry.expires_at_ms
        return count


class BeginsSessionsByExpiringMessages(InMemorySessionStore):
    """P7."""

    def _expire_last(self, key: SessionKey, ttl_ms: int | None, now_ms: int, last: int) -> int:
        self._shelf.reach(key, now_ms)
        return super()._expire_last(key, ttl_ms, now_ms, last)


class ListsTheOldestFirst(InMemorySessionStore):
    """P8."""

    async def sessions(self, partition: Partition, *, now_ms: int) -> list[SessionRow]:
        return (await super().sessions(partition, now_ms=now_ms))[::-1]


class ListsTheExpired(InMemorySessionStore):
    """P7."""

    async def sessions(self, partition: Partition, *, now_ms: int) -> list[SessionRow]:
        return await super().sessions(partition, now_ms=0)


class ListsTheWholeTenant(InMemorySessionStore):
    """P8."""

    async def sessions(self, partition: Partition, *, now_ms: int) -> list[SessionRow]:
        tenants = {key.partition for key in self._shelf.sessions if key.partition.tenant == partition.tenant}
        listed = [row for one in sorted(tenants) for row in await super().sessions(one, now_ms=now_ms)]
        return sorted(listed, key=lambda row: row.updated_at_ms, reverse=True)


class ListsAHundred(InMemorySessionStore):
    """P8."""

    async def sessions(self, partition: Partition, *, now_ms: int) -> list[SessionRow]:
        return (await super().sessions(partition, now_ms=now_ms))[:100]


class BreaksWithAForeignError(InMemorySessionStore):
    """P9."""

    async def read(self, key: SessionKey, **asked: Any) -> SessionState:
        try:
            return await super().read(key, **asked)
        except StoreUnavailableError as exc:
            raise TimeoutError from exc


class WritesHalfBeforeItFails(InMemorySessionStore):
    """P9."""

    async def append(self, key: SessionKey, messages: Sequence[NewMessage], **times: Any) -> list[Appended]:
        down, self._kept.down = self._kept.down, False
        first = await super().append(key, messages[:1], **times)
        self._kept.down = down
        return first + await super().append(key, messages[1:], **times)


class ForgetsInAnOutage(InMemorySessionStore):
    """P9."""

    async def ping(self) -> dict[str, str]:
        if self._kept.down:
            self._kept.sessions.clear()
        return await super().ping()


class AnswersPingsWithoutAsking(InMemorySessionStore):
    """P9."""

    async def ping(self) -> dict[str, str]:
        return {"server": "memory"}


MUTANTS: tuple[type[InMemorySessionStore], ...] = tuple(
    value
    for name, value in dict(globals()).items()
    if isinstance(value, type) and value.__module__ == __name__ and not name.startswith("_")
)
