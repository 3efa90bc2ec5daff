"""A connection served over HTTP on a free loopback port, in the event loop that asks for it.

Owns the listening. Who its callers are says `TenantGate`: each secret is the name of a tenant.
"""

import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final, cast
from urllib.parse import quote, unquote

import uvicorn

from memlane.access.credential import SCOPES, Credential
from memlane.engine.client import AsyncMemlane
from memlane.errors import UnauthenticatedError
from memlane.protocols.observer import NoObserver
from memlane.server.parts import App, Parts
from memlane.server.whole import make_server
from memlane.wiring.settings import Settings

_GRACE_S: Final = 2
_MARK: Final = "tenant-"


def secret_of(tenant: str) -> str:
    """Return the secret by which a `TenantGate` knows a tenant."""
    return _MARK + quote(tenant, safe="")


class TenantGate:
    """Lets in whoever names a tenant, for all of it."""

    async def admit(self, secret: str | None) -> Credential:
        """Return the credential of a tenant."""
        if secret is None or not secret.startswith(_MARK):
            raise UnauthenticatedError("no valid key or token was given")
        return Credential(id="test", tenant=unquote(secret.removeprefix(_MARK)), scopes=frozenset(SCOPES))


class NoMeter:
    """Grants everything."""

    async def request(self, credential: Credential) -> None:
        """Grant a request."""

    async def spent(self, credential: Credential, tokens: int) -> None:
        """Take note of nothing."""


@asynccontextmanager
async def served(memory: AsyncMemlane, settings: Settings | None = None) -> AsyncGenerator[str]:
    """Serve a connection while this is entered and give the server's URL; the connection stays its maker's to close."""
    parts = Parts(
        memory=memory, gate=TenantGate(), meter=NoMeter(), settings=settings or Settings(), observer=NoObserver()
    )
    async with listening(cast("App", make_server(parts))) as url:
        yield url


@asynccontextmanager
async def listening(app: App) -> AsyncGenerator[str]:
    """Serve an ASGI application on a free loopback port while this is entered and give its URL."""
    # Only where the protocol is named does asyncio send what is small at once (TCP_NODELAY).
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=_GRACE_S)
        config.load()
        server = uvicorn.Server(config)
        server.lifespan = config.lifespan_class(config)
        await server.startup(sockets=[listener])  # serve() would take the signals of the process, and stop by the clock
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            await server.shutdown(sockets=[listener])
