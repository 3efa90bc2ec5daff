"""`memlane mcp`: serve one user's memory to an MCP client that starts this command."""

import asyncio
import os
import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from memlane.cli.exit_codes import ExitCode
from memlane.cli.output import note
from memlane.cli.where import Where, for_service
from memlane.wiring.connecting import connected_async

if TYPE_CHECKING:
    from memlane.mcp.caller import Toolset


def register(application: typer.Typer) -> None:
    """Add the command."""
    application.command()(for_service(mcp))


def mcp(
    where: Where,
    tools: Annotated[
        Literal["memory", "graph", "all"],
        typer.Option("--tools", help="Memlane's own tools, those of the reference memory server, or both."),
    ] = "memory",
    read_only: Annotated[bool, typer.Option("--read-only", help="Offer only tools that change nothing.")] = False,
) -> None:
    """Serve a user's memory over the Model Context Protocol on standard input and output.

    A desktop program starts this command by itself; docs/how-to/mcp.md has the configuration of each. A server offers
    the same at /mcp, see memlane serve.
    """
    if sys.stdin.isatty():
        note("waiting for an MCP client on standard input; Ctrl-C ends this")
    asyncio.run(_serve(where, tools, read_only=read_only))


async def _serve(where: Where, tools: "Toolset", *, read_only: bool) -> None:
    """Serve until input ends or a signal says to stop; either way what is written is whole, and all is closed."""
    from memlane.mcp.caller import local_caller  # noqa: PLC0415 -- help must come fast
    from memlane.mcp.stdio import serve_stdio  # noqa: PLC0415 -- likewise

    async with connected_async(where.settings()) as memory:
        caller = local_caller(memory, where.user, where.tenant, tools, read_only=read_only)
        serving = asyncio.create_task(serve_stdio(caller))
        stopped = asyncio.create_task(_told_to_stop())
        await asyncio.wait({serving, stopped}, return_when=asyncio.FIRST_COMPLETED)
    if not serving.done():
        os._exit(ExitCode.OK)  # a thread still waits for input, and nothing but input can end that
    stopped.cancel()
    await serving


async def _told_to_stop() -> None:
    told = asyncio.Event()
    with suppress(NotImplementedError):  # on Windows a signal ends the process at once
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, told.set)
    await told.wait()
