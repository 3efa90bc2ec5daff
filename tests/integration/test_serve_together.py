"""All that a server offers, used together by unmodified clients: what one tenant's say, another's never see."""

import os
import subprocess
import sys
from collections.abc import Iterator

import httpx2
import openai
import pytest
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

import memlane
from memlane.testing.model_server import ModelServer
from memlane.testing.services.memlane_server import MemlaneServer, memlane_server

_CLI = "import sys; from memlane.cli.main import main; sys.exit(main())"


@pytest.fixture
def upstream() -> Iterator[ModelServer]:
    with ModelServer(key="sk-upstream") as model:
        yield model


@pytest.fixture
def server(upstream: ModelServer) -> Iterator[MemlaneServer]:
    settings = {"MEMLANE_PROXY__OPENAI_URL": upstream.base_url, "MEMLANE_PROXY__OPENAI_KEY": "sk-upstream"}
    with memlane_server(**settings) as server:
        yield server


def new_key(server: MemlaneServer, *arguments: str) -> str:
    home = {"HOME": str(server.home), "XDG_DATA_HOME": str(server.home), "PATH": os.environ["PATH"]}
    made = subprocess.run(
        [sys.executable, "-c", _CLI, "keys", "create", *arguments], env=home, capture_output=True, text=True, check=True
    )
    return made.stdout.strip()


def said(server: MemlaneServer, key: str, session: str, text: str) -> None:
    headers = {"X-Memlane-User": "ann", "X-Memlane-Session": session}
    with openai.OpenAI(base_url=f"{server.url}/openai/v1", api_key=key, default_headers=headers) as client:
        client.chat.completions.create(model="m", messages=[{"role": "user", "content": text}])


async def recalled(server: MemlaneServer, key: str, query: str) -> str:
    headers = {"Authorization": f"Bearer {key}", "X-Memlane-User": "ann"}
    async with httpx2.AsyncClient(headers=headers) as http:
        transport = streamable_http_client(f"{server.url}/mcp", http_client=http)
        async with Client(transport) as client:
            return str(await client.call_tool("recall", {"query": query}))


async def test_what_is_told_by_http_proxy_and_mcp_is_one_memory_and_another_tenant_has_none(
    server: MemlaneServer, upstream: ModelServer
) -> None:
    ours, theirs = new_key(server, "--tenant", "acme"), new_key(server, "--tenant", "other")
    bearer = {"Authorization": f"Bearer {ours}"}
    body = {"messages": [{"role": "user", "content": "My sister Ada breeds alpacas."}]}
    added = httpx2.post(f"{server.url}/v1/users/ann/sessions/one/messages", json=body, headers=bearer)
    assert added.status_code == 201
    said(server, ours, "two", "What does Ada breed?")
    said(server, theirs, "two", "What does Ada breed?")
    mine, other = upstream.asked
    assert "alpacas" in str(mine)
    assert "alpacas" not in str(other)
    assert "alpacas" in await recalled(server, ours, "Ada")
    assert "alpacas" not in await recalled(server, theirs, "Ada")
    async with memlane.connect_async(server.url, api_key=ours) as memory:
        found = await memory.user("ann").recall("Ada")
        assert any("alpacas" in result.memory.text for result in found)
    keys = {header for request in upstream.requests for header in request.headers.values()}
    assert not any(ours in value or theirs in value for value in keys)
    assert ours not in server.log()
    assert "alpacas" not in server.log()


async def test_an_answer_through_the_proxy_has_each_header_once(server: MemlaneServer) -> None:
    headers = {"Authorization": f"Bearer {new_key(server, '--tenant', 'acme')}", "X-Memlane-User": "ann"}
    body = {"model": "m", "messages": [{"role": "user", "content": "Hello."}]}
    answer = httpx2.post(f"{server.url}/openai/v1/chat/completions", json=body, headers=headers)
    names = [name.lower() for name, _ in answer.headers.multi_items()]
    assert {"date", "x-request-id", "x-memlane-session"} <= set(names)
    assert len(names) == len(set(names))
