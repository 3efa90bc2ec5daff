"""The shipped suites on SQLite files."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from memlane.adapters.memories.sqlite import SqliteMemoryStore
from memlane.adapters.sessions.sqlite import SqliteSessionStore
from memlane.testing.backends import MemoryBackend, SessionBackend
from memlane.testing.memories import MemoryStoreSuite
from memlane.testing.sessions import SessionStoreSuite


class SqliteFile:
    def __init__(self, path: Path) -> None:
        self.path = path

    async def memories(self) -> SqliteMemoryStore:
        return SqliteMemoryStore.from_url(f"sqlite:///{self.path}")

    async def dump(self) -> bytes:
        # Another process reads: closing the file in this one would drop the locks that SQLite holds.
        cat = await asyncio.create_subprocess_exec("cat", self.path, f"{self.path}-wal", stdout=asyncio.subprocess.PIPE)
        return (await cat.communicate())[0]


class TestSqliteSessions(SessionStoreSuite):
    @pytest.fixture(params=[True, False], ids=["shares-memories", "outbox"])
    async def backend(self, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[SessionBackend]:
        file, shares = SqliteFile(tmp_path / "m.db"), bool(request.param)

        async def connect() -> SqliteSessionStore:
            return SqliteSessionStore.from_url(f"sqlite:///{file.path}", shares_memories=shares)

        memories = file.memories if shares else None
        async with SessionBackend(connect=connect, connect_memories=memories, dump=file.dump) as backend:
            yield backend


class TestSqliteMemories(MemoryStoreSuite):
    @pytest.fixture
    async def backend(self, tmp_path: Path) -> AsyncIterator[MemoryBackend]:
        file = SqliteFile(tmp_path / "m.db")
        async with MemoryBackend(connect=file.memories, dump=file.dump) as backend:
            yield backend
