"""The proxy under uvicorn on a loopback port, on an embedded store, in a thread of its own."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self, TypeVar

import uvicorn

import memlane
from memlane.access.credential import SCOPES, Credential, OpenGate
from memlane.access.scope import note_credential, note_request
from memlane.engine.client import AsyncMemlane
from memlane.errors import RateLimitError
from memlane.protocols.observer import NoObserver
from memlane.proxy.app import make_proxy
from memlane.types.message import Message
from memlane.wiring.settings import ProxySettings

_Result = TypeVar("_Result")


class CountingMeter:
    """Adds up what is spent."""

    def __init__(self) -> None:
        self.tokens = 0

    async def request(self, credential: Credential) -> None:
        if credential.id == "empty":
            raise RateLimitError("nothing left", 1.0)

    async def spent(self, credential: Credential, tokens: int) -> None:
        self.tokens += tokens


class CountingObserver(NoObserver):
    """Notes what is counted."""

    def __init__(self) -> None:
        self.counted: list[tuple[str, dict[str, str]]] = []

    def count(self, name: str, amount: float = 1.0, **labels: str) -> None:
        self.counted.append((name, labels))


def key(name: str, *, tenant: str = "default", user: str | None = None, scopes: Any = SCOPES) -> Credential:
    """Return the credential of a key."""
    return Credential(id=name, tenant=tenant, user=user, scopes=frozenset(scopes))


@dataclass
class ProxyServer:
    """Serves while used as a context manager.

    Attributes:
        settings: The proxy's.
        store: URL of the store.
        keys: Who has which key: by `X-Memlane-Key`, bearer token or `x-api-key`; others are let in as anybody.
        options: Further options of the connection.
        wrap: Changes the connection before it is used.
    """

    settings: ProxySettings
    store: str
    keys: dict[str, Credential] = field(default_factory=dict[str, Credential])
    options: dict[str, Any] = field(default_factory=dict[str, Any])
    wrap: Callable[[AsyncMemlane], None] = lambda _: None
    meter: CountingMeter = field(default_factory=CountingMeter)
    observer: CountingObserver = field(default_factory=CountingObserver)

    def __enter__(self) -> Self:
        ready: Future[str] = Future()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(ready)), daemon=True)
        self._thread.start()
        self.address = ready.result(20)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._thread.join(20)
        assert not self._thread.is_alive()

    @property
    def openai(self) -> str:
        """The base URL for clients of OpenAI's."""
        return f"{self.address}/openai/v1"

    @property
    def anthropic(self) -> str:
        """The base URL for clients of Anthropic's."""
        return f"{self.address}/anthropic"

    def run(self, act: Callable[[AsyncMemlane], Awaitable[_Result]]) -> _Result:
        """Do something with the server's connection, in its loop, after all that is being stored is stored."""

        async def work() -> _Result:
            while self._keeper._running:
                await asyncio.gather(*self._keeper._running, return_exceptions=True)
            return await act(self._memory)

        return asyncio.run_coroutine_threadsafe(work(), self._loop).result(20)

    def messages(self, user: str, session: str, *, tenant: str = "default") -> list[Message]:
        """Return what is stored of a session."""
        return self.run(lambda memory: memory.user(user, tenant=tenant).session(session).messages())

    def said(self, user: str, session: str, *, tenant: str = "default") -> list[tuple[str, object]]:
        """Return roles and contents of what is stored of a session."""
        return [(message.role, message.content) for message in self.messages(user, session, tenant=tenant)]

    async def _serve(self, ready: "Future[str]") -> None:
        self._loop = asyncio.get_running_loop()
        options: dict[str, Any] = {"embedder": "hashing", "work": "off", **self.options}
        async with memlane.connect_async(self.store, **options) as memory:
            self._memory = memory
            self.wrap(memory)
            proxy = make_proxy(memory, self.settings, self.meter, self.observer)
            self._keeper = proxy.apps["openai"]._keeper
            config = uvicorn.Config(self._edge(proxy.apps), port=0, log_config=None, lifespan="off", ws="none")
            self._server = uvicorn.Server(config)
            serving = asyncio.ensure_future(self._server.serve())
            while not self._server.started:
                await asyncio.sleep(0.01)
            port = self._server.servers[0].sockets[0].getsockname()[1]
            ready.set_result(f"http://127.0.0.1:{port}")
            await serving
            await proxy.aclose()

    def _edge(self, apps: Any) -> Any:
        anybody = OpenGate()

        async def app(scope: Any, receive: Any, send: Any) -> None:
            headers = dict(scope["headers"])
            bearer = headers.get(b"authorization", b"").decode().removeprefix("Bearer ")
            secret = headers.get(b"x-memlane-key", b"").decode() or bearer or headers.get(b"x-api-key", b"").decode()
            note_request(scope, "r1")
            note_credential(scope, self.keys.get(secret) or await anybody.admit(secret))
            scope["path"] = scope["raw_path"].decode()
            await apps[scope["path"].split("/")[1]](scope, receive, send)

        return app
