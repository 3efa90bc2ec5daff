"""`memlane config`: which settings apply, and where each comes from."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec
import typer

from memlane.cli.output import say, say_json
from memlane.cli.where import Where, with_settings_and_json

if TYPE_CHECKING:
    from memlane.wiring.settings import Settings


class ShownSetting(msgspec.Struct, frozen=True):
    """A setting as it is shown: passwords masked."""

    name: str
    value: str
    origin: str


def register(application: typer.Typer) -> None:
    """Add `config show`."""
    config = typer.Typer(help="The settings that apply.", rich_markup_mode=None)
    config.command("show")(with_settings_and_json(show))
    application.add_typer(config, name="config")


def show(where: Where) -> None:
    """Show every setting and where it comes from.

    Passwords are masked.
    """
    found = list(shown_settings(where.settings()))
    if where.json:
        return say_json(found)
    names, values = max(len(setting.name) for setting in found), max(len(setting.value) for setting in found)
    for setting in found:
        say(f"{setting.name:<{names}}  {setting.value:<{values}}  {setting.origin}")
    return None


def shown_settings(settings: "Settings") -> Iterator[ShownSetting]:
    """Yield every setting as it is shown."""
    from memlane.wiring.settings_entries import ENTRIES  # noqa: PLC0415 -- help must come fast

    for entry in ENTRIES:
        value = shown_place(settings) if entry.name == "store.url" else entry.show(settings.value(entry.name))
        empty = "the same store" if entry.name == "store.memories_url" else "none"
        yield ShownSetting(entry.name, value or empty, settings.origin(entry.name))


def shown_place(settings: "Settings") -> str:
    """Return where memory lives, fit to be shown."""
    from memlane.wiring.build import default_url  # noqa: PLC0415 -- help must come fast

    return default_url() if settings.store.url is None else str(settings.store.url)
