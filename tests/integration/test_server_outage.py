"""A server in mid-load whose Redis goes away and comes back, or that is stopped itself.

What was acknowledged is stored once and in order; what could not be is refused so that callers know to try again.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest

import memlane
from memlane.access.credential import SCOPES
from memlane.api.problems import CONTENT_TYPE
from memlane.testing.services import RedisServer, redis_server
from memlane.testing.services.memlane_server import MemlaneServer, memlane_server
from memlane.wiring.access import open_keys
from memlane.wiring.settings import Settings, StoreSettings
from memlane.wiring.store_url import StoreUrl

CLIENTS = 20
TIMEOUT_S = 6.0
"""The server's time-out of a request."""
BACK_S = 2.0
"""Within this time of its store's return a server serves again."""
_PAUSE_S = 0.05
_SLACK_S = 2.0


@dataclass(frozen=True)
class Asked:
    """A request and what came of it."""

    began: float
    ended: float
    status: int
    headers: dict[str, str]
    body: Any


@dataclass
class Adder:
    """Adds messages to a session of its own, one after another, each again until it is acknowledged."""

    number: int
    http: httpx2.AsyncClient
    acknowledged: list[str] = field(default_factory=list[str])
    asked: list[Asked] = field(default_factory=list[Asked])
    broken: bool = False

    async def run(self, stop: asyncio.Event) -> None:
        """Add until told to stop, or until the server is gone."""
        while not stop.is_set() and not self.broken:
            name = f"{self.number}-{len(self.acknowledged)}"
            while not (stop.is_set() or self.broken) and not await self._add(name):
                await asyncio.sleep(_PAUSE_S)

    async def _add(self, name: str) -> bool:
        body = {"messages": [{"role": "user", "content": f"message {name}", "id": name}]}
        began = time.monotonic()
        try:
            answer = await self.http.post(f"/v1/users/u{self.number}/sessions/s/messages", json=body)
        except httpx2.TransportError:
            self.broken = True
            return False
        kept = {header: answer.headers.get(header, "") for header in ("content-type", "retry-after")}
        self.asked.append(Asked(began, time.monotonic(), answer.status_code, kept, answer.json()))
        if answer.status_code == 201:
            self.acknowledged.append(name)
        return answer.status_code == 201


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with redis_server(appendonly=True) as server:
        yield server


@pytest.fixture
async def http(redis: RedisServer) -> AsyncIterator[httpx2.AsyncClient]:
    """Ask a server on that Redis, with a key; `server` is in its extensions."""
    key = await new_key(redis.url)
    settings = {"MEMLANE_SERVER__REQUEST_TIMEOUT": f"{TIMEOUT_S:.0f}s", "MEMLANE_STORE__URL": redis.url}
    with memlane_server(**settings) as server:
        limits = httpx2.Limits(max_connections=None)
        headers = {"authorization": f"Bearer {key}"}
        async with httpx2.AsyncClient(base_url=server.url, headers=headers, timeout=60, limits=limits) as client:
            client.server = server  # pyright: ignore[reportAttributeAccessIssue]
            yield client


async def new_key(url: str) -> str:
    keys, closers = open_keys(Settings(store=StoreSettings(url=StoreUrl(url))))
    made = await keys.create("acme", scopes=SCOPES)
    for close in closers:
        await close()
    return made.secret


@asynccontextmanager
async def load(http: httpx2.AsyncClient) -> AsyncIterator[list[Adder]]:
    """Let clients add meanwhile, and for as long as their last requests take."""
    adders, stop = [Adder(number, http) for number in range(CLIENTS)], asyncio.Event()
    tasks = [asyncio.create_task(adder.run(stop)) for adder in adders]
    try:
        await until(lambda: all(len(adder.acknowledged) >= 3 for adder in adders))
        yield adders
    finally:
        stop.set()
        await asyncio.gather(*tasks)


async def until(is_so: Any) -> None:
    async with asyncio.timeout(60):
        while not is_so():
            await asyncio.sleep(_PAUSE_S)


@pytest.mark.parametrize("kind", ["killed", "paused"])
async def test_while_its_redis_is_away_a_server_says_so_and_loses_nothing(
    redis: RedisServer, http: httpx2.AsyncClient, kind: str
) -> None:
    async with load(http) as adders:
        gone_at = time.monotonic()
        redis.kill() if kind == "killed" else redis.pause()
        await until(lambda: all(any(one.status == 503 for one in adder.asked) for adder in adders))
        live, ready = await http.get("/health/live"), await http.get("/health/ready")
        assert live.status_code == 200
        assert (ready.status_code, ready.json()["ready"]) == (503, False)
        assert ready.json()["checks"]["stores"] in {"store_unavailable", "timeout"}
        if kind == "killed":
            await asyncio.to_thread(redis.start)
        else:
            redis.resume()
        back_at = time.monotonic()
        await asyncio.sleep(BACK_S + 1)
        again = await http.get("/health/ready")
    asked = [one for adder in adders for one in adder.asked]
    assert not any(adder.broken for adder in adders)
    assert {one.status for one in asked} == {201, 503}
    for one in asked:
        assert one.ended - one.began < TIMEOUT_S + _SLACK_S, (one.status, one.ended - one.began)
        if one.status == 503:
            check_problem(one)
    assert all(one.status == 503 for one in asked if gone_at < one.began and one.ended < back_at), "Redis was away"
    assert all(one.status == 201 for one in asked if one.began > back_at + BACK_S)
    first = min(one.ended for one in asked if one.status == 201 and one.ended > back_at)
    assert first - back_at < BACK_S
    assert again.status_code == 200
    await check_stored(redis.url, adders)


def check_problem(one: Asked) -> None:
    """Hold a refusal against what is promised of it."""
    assert one.headers["content-type"] == CONTENT_TYPE
    assert int(one.headers["retry-after"]) >= 1
    assert one.body["status"] == 503
    assert one.body["retryable"] is True
    assert one.body["code"] in {"store_unavailable", "timeout"}
    assert "127.0.0.1" not in json.dumps(one.body)


async def check_stored(url: str, adders: list[Adder]) -> None:
    """Hold what is stored against what was acknowledged: that, in order, and at most the one that was under way."""
    async with memlane.connect_async(url, embedder="none", work="off") as memory:
        for adder in adders:
            session = memory.user(f"u{adder.number}", tenant="acme").session("s")
            stored = [message.id for message in await session.messages()]
            assert stored[: len(adder.acknowledged)] == adder.acknowledged
            assert stored[len(adder.acknowledged) :] in ([], [f"{adder.number}-{len(adder.acknowledged)}"])


async def test_a_server_that_is_stopped_in_mid_load_keeps_what_it_acknowledged(
    redis: RedisServer, http: httpx2.AsyncClient
) -> None:
    server: MemlaneServer = http.server  # pyright: ignore[reportAttributeAccessIssue]
    async with load(http) as adders:
        server.tell()
        await until(lambda: all(adder.broken for adder in adders))
    assert await asyncio.to_thread(server.ended) == 0
    assert {one.status for adder in adders for one in adder.asked} <= {201, 503}
    await check_stored(redis.url, adders)
