"""The shipped suites on SQLite files."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from memlane.adapters._drivers.sqlite import SqliteDriver
from memlane.adapters.memories.sqlite import SqliteMemoryStore
from memlane.adapters.sessions.sqlite import SqliteSessionStore
from memlane.adapters.work.sqlite import SqliteWorkLedger
from memlane.testing.backends import MemoryBackend, SessionBackend, WorkBackend, Workplace
from memlane.testing.memories import MemoryStoreSuite
from memlane.testing.sessions import SessionStoreSuite
from memlane.testing.work import WorkLedgerSuite


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


class TestSqliteWork(WorkLedgerSuite):
    @pytest.fixture
    async def backend(self, sqlite_file: Any) -> AsyncIterator[WorkBackend]:
        async def connect() -> Workplace:
            driver = SqliteDriver.from_url(sqlite_file.url)
            store, work = SqliteSessionStore(driver, shares_memories=True), SqliteWorkLedger(driver)
            return Workplace(sessions=store, work=work, aclose=driver.aclose)

        async with WorkBackend(connect=connect, dump=sqlite_file.dump) as backend:
            yield backend
