"""The shipped suites on Redis, Valkey and a Redis Cluster, where appends hand memories on in another way."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from memlane.adapters.memories.redis import RedisMemoryStore
from memlane.adapters.sessions.redis import RedisSessionStore
from memlane.testing.backends import MemoryBackend, SessionBackend
from memlane.testing.memories import MemoryStoreSuite
from memlane.testing.services import redis_cluster, redis_server
from memlane.testing.sessions import SessionStoreSuite


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest) -> Iterator[Any]:
    with redis_cluster() if request.param == "cluster" else redis_server(request.param) as running:
        yield running


@pytest.fixture
def known(server: Any) -> dict[str, Any]:
    server.flush()
    return {"dump": server.dump, "native_expiry": True, "outage": server.outage, "answers_within_s": 6.0}


@pytest.mark.parametrize(
    ("server", "shares"), [("redis", True), ("redis", False), ("valkey", True), ("cluster", False)], indirect=["server"]
)
class TestRedisSessions(SessionStoreSuite):
    @pytest.fixture
    async def backend(self, server: Any, known: dict[str, Any], shares: bool) -> AsyncIterator[SessionBackend]:
        async def connect() -> RedisSessionStore:
            return RedisSessionStore.from_url(f"{server.url}?socket_timeout=1", shares_memories=shares)

        async def memories() -> RedisMemoryStore:
            return RedisMemoryStore.from_url(f"{server.url}?socket_timeout=1")

        async with SessionBackend(connect=connect, connect_memories=memories if shares else None, **known) as backend:
            yield backend


@pytest.mark.parametrize("server", ["redis", "valkey"], indirect=True)
class TestRedisMemories(MemoryStoreSuite):
    @pytest.fixture
    async def backend(self, server: Any, known: dict[str, Any]) -> AsyncIterator[MemoryBackend]:
        async def connect() -> RedisMemoryStore:
            return RedisMemoryStore.from_url(f"{server.url}?socket_timeout=1")

        async with MemoryBackend(connect=connect, **known) as backend:
            yield backend
