"""Memlane over standard streams, for one user: how desktop programs start an MCP server.

Standard output carries the protocol and nothing else.
"""

from typing import TYPE_CHECKING, Any

from memlane.errors import MissingExtraError
from memlane.mcp.caller import Caller

if TYPE_CHECKING:
    from mcp.server.lowlevel.server import Server

PIP_LINE = "pip install 'memlane[server]'"


async def serve_stdio(caller: Caller) -> None:
    """Serve until standard input ends.

    Raises:
        MissingExtraError: the SDK is not installed.
    """
    try:
        from mcp.server.stdio import stdio_server  # noqa: PLC0415 -- it loads on use

        from memlane.mcp.protocol import make_protocol  # noqa: PLC0415 -- likewise
    except ModuleNotFoundError as exc:
        raise MissingExtraError("MCP", PIP_LINE) from exc

    server: Server[Any] = make_protocol(lambda _: caller)
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())
