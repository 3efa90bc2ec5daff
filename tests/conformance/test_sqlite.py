"""The shipped suites on SQLite files."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from memlane.adapters._drivers.sqlite import SqliteDriver
from memlane.adapters.memories.sqlite import SqliteMemoryStore
from memlane.adapters.records.sqlite import SqliteRecordStore
from memlane.adapters.sessions.sqlite import SqliteSessionStore
from memlane.adapters.usage.sqlite import SqliteUsageStore
from memlane.adapters.work.sqlite import SqliteWorkLedger
from memlane.testing.backends import (
    MemoryBackend,
    RecordBackend,
    SessionBackend,
    UsageBackend,
    WorkBackend,
    Workplace,
)
from memlane.testing.memories import MemoryStoreSuite
from memlane.testing.records import RecordStoreSuite
from memlane.testing.sessions import SessionStoreSuite
from memlane.testing.usage import UsageStoreSuite
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


class TestSqliteRecords(RecordStoreSuite):
    @pytest.fixture
    async def backend(self, sqlite_file: Any) -> AsyncIterator[RecordBackend]:
        async def connect() -> SqliteRecordStore:
            return SqliteRecordStore.from_url(sqlite_file.url)

        async with RecordBackend(connect=connect, dump=sqlite_file.dump) as backend:
            yield backend


class TestSqliteUsage(UsageStoreSuite):
    @pytest.fixture
    async def backend(self, sqlite_file: Any) -> AsyncIterator[UsageBackend]:
        async def connect() -> SqliteUsageStore:
            return SqliteUsageStore.from_url(sqlite_file.url)

        async with UsageBackend(connect=connect, dump=sqlite_file.dump) as backend:
            yield backend
