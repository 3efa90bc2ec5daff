"""Session stores that each break one promise, named for what they do wrong; the suite must fail on every one.

Here: where memories go, what is removed, what expires, what is listed, what an outage does (P5-P9).
"""

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec

from memlane.errors import StoreUnavailableError
from memlane.protocols.memories import MemoryRow
from memlane.protocols.sessions import Appended, NewMessage, SessionRow, SessionState
from memlane.testing.fake_memories import MemoryShelf
from memlane.testing.fake_sessions import InMemorySessionStore, SessionShelf
from memlane.types.ids import Partition, SessionKey


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


class CountsTheirTimesAmongThoseRead(InMemorySessionStore):
    """P7: it says of the messages returned, not of all, how many have a time of their own."""

    async def read(self, key: SessionKey, **asked: Any) -> SessionState:
        state = await super().read(key, **asked)
        own = [stored.expires_at_ms for stored in state.messages if stored.expires_at_ms is not None]
        return msgspec.structs.replace(state, expiring=len(own), expiring_at_ms=min(own, default=None))


class TellsWhenTheLastOfThemGoes(InMemorySessionStore):
    """P7."""

    async def read(self, key: SessionKey, **asked: Any) -> SessionState:
        state = await super().read(key, **asked)
        whole = await super().read(key, now_ms=asked["now_ms"])
        own = [stored.expires_at_ms for stored in whole.messages if stored.expires_at_ms is not None]
        return msgspec.structs.replace(state, expiring_at_ms=max(own, default=None))


MUTANTS: tuple[type[InMemorySessionStore], ...] = tuple(
    value
    for name, value in dict(globals()).items()
    if isinstance(value, type) and value.__module__ == __name__ and not name.startswith("_")
)
