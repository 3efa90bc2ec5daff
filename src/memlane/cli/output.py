"""How results and remarks reach the terminal: results on standard output, all about them on standard error."""

from typing import Any

import msgspec
import typer

from memlane.errors import MemlaneError
from memlane.types.visible import error_line, json_safe, visible


def say(text: str = "", *, newline: bool = True) -> None:
    """Print a result."""
    typer.echo(visible(text), nl=newline)


def note(text: str) -> None:
    """Print something about a result, on standard error."""
    typer.echo(visible(text), err=True)


def say_error(error: MemlaneError) -> None:
    """Print an error as one line on standard error and go on."""
    typer.echo(error_line(str(error), error.code), err=True)


def say_json(value: Any) -> None:
    """Print one JSON document; times are ISO 8601 in UTC."""
    typer.echo(json_safe(msgspec.json.format(msgspec.json.encode(value), indent=2).decode()))


def faint(text: str) -> str:
    """Return `text`, made visible, in a fainter colour where the terminal has any."""
    return typer.style(visible(text), dim=True)


def say_styled(text: str) -> None:
    """Print text whose parts were made visible, and styled, already."""
    typer.echo(text)
