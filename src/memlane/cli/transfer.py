"""The commands that carry a user's memory in and out: import, export."""

import gzip
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from memlane.cli.lines import plural
from memlane.cli.output import note, say, say_json
from memlane.cli.progress import steps
from memlane.cli.where import Where, for_user
from memlane.errors import UsageError

_EXPORT_HEAD = b'{"type":"memlane-export"'


class Imported(msgspec.Struct, frozen=True):
    """What an import did.

    Attributes:
        new: Records that were not there before.
        already_there: Records that were; None for an export, whose lines are not all records.
        indexed: Whether every memory has its vector; None when that was not asked for.
    """

    new: int
    already_there: int | None
    indexed: bool | None


def register(application: typer.Typer) -> None:
    """Add these commands."""
    application.command("import")(for_user(import_file))
    application.command()(for_user(export))


def import_file(
    where: Where,
    file: Annotated[Path, typer.Argument(help="An export, or conversations as JSON or JSON Lines; .gz is read too.")],
    conversation: Annotated[
        str | None, typer.Option(metavar="ID", help="Of a file of conversations, only this one.")
    ] = None,
    index: Annotated[
        bool, typer.Option("--index/--no-index", help="Make everything findable by meaning now, not at first need.")
    ] = True,
) -> None:
    """Import conversations or an export.

    What is there already is left alone, so an import that was interrupted is completed by another.
    """
    with where.person() as user, steps() as shown:
        reading = shown.step("messages")
        new = user.restore(file, conversation=conversation, progress=reading.update)
        indexed = user.index(progress=shown.step("embedding").update) if index else None
    done = Imported(new, None if _is_export(file) else reading.total - new, indexed)
    if where.json:
        say_json(done)
    else:
        say(f"{new:,} new" + ("" if done.already_there is None else f", {done.already_there:,} already there"))
    if indexed is False:
        note("not all of it can be found by meaning yet, only by keywords; `memlane doctor` says why")


def export(
    where: Where,
    file: Annotated[Path, typer.Argument(help="Where to write; it appears whole or not at all.")],
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
) -> None:
    """Write everything of a user to a file.

    It is JSON Lines, which `memlane import` reads back on any store.
    """
    if file.exists() and not force:
        raise UsageError(f"{file} exists; say --force to replace it")
    with where.person() as user:
        count = user.export(file)
    if where.json:
        say_json({"records": count, "file": str(file)})
    else:
        note(f"{plural(count, 'record')} written to {file}")


def _is_export(file: Path) -> bool:
    with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as opened:
        return opened.read(len(_EXPORT_HEAD)) == _EXPORT_HEAD
