"""`/mcp` behind the whole server, by the official client over loopback."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, cast

import httpx2
import pytest
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

import memlane
from memlane.access.credential import SCOPES, Credential
from memlane.errors import UnauthenticatedError
from memlane.mcp.mount import make_mcp
from memlane.protocols.observer import NoObserver
from memlane.server.parts import App, Parts
from memlane.server.whole import make_server
from memlane.testing.served import NoMeter, listening
from memlane.wiring.settings import ServerSettings, Settings

ALL = frozenset(SCOPES)
KEYS = {
    "acme": Credential(id="1", tenant="acme", scopes=ALL),
    "other": Credential(id="2", tenant="other", scopes=ALL),
    "ada": Credential(id="3", tenant="acme", user="ada", scopes=ALL),
    "reader": Credential(id="4", tenant="acme", user="ada", scopes=frozenset({"read"})),
    "writer": Credential(id="5", tenant="acme", user="ada", scopes=frozenset({"write"})),
}
MODES = ["auto", "legacy"]
Connect = Callable[..., AbstractAsyncContextManager[Client]]


class KeyGate:
    """Knows a few keys."""

    async def admit(self, secret: str | None) -> Credential:
        if secret not in KEYS:
            raise UnauthenticatedError("no valid key or token was given")
        return KEYS[secret]


@pytest.fixture
async def url() -> AsyncIterator[str]:
    settings = Settings(server=ServerSettings(max_body_bytes=300_000))
    async with memlane.connect_async("sqlite://", embedder="hashing") as memory, make_mcp(memory, settings) as mount:
        parts = Parts(
            memory=memory,
            gate=KeyGate(),
            meter=NoMeter(),
            settings=settings,
            observer=NoObserver(),
            mounts={"mcp": cast("App", mount.app)},
        )
        async with listening(cast("App", make_server(parts))) as url:
            yield f"{url}/mcp"


@pytest.fixture
def connect(url: str) -> Connect:
    """Connect with a key, perhaps as a user."""

    @asynccontextmanager
    async def connect(key: str, user: str | None = None, *, query: str = "", mode: str = "auto") -> Any:
        headers = {"Authorization": f"Bearer {key}"} | ({} if user is None else {"X-Memlane-User": user})
        async with (
            httpx2.AsyncClient(headers=headers) as http,
            Client(streamable_http_client(url + query, http_client=http), mode=mode) as client,
        ):
            yield client

    return connect


def found(result: Any) -> list[str]:
    assert not result.is_error, result.content
    return [one["memory"]["text"] for one in result.structured_content["results"]]


@pytest.mark.parametrize("mode", MODES)
async def test_every_tool_is_served(connect: Connect, mode: str) -> None:
    async with connect("acme", "Zo%C3%AB%2F1", mode=mode) as client:
        assert len((await client.list_tools()).tools) == 9
        kept = await client.call_tool("remember", {"text": "Likes tea", "kind": "preference"})
        message = {"role": "user", "content": "I land in Oslo."}
        calls: list[tuple[str, dict[str, Any]]] = [
            ("add_messages", {"session": "a/b", "messages": [message]}),
            ("recall", {"query": "tea"}),
            ("list_memories", {}),
            ("get_context", {"session": "a/b", "query": "where?"}),
            ("get_profile", {}),
            ("list_sessions", {}),
            ("search_episodes", {"query": "Oslo"}),
            ("forget", {"memory_id": kept.structured_content["memory"]["id"]}),
        ]
        results = {name: await client.call_tool(name, arguments) for name, arguments in calls}
        session = await client.read_resource("memlane://sessions/a%2Fb")
    assert not [name for name, result in results.items() if result.is_error]
    assert "I land in Oslo." in session.contents[0].text


@pytest.mark.parametrize("mode", MODES)
async def test_the_graph_is_asked_for_in_the_address(connect: Connect, mode: str) -> None:
    ada = {"name": "Ada", "entityType": "person", "observations": ["Likes tea"]}
    async with connect("ada", query="?tools=graph", mode=mode) as client:
        await client.call_tool("create_entities", {"entities": [ada]})
        read = await client.call_tool("read_graph", {})
        assert len((await client.list_tools()).tools) == 9
    async with connect("ada", query="?tools=all", mode=mode) as client:
        assert len((await client.list_tools()).tools) == 18
    assert read.structured_content == {"entities": [ada], "relations": []}


async def test_tenants_and_users_never_meet(connect: Connect) -> None:
    async with connect("acme", "ada") as ada, connect("acme", "ines") as ines, connect("other", "ada") as other:
        kept = await ada.call_tool("remember", {"text": "My cat is called Turing"})
        memory_id = kept.structured_content["memory"]["id"]
        for client in (ines, other):
            assert found(await client.call_tool("recall", {"query": "cat"})) == []
            gone = await client.call_tool("forget", {"memory_id": memory_id})
            assert "(not_found)" in gone.content[0].text
        assert found(await ada.call_tool("recall", {"query": "cat"})) == ["My cat is called Turing"]


@pytest.mark.parametrize("mode", MODES)
async def test_a_key_of_one_user_is_for_that_user(connect: Connect, mode: str) -> None:
    async with connect("ada", mode=mode) as own, connect("ada", "luke", mode=mode) as wrong:
        assert not (await own.call_tool("remember", {"text": "Likes tea"})).is_error
        refused = await wrong.call_tool("recall", {"query": "tea"})
        with pytest.raises(Exception, match="forbidden"):
            await wrong.read_resource("memlane://profile")
    async with connect("acme", "ada", mode=mode) as same, connect("acme", mode=mode) as nobody:
        assert found(await same.call_tool("recall", {"query": "tea"})) == ["Likes tea"]
        unsaid = await nobody.call_tool("recall", {"query": "tea"})
    assert "(forbidden)" in refused.content[0].text
    assert "X-Memlane-User" in unsaid.content[0].text


async def test_each_tool_needs_its_scope(connect: Connect) -> None:
    async with connect("reader", query="?tools=all") as reader, connect("writer", query="?tools=all") as writer:
        reading = {tool.name for tool in (await reader.list_tools()).tools}
        writing = {tool.name for tool in (await writer.list_tools()).tools}
        for client, name, arguments in (
            (reader, "remember", {"text": "x"}),
            (reader, "forget", {"memory_id": "x"}),
            (reader, "create_entities", {"entities": []}),
            (writer, "forget", {"memory_id": "x"}),
            (writer, "recall", {"query": "x"}),
            (writer, "delete_entities", {"entityNames": []}),
        ):
            assert "(forbidden)" in (await client.call_tool(name, arguments)).content[0].text
        with pytest.raises(Exception, match="forbidden"):
            await writer.list_resources()
    assert "recall" in reading
    assert "remember" not in reading
    assert writing == {"remember", "add_messages", "create_entities", "create_relations", "add_observations"}


async def test_twenty_clients_at_once_lose_nothing(connect: Connect) -> None:
    async def work(number: int) -> None:
        async with connect("acme", "ada", mode=MODES[number % 2]) as client:
            await asyncio.gather(*(client.call_tool("remember", {"text": f"Fact {number} {n}"}) for n in range(3)))

    await asyncio.gather(*(work(number) for number in range(20)))
    async with connect("acme", "ada") as client:
        listed = (await client.call_tool("list_memories", {"limit": 100})).structured_content
    assert {one["text"] for one in listed["memories"]} == {f"Fact {one} {n}" for one in range(20) for n in range(3)}


@pytest.mark.parametrize(
    ("method", "query", "headers", "status"),
    [
        ("POST", "", {}, 401),
        ("POST", "", {"Authorization": "Bearer wrong"}, 401),
        ("GET", "", {"Authorization": "Bearer acme"}, 405),
        ("DELETE", "", {"Authorization": "Bearer acme"}, 405),
        ("POST", "?tools=x", {"Authorization": "Bearer acme"}, 422),
        ("POST", "/x", {"Authorization": "Bearer acme"}, 404),
        ("POST", "", {"Authorization": "Bearer acme", "Origin": "https://evil.example"}, 403),
    ],
)
async def test_what_is_refused_before_the_protocol_gets_a_problem(
    url: str, method: str, query: str, headers: dict[str, str], status: int
) -> None:
    async with httpx2.AsyncClient() as http:
        answer = await http.request(method, url + query, headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_body_over_the_limit_is_refused(url: str) -> None:
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"x": "y" * 300_000}}
    async with httpx2.AsyncClient(headers={"Authorization": "Bearer acme"}) as http:
        answer = await http.post(url, json=body)
    assert answer.status_code == 413


async def test_a_body_that_is_no_request_is_refused(url: str) -> None:
    headers = {"Authorization": "Bearer acme", "Accept": "application/json, text/event-stream"}
    async with httpx2.AsyncClient(headers=headers) as http:
        for body in (b"", b"{", b"[]", b"null", b'{"jsonrpc":"2.0"}', b"\xff"):
            answer = await http.post(url, content=body, headers={"Content-Type": "application/json"})
            assert 400 <= answer.status_code < 500, body
