"""A server that follows a script, and a connection to it that loses no time between attempts."""

from collections.abc import AsyncIterator

import pytest

from memlane.client.caller import Caller, KeyTenant
from memlane.client.connection import RemoteMemlane
from memlane.client.transport import Transport
from memlane.testing.raw_server import RawServer

KEY = "mk-secret-key"


@pytest.fixture
def script() -> RawServer:
    return RawServer()


@pytest.fixture
async def memory(script: RawServer) -> AsyncIterator[RemoteMemlane]:
    async with script.serving() as url:
        transport = Transport(f"{url}/base", api_key=KEY, timeout=0.5, pauses=(0.001, 0.002))
        async with RemoteMemlane(Caller(transport, KeyTenant(transport))) as remote:
            yield remote
