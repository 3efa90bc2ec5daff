"""The tree of commands. Each command imports what it needs when it runs, so that help comes fast."""

from typing import Annotated, Any

import typer

from memlane._version import __version__
from memlane.cli import (
    bench,
    chat,
    config,
    doctor,
    forgetting,
    keys,
    mcp,
    reading,
    serve,
    stats,
    transfer,
    up,
    web,
    work,
    worker,
    writing,
)
from memlane.cli.exit_codes import MEANINGS
from memlane.cli.output import say

_EPILOG = "Exit codes: " + "; ".join(f"{code.value} {meaning}" for code, meaning in MEANINGS.items()) + "."
_WIDTH = 100
_MODULES = (
    up,
    chat,
    transfer,
    reading,
    stats,
    writing,
    forgetting,
    serve,
    web,
    mcp,
    worker,
    work,
    keys,
    config,
    doctor,
    bench,
)
"""In the order in which help lists their commands."""


def command() -> Any:
    """Return the command `memlane`, to be called with its arguments."""
    return typer.main.get_command(_application())


def _application() -> typer.Typer:
    settings = {"max_content_width": _WIDTH, "help_option_names": ["-h", "--help"]}
    application = typer.Typer(
        name="memlane",
        help="Memory for LLM applications: talk to it, fill it, search it, look after it.",
        epilog=_EPILOG,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings=settings,
    )
    application.callback()(_version_option)
    for module in _MODULES:
        module.register(application)
    return application


def _show_version(wanted: bool) -> None:
    if wanted:
        say(f"memlane {__version__}")
        raise typer.Exit


def _version_option(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Memory for LLM applications: talk to it, fill it, search it, look after it."""
