"""The shipped suites on SQLite files."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from memlane.adapters.memories.sqlite import SqliteMemoryStore
from memlane.adapters.sessions.sqlite import SqliteSessionStore
from memlane.testing.backends import MemoryBackend, SessionBackend
from memlane.testing.memories import MemoryStoreSuite
from memlane.testing.sessions import SessionStoreSuite


def side_door(path: Path) -> Callable[[], Awaitable[bytes]]:
    async def dump() -> bytes:
        # Another process reads: closing the file in this one would drop the locks that SQLite holds.
        cat = await asyncio.create_subprocess_exec("cat", path, f"{path}-wal", stdout=asyncio.subprocess.PIPE)
        return (await cat.communicate())[0]

    return dump


class TestSqliteSessions(SessionStoreSuite):
    @pytest.fixture(params=[True, False], ids=["shares-memories", "outbox"])
    async def backend(self, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[SessionBackend]:
        path, shares = tmp_path / "m.db", bool(request.param)

        async def connect() -> SqliteSessionStore:
            return SqliteSessionStore.from_url(f"sqlite:///{path}", shares_memories=shares)

        async def memories() -> SqliteMemoryStore:
            return SqliteMemoryStore.from_url(f"sqlite:///{path}")

        dump = side_door(path)
        async with SessionBackend(connect=connect, connect_memories=memories if shares else None, dump=dump) as backend:
            yield backend


class TestSqliteMemories(MemoryStoreSuite):
    @pytest.fixture
    async def backend(self, tmp_path: Path) -> AsyncIterator[MemoryBackend]:
        async def connect() -> SqliteMemoryStore:
            return SqliteMemoryStore.from_url(f"sqlite:///{tmp_path / 'm.db'}")

        async with MemoryBackend(connect=connect, dump=side_door(tmp_path / "m.db")) as backend:
            yield backend
