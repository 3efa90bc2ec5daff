"""The application of `/v1` as it stands behind the edge and the gate, on an embedded store, without a network."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

import memlane
from memlane.access.credential import ANYONE, SCOPES, Credential, OpenGate
from memlane.access.scope import note_credential, note_request
from memlane.protocols.observer import NoObserver
from memlane.server.app import make_v1
from memlane.server.parts import App, Parts
from memlane.testing.fakes import FakeClock
from memlane.wiring.settings import Settings

ALL = frozenset(SCOPES)


class FreeMeter:
    """Lets everything through, and notes what was spent."""

    def __init__(self) -> None:
        self.tokens = 0

    async def request(self, credential: Credential) -> None:
        """Let it through."""

    async def spent(self, credential: Credential, tokens: int) -> None:
        self.tokens += tokens


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def connect(tmp_path: Path, clock: FakeClock) -> AsyncIterator[Callable[..., Any]]:
    opened: list[memlane.AsyncMemlane] = []

    async def open_one(**options: Any) -> memlane.AsyncMemlane:
        url = f"sqlite:///{tmp_path}/m.db?synchronous=normal"
        chosen: dict[str, Any] = {"embedder": "hashing", "clock": clock, "session_ttl": None} | options
        opened.append(await memlane.connect_async(url, **chosen))
        return opened[-1]

    yield open_one
    for memory in opened:
        await memory.aclose()


@pytest.fixture
async def memory(connect: Callable[..., Any]) -> memlane.AsyncMemlane:
    return await connect()


@pytest.fixture
def meter() -> FreeMeter:
    return FreeMeter()


@pytest.fixture
def behind_gate(meter: FreeMeter) -> Callable[..., App]:
    """Return the application as callers of some credential meet it."""

    def make(
        memory: memlane.AsyncMemlane,
        settings: Settings | None = None,
        **credential: Any,
    ) -> App:
        caller = Credential(**{"id": ANYONE, "tenant": "default", "scopes": ALL} | credential)
        parts = Parts(
            memory=memory, gate=OpenGate(), meter=meter, settings=settings or Settings(), observer=NoObserver()
        )
        inner = make_v1(parts)

        async def app(scope: Any, receive: Any, send: Any) -> None:
            scope["path"] = scope["raw_path"].decode("latin-1").partition("?")[0]
            note_request(scope, "request-1")
            note_credential(scope, caller)
            await inner(scope, receive, send)

        return app

    return make


@pytest.fixture
async def call(behind_gate: Callable[..., App]) -> AsyncIterator[Callable[..., httpx2.AsyncClient]]:
    """Open a client of the application, for some memory, settings and credential."""
    opened: list[httpx2.AsyncClient] = []

    def open_one(
        memory: memlane.AsyncMemlane, settings: Settings | None = None, **credential: Any
    ) -> httpx2.AsyncClient:
        transport = httpx2.ASGITransport(behind_gate(memory, settings, **credential))
        opened.append(httpx2.AsyncClient(transport=transport, base_url="http://memlane"))
        return opened[-1]

    yield open_one
    for client in opened:
        await client.aclose()


@pytest.fixture
def client(memory: memlane.AsyncMemlane, call: Callable[..., httpx2.AsyncClient]) -> httpx2.AsyncClient:
    return call(memory)
