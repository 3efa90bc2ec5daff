"""Remember and recall over the Model Context Protocol, with the official SDK.

    python examples/mcp_client.py                                  starts `memlane mcp` for the user `example`
    python examples/mcp_client.py http://127.0.0.1:8765/mcp        asks a server; the key is in MEMLANE_KEY

Run it twice: the second run recalls what the first one remembered.
"""

import asyncio
import os
import sys
from pathlib import Path

import httpx2
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client


async def talk(client: Client) -> None:
    """Recall, then remember."""
    found = await client.call_tool("recall", {"query": "What does she eat?", "limit": 1})
    for result in found.structured_content["results"]:
        print("recalled:", result["memory"]["text"])
    kept = await client.call_tool("remember", {"text": "She is vegetarian.", "kind": "preference"})
    print("remembered:", kept.structured_content["memory"]["text"])


async def main(url: str | None) -> None:
    """Connect, to a server if there is an address."""
    if url is None:
        command = str(Path(sys.executable).parent / "memlane")
        here = StdioServerParameters(command=command, args=["mcp", "--user", "example"], env=dict(os.environ))
        async with Client(stdio_client(here)) as client:
            await talk(client)
    else:
        key = os.environ.get("MEMLANE_KEY")
        headers = {"X-Memlane-User": "example"} | ({"Authorization": f"Bearer {key}"} if key else {})
        async with (
            httpx2.AsyncClient(headers=headers) as http,
            Client(streamable_http_client(url, http_client=http)) as client,
        ):
            await talk(client)


asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else None))
