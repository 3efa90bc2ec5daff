"""The commands that remove: forget, erase."""

import sys
from typing import Annotated

import typer

from memlane.cli.history import forget_history
from memlane.cli.lines import plural, receipt_lines
from memlane.cli.output import note, say, say_json
from memlane.cli.where import Where, for_user
from memlane.errors import UsageError


def register(application: typer.Typer) -> None:
    """Add these commands."""
    application.command()(for_user(forget))
    application.command()(for_user(erase))


def forget(
    where: Where,
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Ids as `memlane memories` lists them.")],
) -> None:
    """Remove memories for good.

    A message still in its session's window stays there.
    """
    with where.person() as user:
        for memory_id in ids:
            user.forget(memory_id)
    if where.json:
        say_json({"forgotten": ids})
    else:
        note(f"forgot {plural(len(ids), 'memory', 'memories')}")


def erase(
    where: Where,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove every trace of a user.

    Sessions, memories, preferences, and what was typed in `memlane chat` on this machine. Asks for the user's id first.
    """
    if not yes:
        _confirm(where)
    with where.person() as user:
        receipt = user.erase()
    forget_history(where.tenant, where.user)
    if where.json:
        return say_json(receipt)
    for line in receipt_lines(receipt):
        say(line)
    return None


def _confirm(where: Where) -> None:
    if not sys.stdin.isatty():
        raise UsageError("erase cannot ask without a terminal; say --yes to erase without being asked")
    note(f"This removes all that is kept of user {where.user!r} of tenant {where.tenant!r}. It cannot be undone.")
    if typer.prompt("Type the user's id to go on", err=True) != where.user:
        raise UsageError("that is not the user's id; nothing was erased")
