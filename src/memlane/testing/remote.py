"""A connection as its clients see it over HTTP, whichever tenant they name."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

from memlane.client.caller import Caller, KeyTenant
from memlane.client.connection import RemoteMemlane
from memlane.client.transport import Transport
from memlane.engine.client import AsyncMemlane
from memlane.testing.served import secret_of, served

_SECONDS: Final = 60.0


@asynccontextmanager
async def over_http(memory: AsyncMemlane) -> AsyncGenerator[AsyncMemlane]:
    """Serve a connection and give one to that server, which has a key for every tenant."""
    async with served(memory) as url, RemoteMemlane(EveryTenant(url)) as remote:
        yield remote


class EveryTenant(Caller):
    """Asks a server whose gate is a `TenantGate` for whichever tenant is named."""

    def __init__(self, url: str, tenant: str = "default", opened: dict[str, Transport] | None = None) -> None:
        """Ask the server at `url` for `tenant`; `opened` are the connections so far, by tenant."""
        self._url = url
        self._opened = {} if opened is None else opened
        if tenant not in self._opened:
            self._opened[tenant] = Transport(url, api_key=secret_of(tenant), timeout=_SECONDS)
        super().__init__(self._opened[tenant], KeyTenant(self._opened[tenant]), tenant)

    def for_tenant(self, tenant: str) -> Caller:
        """Return what asks for a tenant with its key."""
        return EveryTenant(self._url, tenant, self._opened)

    async def aclose(self) -> None:
        """Close the connections of all tenants."""
        for transport in self._opened.values():
            await transport.aclose()
