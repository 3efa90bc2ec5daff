"""The commands that put: remember, preferences."""

from typing import Annotated

import typer

from memlane.cli.arguments import read_life, read_object, read_pairs, read_time
from memlane.cli.output import note, say, say_json
from memlane.cli.where import Where, for_user


def register(application: typer.Typer) -> None:
    """Add these commands."""
    application.command()(for_user(remember))
    preferences = typer.Typer(help="The profile document of a user.", rich_markup_mode=None)
    preferences.command("show")(for_user(show_preferences))
    preferences.command("set")(for_user(set_preferences))
    application.add_typer(preferences, name="preferences")


def remember(
    where: Where,
    text: Annotated[str, typer.Argument(help="What to remember.")],
    kind: Annotated[str, typer.Option(help="fact, preference, summary, or a name of your own.")] = "fact",
    metadata: Annotated[str | None, typer.Option(metavar="JSON", help="A JSON object of your own.")] = None,
    expires: Annotated[str | None, typer.Option(metavar="TIME", help="When it ceases to exist.")] = None,
) -> None:
    """Remember something and print its id."""
    given = read_object(metadata, "--metadata")
    expires_at = read_time(expires, "--expires")
    with where.person() as user:
        memory = user.remember(text, kind=kind, metadata=given, expires_at=expires_at)
    if where.json:
        say_json(memory)
    else:
        say(memory.id)


def show_preferences(where: Where) -> None:
    """Show the profile document of a user as JSON."""
    with where.person() as user:
        say_json(user.preferences())


def set_preferences(
    where: Where,
    pairs: Annotated[
        list[str], typer.Argument(metavar="KEY=VALUE...", help="Values are JSON; what is not JSON is text.")
    ],
    replace: Annotated[bool, typer.Option("--replace", help="Drop all other keys.")] = False,
    ttl: Annotated[str, typer.Option(metavar="TIME", help="Life of the document, e.g. 90 d or never.")] = "90 d",
) -> None:
    """Set values of the profile document.

    Its time to live starts anew.
    """
    values, life = read_pairs(pairs), read_life(ttl, "--ttl")
    with where.person() as user:
        user.set_preferences(values, merge=not replace, ttl=life)
        kept = user.preferences()
    if where.json:
        say_json(kept)
    else:
        note(f"set {', '.join(values)}")
