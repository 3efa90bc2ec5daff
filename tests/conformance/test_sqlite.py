"""The shipped suites on SQLite files."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from memlane.adapters.memories.sqlite import SqliteMemoryStore
from memlane.adapters.sessions.sqlite import SqliteSessionStore
from memlane.testing.backends import MemoryBackend, SessionBackend
from memlane.testing.memories import MemoryStoreSuite
from memlane.testing.sessions import SessionStoreSuite


class TestSqliteSessions(SessionStoreSuite):
    @pytest.fixture(params=[True, False], ids=["shares-memories", "outbox"])
    async def backend(self, sqlite_file: Any, request: pytest.FixtureRequest) -> AsyncIterator[SessionBackend]:
        shares = bool(request.param)

        async def connect() -> SqliteSessionStore:
            return SqliteSessionStore.from_url(sqlite_file.url, shares_memories=shares)

        async def memories() -> SqliteMemoryStore:
            return SqliteMemoryStore.from_url(sqlite_file.url)

        other = memories if shares else None
        async with SessionBackend(connect=connect, connect_memories=other, dump=sqlite_file.dump) as backend:
            yield backend


class TestSqliteMemories(MemoryStoreSuite):
    @pytest.fixture
    async def backend(self, sqlite_file: Any) -> AsyncIterator[MemoryBackend]:
        async def connect() -> SqliteMemoryStore:
            return SqliteMemoryStore.from_url(sqlite_file.url)

        async with MemoryBackend(connect=connect, dump=sqlite_file.dump) as backend:
            yield backend
