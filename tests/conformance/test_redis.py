"""The shipped suites on Redis, Valkey and a Redis Cluster, where appends hand memories on in another way."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from functools import cache, partial
from typing import Any

import pytest

from memlane.adapters.memories.redis import RedisMemoryStore
from memlane.adapters.sessions.redis import RedisSessionStore
from memlane.testing.backends import MemoryBackend, SessionBackend
from memlane.testing.memories import MemoryStoreSuite
from memlane.testing.services import KINDS, redis_cluster, redis_server
from memlane.testing.sessions import SessionStoreSuite


@pytest.fixture(scope="module")
def running() -> Iterator[Callable[[str], Any]]:
    """Each server is started once, however the tests are shuffled."""
    with ExitStack() as stack:
        starters = {"cluster": redis_cluster} | {kind: partial(redis_server, kind) for kind in KINDS}
        yield cache(lambda name: stack.enter_context(starters[name]()))


@pytest.fixture
def server(request: pytest.FixtureRequest, running: Callable[[str], Any]) -> Any:
    return running(request.param)


@pytest.fixture
def known(server: Any) -> dict[str, Any]:
    server.flush()
    return {"dump": server.dump, "native_expiry": True, "outage": server.outage, "answers_within_s": 6.0}


@pytest.mark.parametrize(
    ("server", "shares"),
    [("redis", "shares"), ("redis", ""), ("valkey", "shares"), ("cluster", "")],
    indirect=["server"],
)
class TestRedisSessions(SessionStoreSuite):
    @pytest.fixture
    async def backend(self, server: Any, known: dict[str, Any], shares: str) -> AsyncIterator[SessionBackend]:
        async def connect() -> RedisSessionStore:
            return RedisSessionStore.from_url(f"{server.url}?socket_timeout=1", shares_memories=bool(shares))

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
