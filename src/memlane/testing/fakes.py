"""A backend made of plain dictionaries, a clock that tests move, and a re-ranker that they steer.

The stores on it are the reference that every adapter is compared with, and test doubles for applications. They are
written to be obviously right: each method does its whole work without awaiting, which makes it atomic. Nothing
here is fast, durable or shared between processes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import timedelta
from typing import cast

import msgspec

from memlane.testing.fake_memories import InMemoryMemoryStore, MemoryShelf
from memlane.testing.fake_records import InMemoryRecordStore, RecordShelf
from memlane.testing.fake_reranker import FakeReranker
from memlane.testing.fake_sessions import InMemorySessionStore, SessionShelf
from memlane.testing.fake_usage import InMemoryUsageStore, UsageShelf
from memlane.testing.fake_work import InMemoryWorkLedger

__all__ = [
    "FakeClock",
    "FakeReranker",
    "InMemoryBackend",
    "InMemoryMemoryStore",
    "InMemoryOutage",
    "InMemoryRecordStore",
    "InMemorySessionStore",
    "InMemoryUsageStore",
    "InMemoryWorkLedger",
]


class FakeClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now_ms: int = 1_750_000_000_000) -> None:
        """Start at `now_ms`."""
        self._now_ms = now_ms

    def now_ms(self) -> int:
        """Return milliseconds since 1970, UTC."""
        return self._now_ms

    def advance(self, by: timedelta) -> None:
        """Move the clock; backwards when `by` is negative, as clocks do."""
        self._now_ms += by // timedelta(milliseconds=1)


class InMemoryOutage:
    """Makes the stores of a backend raise StoreUnavailableError for a while; what they keep stays."""

    def __init__(self, *shelves: MemoryShelf | SessionShelf | RecordShelf | UsageShelf) -> None:
        self._shelves = shelves

    async def begin(self) -> None:
        """Take the backend down."""
        for shelf in self._shelves:
            shelf.down = True

    async def end(self) -> None:
        """Bring it back."""
        for shelf in self._shelves:
            shelf.down = False


class InMemoryBackend:
    """What several in-memory stores share; each `sessions()`, `memories()`, … is another connection to it.

    Args:
        shares_memories: Whether the session stores keep memories in the memory stores of this backend; else they
            wait in the outbox.
    """

    def __init__(self, *, shares_memories: bool = True) -> None:
        self.shares_memories = shares_memories
        self.memory_shelf = MemoryShelf()
        self.session_shelf = SessionShelf()
        self.record_shelf = RecordShelf()
        self.usage_shelf = UsageShelf()
        self.outage = InMemoryOutage(self.memory_shelf, self.session_shelf, self.record_shelf, self.usage_shelf)

    def sessions(self) -> InMemorySessionStore:
        """Return a session store on this backend."""
        return InMemorySessionStore(self.session_shelf, self.memory_shelf if self.shares_memories else None)

    def memories(self) -> InMemoryMemoryStore:
        """Return a memory store on this backend."""
        return InMemoryMemoryStore(self.memory_shelf)

    def work(self) -> InMemoryWorkLedger:
        """Return a work ledger on this backend."""
        return InMemoryWorkLedger(self.session_shelf)

    def records(self) -> InMemoryRecordStore:
        """Return a store of records on this backend."""
        return InMemoryRecordStore(self.record_shelf)

    def usage(self) -> InMemoryUsageStore:
        """Return a store of usage on this backend."""
        return InMemoryUsageStore(self.usage_shelf)

    async def dump(self) -> bytes:
        """Return every text and byte string held, the side door of the conformance suites."""
        return b"\n".join(_strings((self.memory_shelf, self.session_shelf, self.record_shelf, self.usage_shelf)))


def _strings(value: object) -> Iterator[bytes]:
    if isinstance(value, bytes):
        yield value
    elif isinstance(value, str):
        yield value.encode()
    else:
        for part in _parts(value):
            yield from _strings(part)


def _parts(value: object) -> Iterator[object]:
    if isinstance(value, Mapping):
        mapping = cast("Mapping[object, object]", value)
        yield from mapping.keys()
        yield from mapping.values()
    elif isinstance(value, list | tuple):
        yield from cast("Sequence[object]", value)
    elif isinstance(value, msgspec.Struct):
        yield from (getattr(value, name) for name in value.__struct_fields__)
    elif is_dataclass(value):
        yield from (getattr(value, item.name) for item in fields(value))
