"""The whole server on loopback, as `memlane serve` puts it together, with keys, and pretended providers upstream.

Its stores, its embedder and its records tell `Calls` what they were asked, by request.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import httpx2

from memlane.access.credential import SCOPES
from memlane.access.keys import Keys
from memlane.engine.client import AsyncMemlane
from memlane.server.logs import REQUEST_ID
from memlane.server.opening import opened
from memlane.server.parts import App, Parts
from memlane.server.whole import make_server
from memlane.testing.model_server import ModelServer
from memlane.testing.served import listening
from memlane.wiring.access import open_keys
from memlane.wiring.settings import (
    EmbedderSettings,
    ProxySettings,
    Settings,
    StoreSettings,
    WorkSettings,
)
from memlane.wiring.store_url import StoreUrl

METRICS = "memlane_test 1\n"


@dataclass
class Calls:
    """An observer that notes which calls each request made of stores and the embedder; `request` itself is none."""

    made: dict[str, list[str]] = field(default_factory=lambda: defaultdict[str, list[str]](list))

    def span(self, name: str, **labels: str) -> AbstractContextManager[object]:
        if "." in name:
            self.made[REQUEST_ID.get()].append(name)
        return nullcontext()

    def count(self, name: str, amount: float = 1.0, **labels: str) -> None: ...

    def of_data(self, request_id: str) -> list[str]:
        """Return the calls of a request but for looking keys and budgets up."""
        return [name for name in self.made[request_id] if not name.startswith("records.")]


@dataclass
class WholeServer:
    """A server and what belongs to it.

    Attributes:
        parts: What it was made of.
        keys: Its keys.
        http: Asks it.
        calls: What its stores were asked.
        model: The providers behind its proxy.
    """

    parts: Parts
    keys: Keys
    http: httpx2.AsyncClient
    calls: Calls
    model: ModelServer

    @property
    def memory(self) -> AsyncMemlane:
        """The connection that it serves from."""
        return self.parts.memory

    async def key(self, tenant: str, user: str | None = None, scopes: Any = SCOPES) -> str:
        """Make a key."""
        return (await self.keys.create(tenant, user=user, scopes=scopes)).secret

    async def revoked_key(self, tenant: str) -> str:
        """Make a key and revoke it."""
        made = await self.keys.create(tenant, scopes=SCOPES)
        await self.keys.revoke(made.info.id)
        return made.secret

    async def expired_key(self, tenant: str) -> str:
        """Make a key and wait until it has expired."""
        made = await self.keys.create(tenant, scopes=SCOPES, expires_at=datetime.now(UTC) + timedelta(milliseconds=50))
        await asyncio.sleep(0.06)
        return made.secret


@asynccontextmanager
async def whole_server(store: str) -> AsyncGenerator[WholeServer]:
    """Serve a store on a free loopback port while this is entered."""
    with ModelServer(key=None) as model:
        settings = _settings(store, model)
        calls = Calls()
        keys, closers = open_keys(settings)
        try:
            async with opened(settings, calls) as given:
                app = cast("App", make_server(given.parts, exposition=_metrics))
                async with listening(app) as url, httpx2.AsyncClient(base_url=url, timeout=60) as http:
                    yield WholeServer(given.parts, keys, http, calls, model)
        finally:
            for close in closers:
                await close()


def _settings(store: str, model: ModelServer) -> Settings:
    return Settings(
        store=StoreSettings(url=StoreUrl(store)),
        embedder=EmbedderSettings(name="hashing"),
        proxy=ProxySettings(openai_url=model.base_url, anthropic_url=model.address),
        work=WorkSettings(quiet=timedelta(hours=1)),
    )


async def _metrics() -> tuple[bytes, str]:
    return METRICS.encode(), "text/plain"
