"""`memlane doctor`: connect to everything that is configured and say what is wrong."""

from typing import TYPE_CHECKING

import typer

from memlane.cli.output import say, say_json
from memlane.cli.where import Where, with_settings_and_json

if TYPE_CHECKING:
    from memlane.types.state import HealthCheck


def register(application: typer.Typer) -> None:
    """Add the command."""
    application.command()(with_settings_and_json(doctor))


def doctor(where: Where) -> None:
    """Connect to everything and say what is wrong.

    Checks packages, stores, embedder, token counter, chat model (it is asked for one word), background work and how
    `memlane serve` would let callers in.
    Exits with 1 when something is broken; warnings are no fault.
    """
    from memlane.cli.checks import all_checks  # noqa: PLC0415 -- help must come fast

    checks: list[HealthCheck] = []
    for check in all_checks(where.settings()):
        checks.append(check)
        if not where.json:
            say(f"{check.state:<8} {check.name:<15} {check.detail}")
            if check.fix:
                say(f"{'':<8} {'':<15} fix: {check.fix}")
    if where.json:
        say_json(checks)
    if any(check.state == "fault" for check in checks):
        raise typer.Exit(1)
