"""The configurations of docs/how-to/mcp.md are well-formed, and start what they say."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from memlane.mcp.graph_tools import GRAPH_TOOLS
from memlane.mcp.memory_tools import MEMORY_TOOLS

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "mcp.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def servers() -> list[dict[str, Any]]:
    """Return every server that a configuration names."""
    documents = [json.loads(block) for block in blocks("json")] + [tomllib.loads(block) for block in blocks("toml")]
    groups = [document.get(key, {}) for document in documents for key in ("mcpServers", "servers", "mcp_servers")]
    return [server for group in groups for server in group.values()]


def test_each_server_is_a_command_or_an_address() -> None:
    assert len(servers()) == 13
    for server in servers():
        addresses = [server[key] for key in ("url", "serverUrl", "httpUrl") if key in server]
        assert ("command" in server) != bool(addresses)
        assert all(address == "https://memory.example.com/mcp" for address in addresses)


@pytest.mark.parametrize("arguments", sorted({tuple(one["args"]) for one in servers() if "args" in one}))
async def test_each_command_starts_a_server(arguments: tuple[str, ...], home: dict[str, str], tmp_path: Path) -> None:
    command = StdioServerParameters(
        command=str(Path(home["PATH"].split(":")[0]) / "memlane"), args=list(arguments), env=home, cwd=tmp_path
    )
    async with Client(stdio_client(command)) as client:
        assert len((await client.list_tools()).tools) == len(MEMORY_TOOLS)


def test_every_tool_is_on_the_page() -> None:
    for tool in MEMORY_TOOLS:
        assert f"| `{tool.name}` | `{tool.scope}` |" in PAGE
    for tool in GRAPH_TOOLS:
        assert f"`{tool.name}`" in PAGE
