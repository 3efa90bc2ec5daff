"""What a store of sessions promises."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from memlane.protocols.memories import MemoryRow
from memlane.types.ids import Partition, SessionKey


class NewMessage(msgspec.Struct, frozen=True):
    """A message to append: its id, its encoded body, and the memory to be kept with it, if any."""

    id: str
    body: bytes
    memory: MemoryRow | None = None


class Appended(msgspec.Struct, frozen=True):
    """Where a message stands. `body` is the stored body when the id was already there, else None."""

    position: int
    body: bytes | None = None


class StoredMessage(msgspec.Struct, frozen=True):
    """A message as it was appended. Positions start at 1 and only grow.

    `expires_at_ms` is its own time, set by expire(last=n); None when it lives as long as its session.
    """

    position: int
    body: bytes
    expires_at_ms: int | None = None


class SessionState(msgspec.Struct, frozen=True):
    """What one read of a session returns; of an unknown session, the defaults.

    Attributes:
        exists: Whether the session is known and has not expired.
        count: Live messages in the session, not only those returned.
        messages: The messages asked for, oldest first, none of them expired.
        fields: Named documents of the session (`instructions`, `summary`, …).
        ttl_ms: The session's own sliding time to live; None when it has none of its own, 0 for "never".
        expires_at_ms: When the session disappears; None for never.
        created_at_ms: When it began; tells it from an earlier session of the same name.
        updated_at_ms: When it was last written to.
        last_position: The newest position that was ever taken in it, whether or not that message lives; 0 for none.
        expiring: How many live messages have a time of their own.
        expiring_at_ms: When the first of these expires; None for none.
    """

    exists: bool = False
    count: int = 0
    messages: list[StoredMessage] = []
    fields: dict[str, bytes] = {}
    ttl_ms: int | None = None
    expires_at_ms: int | None = None
    created_at_ms: int = 0
    updated_at_ms: int = 0
    last_position: int = 0
    expiring: int = 0
    expiring_at_ms: int | None = None


class SessionRow(msgspec.Struct, frozen=True):
    """A session as it stands in the list of its partition."""

    session: str
    count: int
    created_at_ms: int
    updated_at_ms: int
    expires_at_ms: int | None = None


class SessionStore(Protocol):
    """Keeps the messages of sessions, in order, and hands memories on.

    Arguments arrive checked (ids valid, sizes within limits). Times are milliseconds since 1970 UTC and come from
    the caller: a message or session whose time is at or before `now_ms` does not exist, whether or not it has
    been removed yet. Every write renews the session's sliding time to live: the session's own (`expire`) or else
    `default_ttl_ms` (None: never expires).

    Promises (each is a test in `memlane.testing.sessions`):
        P1 read() returns exactly the bytes append() was given, in append order.
        P2 one append() lands as one block and at once, also under concurrency; a cancelled one wholly or not at all.
        P3 appending a message id again adds nothing and returns where it stands and what is stored.
        P4 ids are opaque: any valid id, never a pattern; distinct keys never meet.
        P5 the memories of an append are durable with its messages: in the memory store when it shares this
           backend (`shares_memories`), else in the outbox, until settle().
        P6 delete(), erase() and expiry leave nothing behind; expiry never removes what waits in the outbox.
        P7 what has expired is never returned nor counted; expire(last=n) takes only those n, and in their time, and
           read() says how many live messages have such a time, and when the first of them goes.
        P8 sessions() lists the live sessions of exactly that partition, newest activity first.
        P9 a store that cannot answer raises StoreUnavailableError within its time-out, with nothing half-written.
        P10 swap_field() writes only if the document still is what the caller saw, also under concurrency; it is no
           activity: it makes no session, renews no time to live and leaves `updated_at_ms` alone.
        P11 append() leaves its session due in the backend's `WorkLedger`, with or before the messages (promise W1).
    """

    shares_memories: bool
    """Whether memories given to append() land directly in the memory store on the same backend."""

    async def append(
        self, key: SessionKey, messages: Sequence[NewMessage], *, now_ms: int, default_ttl_ms: int | None
    ) -> list[Appended]:
        """Append a block of messages in one atomic round trip that reads nothing first."""
        ...

    async def read(
        self, key: SessionKey, *, now_ms: int, last: int | None = None, before: int | None = None
    ) -> SessionState:
        """Return fields, counters and messages in one round trip.

        Args:
            key: The session.
            now_ms: The time by which expiry is judged.
            last: Only the n newest live messages (0: none); None for all.
            before: Only messages whose position is smaller.
        """
        ...

    async def write_fields(
        self, key: SessionKey, fields: Mapping[str, bytes | None], *, now_ms: int, default_ttl_ms: int | None
    ) -> None:
        """Set (bytes) or remove (None) named documents; creates the session when it is new."""
        ...

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
        """Make a named document `new` (None: absent) if it is `old` and the session lives; return whether it was.

        With `created_at_ms`, only if it is still the session that began then, and no later one of the same name.
        """
        ...

    async def expire(self, key: SessionKey, ttl_ms: int | None, *, now_ms: int, last: int | None = None) -> int:
        """Set the session's own sliding time to live, or the time left to its last n messages.

        Args:
            key: The session; created when it is new and `last` is None.
            ttl_ms: At least 1; None for never (with `last`: those messages live as long as the session again).
            now_ms: The time from which it counts.
            last: None for the session; n for its n newest live messages, once, from now.

        Returns:
            How many live messages it applies to.
        """
        ...

    async def delete(self, key: SessionKey) -> int:
        """Remove the session and return how many messages it had. Waiting memories stay in the outbox."""
        ...

    async def sessions(self, partition: Partition, *, now_ms: int) -> list[SessionRow]:
        """Return the live sessions of a partition, newest activity first."""
        ...

    async def erase(self, partition: Partition) -> dict[str, int]:
        """Remove every trace of a partition, outbox included; return counts: sessions, messages, waiting."""
        ...

    async def pending(self, partition: Partition, *, limit: int) -> list[MemoryRow]:
        """Return the oldest memories that wait in the outbox of a partition."""
        ...

    async def settle(self, partition: Partition, ids: Sequence[str]) -> None:
        """Remove memories from the outbox once the memory store holds them."""
        ...

    async def unsettled(self, *, limit: int) -> list[Partition]:
        """Return partitions whose outbox may hold memories."""
        ...

    async def sweep(self, *, now_ms: int) -> int:
        """Remove what has expired and return how many messages went; safe at any time, never needed to be right."""
        ...

    async def ping(self) -> dict[str, str]:
        """Return facts about the backend (`server`, `version`, …) or raise StoreUnavailableError."""
        ...

    async def aclose(self) -> None:
        """Release what this store opened itself."""
        ...
