"""The shipped suites on Redis, Valkey and a Redis Cluster."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from memlane.adapters.memories.redis import RedisMemoryStore
from memlane.adapters.sessions.redis import RedisSessionStore
from memlane.testing.backends import MemoryBackend, SessionBackend
from memlane.testing.memories import MemoryStoreSuite
from memlane.testing.services import redis_cluster, redis_server
from memlane.testing.sessions import SessionStoreSuite


@pytest.fixture(scope="module", params=["redis", "valkey", "cluster"])
def server(request: pytest.FixtureRequest) -> Iterator[Any]:
    with redis_cluster() if request.param == "cluster" else redis_server(request.param) as running:
        yield running


@pytest.fixture
def known(server: Any) -> dict[str, Any]:
    server.flush()

    async def memories() -> RedisMemoryStore:
        return RedisMemoryStore.from_url(f"{server.url}?socket_timeout=2")

    return {
        "connect": memories,
        "dump": server.dump,
        "native_expiry": True,
        "outage": server.outage,
        "answers_within_s": 7.0,
    }


class TestRedisSessions(SessionStoreSuite):
    @pytest.fixture(params=[True, False], ids=["shares-memories", "outbox"])
    async def backend(self, server: Any, known: dict[str, Any], request: Any) -> AsyncIterator[SessionBackend]:
        async def connect() -> RedisSessionStore:
            return RedisSessionStore.from_url(f"{server.url}?socket_timeout=2", shares_memories=request.param)

        memories = {"connect_memories": known["connect"]} if request.param else {}
        async with SessionBackend(**known | memories | {"connect": connect}) as backend:
            yield backend


class TestRedisMemories(MemoryStoreSuite):
    @pytest.fixture
    async def backend(self, known: dict[str, Any]) -> AsyncIterator[MemoryBackend]:
        async with MemoryBackend(**known) as backend:
            yield backend
