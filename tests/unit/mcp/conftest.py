"""A client of the official SDK, connected in this process to the memory of one user."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from mcp.client import Client

import memlane
from memlane.mcp.caller import Toolset, local_caller
from memlane.mcp.protocol import make_protocol


class Asking:
    """Calls tools and gives their structured output, or their text when it failed."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def __call__(self, tool: str, **arguments: Any) -> Any:
        result = await self.client.call_tool(tool, arguments)
        assert not result.is_error, result.content
        return result.structured_content

    async def text(self, tool: str, **arguments: Any) -> str:
        result = await self.client.call_tool(tool, arguments)
        assert not result.is_error, result.content
        return result.content[0].text

    async def failure(self, tool: str, **arguments: Any) -> str:
        result = await self.client.call_tool(tool, arguments)
        assert result.is_error
        assert result.structured_content is None
        return result.content[0].text


Connect = Callable[..., AbstractAsyncContextManager[Asking]]


@pytest.fixture
async def memory() -> AsyncIterator[memlane.AsyncMemlane]:
    async with memlane.connect_async("sqlite://", embedder="hashing") as memory:
        yield memory


@pytest.fixture
def connect(memory: memlane.AsyncMemlane) -> Connect:
    """Connect as a user, with a set of tools."""

    @asynccontextmanager
    async def connect(
        user: str = "luke", tools: Toolset = "memory", *, read_only: bool = False, mode: str = "auto"
    ) -> AsyncIterator[Asking]:
        caller = local_caller(memory, user, "default", tools, read_only=read_only)
        async with Client(make_protocol(lambda _: caller), mode=mode) as client:
            yield Asking(client)

    return connect


@pytest.fixture
def luke(memory: memlane.AsyncMemlane) -> memlane.AsyncUser:
    """The user whom the tools are about, by the library."""
    return memory.user("luke")
