"""The README's section about the server is true: its commands and programs do what it says, against a server."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from anthropic import Anthropic
from readme_blocks import README, RUNNER, SECONDS, SERVER, Block, blocks, commands, matches, section

from memlane.testing.model_server import ModelServer
from memlane.testing.services.memlane_server import MemlaneServer, memlane_server

HEADING = "## A server"
KEY = "sk-tour"
LAG_S = 30.0


@pytest.fixture
def provider() -> Iterator[ModelServer]:
    """What stands behind the proxy, for both providers."""
    with ModelServer(key=KEY) as server:
        yield server


@pytest.fixture
def server(provider: ModelServer) -> Iterator[MemlaneServer]:
    upstream = {"MEMLANE_PROXY__OPENAI_URL": provider.base_url, "MEMLANE_PROXY__ANTHROPIC_URL": provider.address}
    with memlane_server("--no-auth", **upstream) as begun:
        yield begun


def of_the_section(language: str) -> list[Block]:
    return [block for block in blocks(language) if block.line in section(HEADING)]


def here(text: str, server: MemlaneServer) -> str:
    """Return a text with the address of the test's server."""
    return text.replace(SERVER, f"localhost:{server.url.rpartition(':')[2]}")


def run(command: list[str], home: dict[str, str], server: MemlaneServer, stdin: str = "") -> str:
    """Return what a command prints in the server's own home, so that the store is the same; `home` has the path."""
    places = {name: str(server.home) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")}
    done = subprocess.run(
        command,
        input=stdin,
        env=home | places | {"OPENAI_API_KEY": KEY, "MEMLANE_EMBEDDER__NAME": "hashing"},
        cwd=server.home,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}"
    return done.stdout


def follow_the_commands(home: dict[str, str], server: MemlaneServer) -> list[str]:
    """Run the section's commands in order, and return what each printed, which is what it says."""
    printed: list[str] = []
    for command in [command for block in of_the_section("console") for command in commands(block)]:
        said = run(["/bin/sh", "-c", here(command.text, server)], home, server)
        line = said if said.endswith("\n") else f"{said}\n"  # curl adds none
        assert matches(command.output, line), f"{command.text}\n{said}\n-- but should be\n{command.output}"
        printed.append(said)
    return printed


def test_the_commands_print_what_it_says(home: dict[str, str], server: MemlaneServer) -> None:
    printed = follow_the_commands(home, server)
    assert len(printed) >= 6
    context: dict[str, Any] = json.loads(printed[2])
    assert "I land in Oslo on Friday" in context["remembered"]
    until = time.monotonic() + LAG_S  # servers write usage down every few seconds
    while not (steps := json.loads(run(["memlane", "stats", "--user", "luke", "--json"], home, server))):
        assert time.monotonic() < until
    assert [step["used"]["messages"] for step in steps] == [1]


def test_the_programs_run_in_order(home: dict[str, str], server: MemlaneServer, provider: ModelServer) -> None:
    follow_the_commands(home, server)
    programs = [block for block in of_the_section("python") if SERVER in block.text]
    assert len(programs) >= 2
    given = json.dumps([(here(block.text, server), block.line) for block in programs])
    assert "I am vegetarian and I land in Oslo on Friday." in run(
        [sys.executable, "-W", "error", "-c", RUNNER], home, server, given
    )
    assert len(provider.asked) == 2
    assert "I live in Oslo." in provider.asked[-1].question


def test_every_program_that_needs_a_server_is_in_the_section() -> None:
    for language in ("console", "python"):
        needing = [block for block in blocks(language) if SERVER in block.text]
        assert needing
        assert set(needing) <= set(of_the_section(language))


def test_the_addresses_that_it_names_are_there(server: MemlaneServer) -> None:
    lines = README.read_text("utf-8").splitlines()
    text = "\n".join(lines[number - 1] for number in section(HEADING))
    paths = sorted(set(re.findall(r"`(/[a-z/]+)`", text)))
    assert {"/docs", "/health/ready", "/metrics"} <= set(paths)
    for path in paths:
        assert httpx2.get(server.url + path, timeout=SECONDS).status_code == 200, path


def test_the_other_clients_find_their_addresses(server: MemlaneServer) -> None:
    text = README.read_text("utf-8")
    (anthropic,) = set(re.findall(rf'base_url="(http://{SERVER}/anthropic[^"]*)"', text))
    with Anthropic(base_url=here(anthropic, server), api_key=KEY, default_headers={"X-Memlane-User": "mia"}) as client:
        said = [{"role": "user", "content": "I live in Oslo."}]
        answer = client.messages.with_raw_response.create(model="claude-sonnet-5-5", max_tokens=9, messages=said)
    assert answer.headers["X-Memlane-Memory"] == "on"
    (mcp,) = set(re.findall(rf"`(http://{SERVER}/mcp)`", text))
    ping = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    accepted = {"Accept": "application/json, text/event-stream", "X-Memlane-User": "mia"}
    tools = httpx2.post(here(mcp, server), json=ping, headers=accepted, timeout=SECONDS).json()["result"]["tools"]
    assert {"remember", "recall", "list_memories", "forget"} <= {tool["name"] for tool in tools}
