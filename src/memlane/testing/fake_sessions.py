"""A session store of plain dictionaries: the reference for `SessionStore`. Made by `InMemoryBackend.sessions()`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from memlane.errors import StoreUnavailableError
from memlane.protocols.memories import MemoryRow
from memlane.protocols.sessions import Appended, NewMessage, SessionRow, SessionState, StoredMessage
from memlane.testing.fake_marks import WorkShelf
from memlane.testing.fake_memories import MemoryShelf
from memlane.types.ids import Partition, SessionKey


@dataclass
class Entry:
    """A message as it is kept."""

    position: int
    id: str
    body: bytes
    expires_at_ms: int | None = None


@dataclass
class Session:
    """What is kept of one session. `ttl_ms` is its own: None for none, 0 for never."""

    created_at_ms: int
    updated_at_ms: int
    last_position: int = 0
    entries: list[Entry] = field(default_factory=list[Entry])
    fields: dict[str, bytes] = field(default_factory=dict[str, bytes])
    ttl_ms: int | None = None
    expires_at_ms: int | None = None

    def renew(self, now_ms: int, default_ttl_ms: int | None) -> None:
        """Let the sliding time to live start anew."""
        ttl_ms = default_ttl_ms if self.ttl_ms is None else self.ttl_ms
        self.expires_at_ms = now_ms + ttl_ms if ttl_ms else None
        self.updated_at_ms = now_ms

    def live(self, now_ms: int) -> list[Entry]:
        """Return the messages that exist, oldest first."""
        return [entry for entry in self.entries if _lives(entry.expires_at_ms, now_ms)]

    def drop_expired(self, now_ms: int) -> int:
        """Remove messages past their time and return how many."""
        before = len(self.entries)
        self.entries = self.live(now_ms)
        return before - len(self.entries)

    def add(self, message: NewMessage) -> Appended:
        """Append a message, or say where it stands already."""
        for entry in self.entries:
            if entry.id == message.id:
                return Appended(entry.position, entry.body)
        self.last_position += 1
        self.entries.append(Entry(self.last_position, message.id, message.body))
        return Appended(self.last_position)


@dataclass
class SessionShelf:
    """The sessions, outboxes and marks of due sessions of one backend, and whether it pretends to be down."""

    down: bool = False
    sessions: dict[SessionKey, Session] = field(default_factory=dict[SessionKey, Session])
    outbox: dict[Partition, dict[str, MemoryRow]] = field(default_factory=dict[Partition, dict[str, MemoryRow]])
    work: WorkShelf = field(default_factory=WorkShelf)

    def live(self, key: SessionKey, now_ms: int) -> Session | None:
        """Return a session that exists at `now_ms`."""
        session = self.sessions.get(key)
        return session if session is not None and _lives(session.expires_at_ms, now_ms) else None

    def reach(self, key: SessionKey, now_ms: int) -> Session:
        """Return a session to write to, beginning it when it does not exist."""
        session = self.live(key, now_ms)
        if session is None:
            self.remove(key)
            session = self.sessions[key] = Session(now_ms, now_ms)
        session.drop_expired(now_ms)
        return session

    def remove(self, key: SessionKey) -> int:
        """Remove a session with its mark and return how many messages it had."""
        self.work.forget(key)
        session = self.sessions.pop(key, None)
        return 0 if session is None else len(session.entries)

    def of(self, partition: Partition) -> list[SessionKey]:
        """Return the keys of a partition, those of expired sessions too."""
        return [key for key in self.sessions if key.partition == partition]


class InMemorySessionStore:
    """Keeps sessions in dictionaries; see `InMemoryBackend`."""

    def __init__(self, shelf: SessionShelf, memories: MemoryShelf | None) -> None:
        self._kept = shelf
        self._memories = memories
        self.shares_memories = memories is not None

    @property
    def _shelf(self) -> SessionShelf:
        if self._kept.down:
            raise StoreUnavailableError("the in-memory backend was taken down")
        return self._kept

    async def append(
        self, key: SessionKey, messages: Sequence[NewMessage], *, now_ms: int, default_ttl_ms: int | None
    ) -> list[Appended]:
        """Append a block of messages."""
        session = self._shelf.reach(key, now_ms)
        results = [session.add(message) for message in messages]
        for message, result in zip(messages, results, strict=True):
            if message.memory is not None and result.body is None:
                self._hand_on(key.partition, message.memory, now_ms)
        session.renew(now_ms, default_ttl_ms)
        if any(result.body is None for result in results):
            self._shelf.work.mark(key, now_ms)
        return results

    async def read(
        self, key: SessionKey, *, now_ms: int, last: int | None = None, before: int | None = None
    ) -> SessionState:
        """Return fields, counters and messages."""
        session = self._shelf.live(key, now_ms)
        if session is None:
            return SessionState()
        live = session.live(now_ms)
        asked = [entry for entry in live if before is None or entry.position < before]
        newest = asked if last is None else asked[max(0, len(asked) - last) :]
        own_times = [entry.expires_at_ms for entry in live if entry.expires_at_ms is not None]
        return SessionState(
            exists=True,
            count=len(live),
            messages=[StoredMessage(entry.position, entry.body, entry.expires_at_ms) for entry in newest],
            fields=dict(session.fields),
            ttl_ms=session.ttl_ms,
            expires_at_ms=session.expires_at_ms,
            created_at_ms=session.created_at_ms,
            updated_at_ms=session.updated_at_ms,
            last_position=session.last_position,
            expiring=len(own_times),
            expiring_at_ms=min(own_times, default=None),
        )

    async def write_fields(
        self, key: SessionKey, fields: Mapping[str, bytes | None], *, now_ms: int, default_ttl_ms: int | None
    ) -> None:
        """Set or remove named documents."""
        session = self._shelf.reach(key, now_ms)
        merged = {**session.fields, **fields}
        session.fields = {name: body for name, body in merged.items() if body is not None}
        session.renew(now_ms, default_ttl_ms)

    async def swap_field(
        self,
        key: SessionKey,
        name: str,
        old: bytes | None,
        new: bytes | None,
        *,
        now_ms: int,
        created_at_ms: int | None = None,
    ) -> bool:
        """Make a named document `new` if it is `old` and the session lives."""
        session = self._shelf.live(key, now_ms)
        if session is None or session.fields.get(name) != old:
            return False
        if created_at_ms is not None and session.created_at_ms != created_at_ms:
            return False
        session.fields.pop(name, None)
        if new is not None:
            session.fields[name] = new
        return True

    async def expire(self, key: SessionKey, ttl_ms: int | None, *, now_ms: int, last: int | None = None) -> int:
        """Set the session's own time to live, or the time left to its last n messages."""
        if last is not None:
            return self._expire_last(key, ttl_ms, now_ms, last)
        session = self._shelf.reach(key, now_ms)
        session.ttl_ms = ttl_ms or 0
        session.renew(now_ms, None)
        return len(session.entries)

    async def delete(self, key: SessionKey) -> int:
        """Remove the session and return how many messages it had."""
        return self._shelf.remove(key)

    async def sessions(self, partition: Partition, *, now_ms: int) -> list[SessionRow]:
        """Return the live sessions of a partition, newest activity first."""
        live = [(key, session) for key in self._shelf.of(partition) if (session := self._shelf.live(key, now_ms))]
        rows = [_row(key, session, now_ms) for key, session in live]
        return sorted(rows, key=lambda row: row.updated_at_ms, reverse=True)

    async def erase(self, partition: Partition) -> dict[str, int]:
        """Remove every trace of a partition and count it."""
        gone = [self._shelf.remove(key) for key in self._shelf.of(partition)]
        waiting = self._shelf.outbox.pop(partition, {})
        self._shelf.work.parts.pop(partition, None)
        return {"sessions": len(gone), "messages": sum(gone), "waiting": len(waiting)}

    async def pending(self, partition: Partition, *, limit: int) -> list[MemoryRow]:
        """Return the oldest memories that wait in the outbox."""
        return list(self._shelf.outbox.get(partition, {}).values())[:limit]

    async def settle(self, partition: Partition, ids: Sequence[str]) -> None:
        """Remove memories from the outbox."""
        waiting = self._shelf.outbox.get(partition, {})
        for id_ in ids:
            waiting.pop(id_, None)
        if not waiting:
            self._shelf.outbox.pop(partition, None)

    async def unsettled(self, *, limit: int) -> list[Partition]:
        """Return partitions whose outbox holds memories."""
        return list(self._shelf.outbox)[:limit]

    async def sweep(self, *, now_ms: int) -> int:
        """Remove what has expired and return how many messages went."""
        expired = [key for key in self._shelf.sessions if self._shelf.live(key, now_ms) is None]
        gone = sum(self._shelf.remove(key) for key in expired)
        return gone + sum(session.drop_expired(now_ms) for session in self._shelf.sessions.values())

    async def ping(self) -> dict[str, str]:
        """Say what this is and what it keeps."""
        return {"server": "memory", "sessions": str(len(self._shelf.sessions))}

    async def aclose(self) -> None:
        """Do nothing: the backend keeps what it holds."""

    def _hand_on(self, partition: Partition, memory: MemoryRow, now_ms: int) -> None:
        if self._memories is not None:
            self._memories.part(partition).put(memory, now_ms=now_ms, overwrite=False)
        else:
            self._shelf.outbox.setdefault(partition, {}).setdefault(memory.id, memory)

    def _expire_last(self, key: SessionKey, ttl_ms: int | None, now_ms: int, last: int) -> int:
        session = self._shelf.live(key, now_ms)
        if session is None:
            return 0
        live = session.live(now_ms)
        chosen = live[max(0, len(live) - last) :]
        for entry in chosen:
            entry.expires_at_ms = None if ttl_ms is None else now_ms + ttl_ms
        return len(chosen)


def _row(key: SessionKey, session: Session, now_ms: int) -> SessionRow:
    return SessionRow(
        key.session, len(session.live(now_ms)), session.created_at_ms, session.updated_at_ms, session.expires_at_ms
    )


def _lives(expires_at_ms: int | None, now_ms: int) -> bool:
    return expires_at_ms is None or expires_at_ms > now_ms
