"""`memlane mcp` as a process, as a desktop program starts it."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

import memlane
from memlane.mcp.graph import read_graph
from memlane.testing.served import secret_of, served
from memlane.testing.services import redis_server

MEMLANE = str(Path(sys.executable).parent / "memlane")
SECONDS = 60
HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
}

Start = Callable[..., AbstractAsyncContextManager[Client]]


@pytest.fixture
def surroundings(tmp_path: Path) -> dict[str, str]:
    """The environment of a user whose home is empty."""
    places = ("HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME")
    homes = {place: str(tmp_path / place.lower()) for place in places}
    return {**homes, "PATH": os.environ["PATH"], "MEMLANE_EMBEDDER__NAME": "hashing"}


@pytest.fixture
def store(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/memory.db"


@pytest.fixture
def start(surroundings: dict[str, str], store: str, tmp_path: Path) -> Start:
    """Start `memlane mcp` and connect to it."""

    @asynccontextmanager
    async def start(*arguments: str, mode: str = "auto", user: str = "luke") -> Any:
        command = StdioServerParameters(
            command=MEMLANE, args=["mcp", "--user", user, "--store", store, *arguments], env=surroundings, cwd=tmp_path
        )
        with (tmp_path / "stderr").open("w") as log:
            async with Client(stdio_client(command, errlog=log), mode=mode) as client:
                yield client
        assert (tmp_path / "stderr").read_text() == ""

    return start


def process(surroundings: dict[str, str], *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [MEMLANE, "mcp", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=surroundings,
        text=True,
    )


def tell(running: "subprocess.Popen[str]", *messages: object) -> None:
    assert running.stdin is not None
    for message in messages:
        running.stdin.write(json.dumps(message) + "\n")
    running.stdin.flush()


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_what_one_program_remembers_another_recalls(start: Start, mode: str) -> None:
    async with start(mode=mode) as first:
        kept = await first.call_tool("remember", {"text": "Prefers window seats", "kind": "preference"})
        assert not kept.is_error
    async with start(mode=mode) as second, start(mode=mode, user="ada") as ada:
        found = await second.call_tool("recall", {"query": "which seat?"})
        other = await ada.call_tool("recall", {"query": "which seat?"})
        profile = await second.read_resource("memlane://profile")
    assert found.structured_content["results"][0]["memory"]["text"] == "Prefers window seats"
    assert other.structured_content["results"] == []
    assert "window seats" in profile.contents[0].text


async def test_twenty_calls_at_once_are_all_answered(start: Start, store: str) -> None:
    async with start() as client:
        done = await asyncio.gather(*(client.call_tool("remember", {"text": f"Fact {n}"}) for n in range(20)))
    assert not any(one.is_error for one in done)
    async with memlane.connect_async(store, embedder="hashing") as memory:
        assert {one.text for one in await memory.user("luke").memories()} == {f"Fact {n}" for n in range(20)}


async def test_the_graph_alone_and_reading_alone_can_be_asked_for(start: Start) -> None:
    async with start("--tools", "graph") as client:
        await client.call_tool(
            "create_entities", {"entities": [{"name": "Ada", "entityType": "person", "observations": ["Likes tea"]}]}
        )
        names = {tool.name for tool in (await client.list_tools()).tools}
    assert "create_entities" in names
    assert "remember" not in names
    async with start("--tools", "all", "--read-only") as client:
        found = await client.call_tool("search_nodes", {"query": "tea"})
        refused = await client.call_tool("remember", {"text": "x"})
    assert found.structured_content["entities"][0]["name"] == "Ada"
    assert "(forbidden)" in refused.content[0].text


@pytest.fixture(params=["sqlite", "redis"])
def shared(request: pytest.FixtureRequest, store: str) -> Iterator[str]:
    """The URL of a store that several programs use."""
    if request.param == "sqlite":
        yield store
    else:
        with redis_server() as server:
            yield server.url


async def test_programs_that_write_one_graph_at_once_lose_nothing(
    surroundings: dict[str, str], shared: str, tmp_path: Path
) -> None:
    entity = {"name": "Oslo", "entityType": "city", "observations": ["both"]}

    async def work(number: int) -> None:
        command = StdioServerParameters(
            command=MEMLANE,
            args=["mcp", "--user", "luke", "--store", shared, "--tools", "graph"],
            env=surroundings,
            cwd=tmp_path,
        )
        async with Client(stdio_client(command)) as client:
            await client.call_tool("create_entities", {"entities": [entity]})
            for seen in range(10):
                observed = [{"entityName": "Oslo", "contents": [f"{number} saw {seen}", "both"]}]
                result = await client.call_tool("add_observations", {"observations": observed})
                assert not result.is_error, result.content

    await asyncio.gather(work(1), work(2), work(3))
    async with memlane.connect_async(shared, embedder="hashing") as memory:
        graph = await read_graph(memory.user("luke"))
    assert [one.name for one in graph.entities] == ["Oslo"]
    assert sorted(graph.entities[0].observations) == sorted(
        ["both", *(f"{number} saw {seen}" for number in (1, 2, 3) for seen in range(10))]
    )


async def test_a_server_may_be_behind_it(surroundings: dict[str, str], tmp_path: Path) -> None:
    async with memlane.connect_async("sqlite://", embedder="hashing") as memory, served(memory) as url:
        command = StdioServerParameters(
            command=MEMLANE,
            args=["mcp", "--user", "luke", "--store", url, "--tools", "all"],
            env=surroundings | {"MEMLANE_STORE__API_KEY": secret_of("acme")},
            cwd=tmp_path,
        )
        async with Client(stdio_client(command)) as client:
            kept = await client.call_tool("remember", {"text": "Likes tea"})
            found = await client.call_tool("recall", {"query": "tea"})
            entity = {"name": "Ada", "entityType": "person", "observations": ["Plays chess"]}
            await client.call_tool("create_entities", {"entities": [entity, entity]})
            graph = await client.call_tool("read_graph", {})
            message = {"role": "user", "content": "Hello", "created_at": "2026-05-01"}
            await client.call_tool("add_messages", {"session": "a/b", "messages": [message]})
            context = await client.call_tool("get_context", {"session": "a/b"})
            gone = await client.call_tool("forget", {"memory_id": kept.structured_content["memory"]["id"]})
            missing = await client.call_tool("forget", {"memory_id": "nothing"})
        texts = [one.text for one in await memory.user("luke", tenant="acme").memories()]
    assert found.structured_content["results"][0]["memory"] == kept.structured_content["memory"]
    assert graph.structured_content == {"entities": [entity], "relations": []}
    assert context.structured_content["messages"][0]["content"] == "Hello"
    assert not gone.is_error
    assert "(not_found)" in missing.content[0].text
    assert sorted(texts) == ["Ada (person)", "Ada: Plays chess", "Hello"]


def test_output_is_protocol_only(surroundings: dict[str, str], store: str) -> None:
    call = {
        "jsonrpc": "2.0",
        "id": 2,
        "method": "tools/call",
        "params": {"name": "recall", "arguments": {"query": "x"}},
    }
    with process(surroundings, "--user", "luke", "--store", store, "--debug") as running:
        tell(running, HELLO, {"jsonrpc": "2.0", "method": "notifications/initialized"}, "no request", call)
        assert running.stdout is not None
        lines = [json.loads(running.stdout.readline()) for _ in range(2)]
        rest, errors = running.communicate(timeout=SECONDS)
    answers = {line["id"]: line for line in [*lines, *map(json.loads, rest.splitlines())] if "id" in line}
    assert answers[1]["result"]["serverInfo"]["name"] == "memlane"
    assert answers[2]["result"]["structuredContent"]["results"] == []
    assert running.returncode == 0
    assert "Traceback" not in errors


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_at_once_with_all_that_it_said_was_kept(
    surroundings: dict[str, str], store: str, number: int
) -> None:
    arguments = {"name": "remember", "arguments": {"text": "Kept"}}
    with process(surroundings, "--user", "luke", "--store", store) as running:
        tell(running, HELLO, {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": arguments})
        assert running.stdout is not None
        while json.loads(running.stdout.readline())["id"] != 2:
            pass
        running.send_signal(number)
        assert running.wait(SECONDS) == 0
        assert running.stderr is not None
        assert running.stderr.read() == ""
    with memlane.connect(store, embedder="none") as memory:
        assert [one.text for one in memory.user("luke").memories()] == ["Kept"]


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        ([], 2, "--user"),
        (["--user", ""], 2, "user id"),
        (["--user", "u", "--tools", "none"], 2, "--tools"),
        (["--user", "u", "--store", "nosuch://x"], 2, "nosuch"),
    ],
)
def test_a_wrong_command_says_what_is_wrong_on_standard_error(
    surroundings: dict[str, str], arguments: list[str], code: int, word: str
) -> None:
    with process(surroundings, *arguments) as running:
        out, errors = running.communicate(timeout=SECONDS)
    assert (running.returncode, out) == (code, "")
    assert word in errors
    assert len(errors.splitlines()) == 1
