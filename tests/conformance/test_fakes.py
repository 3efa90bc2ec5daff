"""The in-memory stores pass the suites they are the model of."""

from collections.abc import AsyncIterator

import pytest

from memlane.protocols.memories import MemoryStore
from memlane.protocols.sessions import SessionStore
from memlane.testing.backends import MemoryBackend, SessionBackend
from memlane.testing.fakes import InMemoryBackend
from memlane.testing.memories import MemoryStoreSuite
from memlane.testing.sessions import SessionStoreSuite


class TestInMemorySessions(SessionStoreSuite):
    @pytest.fixture(params=[True, False], ids=["shared", "apart"])
    async def backend(self, request: pytest.FixtureRequest) -> AsyncIterator[SessionBackend]:
        fake = InMemoryBackend(shares_memories=request.param)

        async def connect() -> SessionStore:
            return fake.sessions()

        async def connect_memories() -> MemoryStore:
            return fake.memories()

        shared = connect_memories if request.param else None
        async with SessionBackend(connect=connect, connect_memories=shared, dump=fake.dump) as backend:
            yield backend


class TestInMemoryMemories(MemoryStoreSuite):
    @pytest.fixture
    async def backend(self) -> AsyncIterator[MemoryBackend]:
        fake = InMemoryBackend()

        async def connect() -> MemoryStore:
            return fake.memories()

        async with MemoryBackend(connect=connect, dump=fake.dump) as backend:
            yield backend
