"""What a suite needs to know of the backend it checks a store on: how to open stores, and the side door.

An adapter's test file builds one of these in its `backend` fixture, on a backend that is empty. This module knows
no driver and must not look at a backend except through what it was given.

    class TestSqliteSessions(SessionStoreSuite):
        @pytest.fixture
        async def backend(self, tmp_path):
            async def connect():
                return SqliteSessionStore.from_url(f"sqlite:///{tmp_path / 'm.db'}", shares_memories=False)

            async with SessionBackend(connect=connect, dump=side_door(tmp_path)) as backend:
                yield backend
"""

import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol, Self

from memlane.errors import UnsupportedError
from memlane.protocols.memories import MemoryStore
from memlane.protocols.records import RecordStore
from memlane.protocols.sessions import SessionStore
from memlane.protocols.usage import UsageStore
from memlane.protocols.work import WorkLedger


class Outage(Protocol):
    """Takes a backend down and brings it back with its data."""

    async def begin(self) -> None:
        """Make the backend stop answering."""
        ...

    async def end(self) -> None:
        """Make it answer again."""
        ...


@dataclass(kw_only=True)
class Backend:
    """What both kinds of backend share.

    Attributes:
        dump: The side door: every byte the backend holds, keys and values, read with the bare driver or from the
            files (write-ahead log included), while stores are open.
        native_expiry: Whether the backend removes what has expired by its own clock, without sweep().
        outage: How to take the backend down; None when it cannot be.
        answers_within_s: The time-out of the stores that `connect` opens: an outage shows within it.
    """

    dump: Callable[[], Awaitable[bytes]]
    native_expiry: bool = False
    outage: Outage | None = None
    answers_within_s: float = 30.0
    _closers: contextlib.AsyncExitStack = field(default_factory=contextlib.AsyncExitStack, init=False)

    async def break_(self) -> None:
        """Take the backend down.

        Raises:
            UnsupportedError: this backend cannot be taken down.
        """
        if self.outage is None:
            raise UnsupportedError("this backend cannot be taken down")
        await self.outage.begin()

    async def restore(self) -> None:
        """Bring the backend back; errors as `break_`."""
        if self.outage is None:
            raise UnsupportedError("this backend cannot be taken down")
        await self.outage.end()

    async def __aenter__(self) -> Self:
        await self._closers.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._closers.__aexit__(kind, error, trace)


@dataclass(kw_only=True)
class SessionBackend(Backend):
    """A fresh, empty backend of a session store.

    Attributes:
        connect: Makes another session store with a connection of its own to this backend, in the running event
            loop; whoever calls it closes the store.
        connect_memories: The same for the memory store on this backend, when `shares_memories`; else None.
    """

    connect: Callable[[], Awaitable[SessionStore]]
    connect_memories: Callable[[], Awaitable[MemoryStore]] | None = None
    _memories: MemoryStore | None = field(default=None, init=False)

    async def open(self) -> SessionStore:
        """Return another session store; closed with this backend."""
        store = await self.connect()
        self._closers.push_async_callback(store.aclose)
        return store

    async def memories(self) -> MemoryStore:
        """Return a memory store on this backend, always the same; closed with it.

        Raises:
            UnsupportedError: the session stores of this backend share it with no memory store.
        """
        if self.connect_memories is None:
            raise UnsupportedError("this backend is shared with no memory store")
        if self._memories is None:
            self._memories = await self.connect_memories()
            self._closers.push_async_callback(self._memories.aclose)
        return self._memories


@dataclass(kw_only=True)
class MemoryBackend(Backend):
    """A fresh, empty backend of a memory store.

    Attributes:
        connect: Makes another memory store with a connection of its own to this backend, in the running event
            loop; whoever calls it closes the store.
    """

    connect: Callable[[], Awaitable[MemoryStore]]

    async def open(self) -> MemoryStore:
        """Return another memory store; closed with this backend."""
        store = await self.connect()
        self._closers.push_async_callback(store.aclose)
        return store


@dataclass(frozen=True, kw_only=True)
class Workplace:
    """A session store and the work ledger on the same backend. `aclose` closes both."""

    sessions: SessionStore
    work: WorkLedger
    aclose: Callable[[], Awaitable[None]]


@dataclass(kw_only=True)
class WorkBackend(Backend):
    """A fresh, empty backend of a session store and its work ledger.

    Attributes:
        connect: Makes another pair of them with connections of their own to this backend, in the running event loop;
            whoever calls it closes them.
    """

    connect: Callable[[], Awaitable[Workplace]]

    async def open(self) -> Workplace:
        """Return another pair; closed with this backend."""
        place = await self.connect()
        self._closers.push_async_callback(place.aclose)
        return place


@dataclass(kw_only=True)
class RecordBackend(Backend):
    """A fresh, empty backend of a store of small records.

    Attributes:
        connect: Makes another store with a connection of its own to this backend, in the running event loop; whoever
            calls it closes the store.
    """

    connect: Callable[[], Awaitable[RecordStore]]

    async def open(self) -> RecordStore:
        """Return another store; closed with this backend."""
        store = await self.connect()
        self._closers.push_async_callback(store.aclose)
        return store


@dataclass(kw_only=True)
class UsageBackend(Backend):
    """A fresh, empty backend of a store of usage.

    Attributes:
        connect: Makes another store with a connection of its own to this backend, in the running event loop; whoever
            calls it closes the store.
    """

    connect: Callable[[], Awaitable[UsageStore]]

    async def open(self) -> UsageStore:
        """Return another store; closed with this backend."""
        store = await self.connect()
        self._closers.push_async_callback(store.aclose)
        return store
