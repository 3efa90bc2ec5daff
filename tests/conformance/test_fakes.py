"""The in-memory stores pass the suites they are the model of."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from memlane.errors import UnsupportedError
from memlane.protocols.memories import MemoryStore
from memlane.protocols.records import RecordStore
from memlane.protocols.sessions import SessionStore
from memlane.protocols.usage import UsageStore
from memlane.testing.backends import (
    MemoryBackend,
    RecordBackend,
    SessionBackend,
    UsageBackend,
    WorkBackend,
    Workplace,
)
from memlane.testing.fakes import FakeClock, InMemoryBackend
from memlane.testing.memories import MemoryStoreSuite
from memlane.testing.records import RecordStoreSuite
from memlane.testing.sessions import SessionStoreSuite
from memlane.testing.usage import UsageStoreSuite
from memlane.testing.work import WorkLedgerSuite


class TestInMemorySessions(SessionStoreSuite):
    @pytest.fixture(params=[True, False], ids=["shared", "apart"])
    async def backend(self, request: pytest.FixtureRequest) -> AsyncIterator[SessionBackend]:
        fake = InMemoryBackend(shares_memories=request.param)

        async def connect() -> SessionStore:
            return fake.sessions()

        async def connect_memories() -> MemoryStore:
            return fake.memories()

        shared = connect_memories if request.param else None
        async with SessionBackend(
            connect=connect, connect_memories=shared, dump=fake.dump, outage=fake.outage
        ) as backend:
            yield backend


class TestInMemoryMemories(MemoryStoreSuite):
    @pytest.fixture
    async def backend(self) -> AsyncIterator[MemoryBackend]:
        fake = InMemoryBackend()

        async def connect() -> MemoryStore:
            return fake.memories()

        async with MemoryBackend(connect=connect, dump=fake.dump, outage=fake.outage) as backend:
            yield backend


class TestInMemoryWork(WorkLedgerSuite):
    @pytest.fixture
    async def backend(self) -> AsyncIterator[WorkBackend]:
        fake = InMemoryBackend()

        async def connect() -> Workplace:
            sessions = fake.sessions()
            return Workplace(sessions=sessions, work=fake.work(), aclose=sessions.aclose)

        async with WorkBackend(connect=connect, dump=fake.dump, outage=fake.outage) as backend:
            yield backend


class TestInMemoryRecords(RecordStoreSuite):
    @pytest.fixture
    async def backend(self) -> AsyncIterator[RecordBackend]:
        fake = InMemoryBackend()

        async def connect() -> RecordStore:
            return fake.records()

        async with RecordBackend(connect=connect, dump=fake.dump, outage=fake.outage) as backend:
            yield backend


class TestInMemoryUsage(UsageStoreSuite):
    @pytest.fixture
    async def backend(self) -> AsyncIterator[UsageBackend]:
        fake = InMemoryBackend()

        async def connect() -> UsageStore:
            return fake.usage()

        async with UsageBackend(connect=connect, dump=fake.dump, outage=fake.outage) as backend:
            yield backend


def test_the_fake_clock_stands_still_until_it_is_moved() -> None:
    clock = FakeClock(1_000)
    assert [clock.now_ms(), clock.now_ms()] == [1_000, 1_000]
    clock.advance(timedelta(seconds=2))
    clock.advance(timedelta(milliseconds=-1))
    assert clock.now_ms() == 2_999


async def test_a_backend_that_cannot_be_taken_down_refuses() -> None:
    fake = InMemoryBackend()

    async def connect() -> MemoryStore:
        return fake.memories()

    backend = MemoryBackend(connect=connect, dump=fake.dump)
    for refused in (backend.break_, backend.restore):
        with pytest.raises(UnsupportedError):
            await refused()
