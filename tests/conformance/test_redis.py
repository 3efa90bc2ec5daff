"""The shipped suites on Redis, Valkey and a Redis Cluster, where appends hand memories on in another way."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from memlane.adapters._drivers.redis import RedisDriver
from memlane.adapters.memories.redis import RedisMemoryStore
from memlane.adapters.records.redis import RedisRecordStore
from memlane.adapters.sessions.redis import RedisSessionStore
from memlane.adapters.usage.redis import RedisUsageStore
from memlane.adapters.work.redis import RedisWorkLedger
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

SESSIONS_ON = [("redis", "shares"), ("redis", ""), ("valkey", "shares"), ("cluster", "")]


@pytest.mark.parametrize(("server", "shares"), SESSIONS_ON, indirect=["server"])
class TestRedisSessions(SessionStoreSuite):
    @pytest.fixture
    async def backend(self, url: str, known: dict[str, Any], shares: str) -> AsyncIterator[SessionBackend]:
        async def connect() -> RedisSessionStore:
            return RedisSessionStore.from_url(url, shares_memories=bool(shares))

        async def memories() -> RedisMemoryStore:
            return RedisMemoryStore.from_url(url)

        async with SessionBackend(connect=connect, connect_memories=memories if shares else None, **known) as backend:
            yield backend


@pytest.mark.parametrize("server", ["redis", "valkey"], indirect=True)
class TestRedisMemories(MemoryStoreSuite):
    @pytest.fixture
    async def backend(self, url: str, known: dict[str, Any]) -> AsyncIterator[MemoryBackend]:
        async def connect() -> RedisMemoryStore:
            return RedisMemoryStore.from_url(url)

        async with MemoryBackend(connect=connect, **known) as backend:
            yield backend


@pytest.mark.parametrize("server", ["redis", "valkey", "cluster"], indirect=True)
class TestRedisWork(WorkLedgerSuite):
    @pytest.fixture
    async def backend(self, url: str, known: dict[str, Any]) -> AsyncIterator[WorkBackend]:
        async def connect() -> Workplace:
            driver = RedisDriver.from_url(url)
            store, work = RedisSessionStore(driver, shares_memories=True), RedisWorkLedger(driver)
            return Workplace(sessions=store, work=work, aclose=driver.aclose)

        async with WorkBackend(connect=connect, **known) as backend:
            yield backend


@pytest.mark.parametrize("server", ["redis", "valkey", "cluster"], indirect=True)
class TestRedisRecords(RecordStoreSuite):
    @pytest.fixture
    async def backend(self, url: str, known: dict[str, Any]) -> AsyncIterator[RecordBackend]:
        async def connect() -> RedisRecordStore:
            return RedisRecordStore.from_url(url)

        async with RecordBackend(connect=connect, **known) as backend:
            yield backend


@pytest.mark.parametrize("server", ["redis", "time-series", "valkey", "cluster"], indirect=True)
class TestRedisUsage(UsageStoreSuite):
    @pytest.fixture
    async def backend(self, url: str, known: dict[str, Any]) -> AsyncIterator[UsageBackend]:
        async def connect() -> RedisUsageStore:
            return RedisUsageStore.from_url(url)

        async with UsageBackend(connect=connect, **known) as backend:
            yield backend
