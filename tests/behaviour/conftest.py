"""Every behaviour of the public API is tested on every pair of stores."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

import memlane
from memlane.testing.fakes import FakeClock
from memlane.testing.remote import over_http
from memlane.testing.services import redis_server

PAIRS = ["sqlite", "redis", "redis and sqlite", "sqlite and sqlite", "http"]


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    with redis_server() as server:
        yield server.url


@pytest.fixture(params=PAIRS)
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str | None]:
    """URL of sessions and URL of memories, None when they share a store; empty before each test."""
    first, _, second = request.param.replace("http", "sqlite").partition(" and ")
    memories = f"sqlite:///{tmp_path}/memories.db?synchronous=normal" if second else None
    if first == "sqlite":
        return f"sqlite:///{tmp_path}/sessions.db?synchronous=normal", memories
    url = request.getfixturevalue("redis_url")
    return f"{url}?prefix={tmp_path.name[-40:].replace('_', '-')}", memories


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def connect(
    request: pytest.FixtureRequest, stores: tuple[str, str | None], clock: FakeClock
) -> AsyncIterator[Callable[..., Any]]:
    """Open a connection to the test's stores; several at once act as several processes.

    Over HTTP each is a client of a server of its own.
    """
    is_remote = request.node.callspec.params["stores"] == "http"
    async with AsyncExitStack() as opened:

        async def open_one(**options: Any) -> memlane.AsyncMemlane:
            url, memories = stores
            chosen = {"embedder": "hashing", "clock": clock, "session_ttl": None} | options
            memory = await memlane.connect_async(url, memories=memories, **chosen)
            opened.push_async_callback(memory.aclose)
            return await opened.enter_async_context(over_http(memory)) if is_remote else memory

        yield open_one


@pytest.fixture
async def memory(connect: Callable[..., Any]) -> memlane.AsyncMemlane:
    return await connect()
