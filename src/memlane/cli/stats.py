"""`memlane stats`: how much was said, sent and recalled over time."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, cast

import typer

from memlane.cli.arguments import read_time
from memlane.cli.output import note, say, say_json
from memlane.cli.where import Where, for_tenant
from memlane.errors import UsageError
from memlane.wiring.connecting import connected

if TYPE_CHECKING:
    from memlane import Memlane
    from memlane.types.usage import Amounts, Step, UsagePoint

_COLUMNS = {
    "messages": "messages",
    "tokens in": "input_tokens",
    "tokens out": "output_tokens",
    "cached": "cached_tokens",
    "recalls": "recalls",
    "hits": "hits",
}
_TOTAL = "total"


def register(application: typer.Typer) -> None:
    """Add `stats`."""
    application.command()(for_tenant(stats))


def stats(  # noqa: PLR0917 -- typer passes all by name
    where: Where,
    user: Annotated[
        str | None, typer.Option("--user", "-u", metavar="USER", help="Only of this user; default: the whole tenant.")
    ] = None,
    session: Annotated[
        str | None, typer.Option("--session", "-s", metavar="SESSION", help="Only of this session of the user.")
    ] = None,
    step: Annotated[str, typer.Option(metavar="STEP", help="How long a line is: minute, hour or day.")] = "day",
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="From then; default: 24 hours, 7 days or 30 days back.")
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="Before then; default: now.")] = None,
) -> None:
    """Show how much was used over time: messages, tokens, recalls and what they found.

    Times are UTC. A line begins where its minute, hour or day does; those in which nothing was used are left out.
    """
    span = (read_time(since, "--since"), read_time(until, "--until"))
    if session is not None and user is None:
        raise UsageError("--session needs --user: whose session it is")
    with connected(where.settings(), in_process=False) as memory:
        found = _points(memory, (where.tenant, user, session), cast("Step", step), span)
    if where.json:
        return say_json(found)
    if not found:
        return note("nothing was used")
    for line in stats_lines(found, step=cast("Step", step)):
        say(line)
    return None


def _points(
    memory: "Memlane",
    owner: tuple[str, str | None, str | None],
    step: "Step",
    span: tuple[datetime | None, datetime | None],
) -> "list[UsagePoint]":
    tenant, user, session = owner
    since, until = span
    if user is None:
        return memory.stats(tenant=tenant, step=step, since=since, until=until)
    person = memory.user(user, tenant=tenant)
    return (person if session is None else person.session(session)).stats(step=step, since=since, until=until)


def stats_lines(points: "Sequence[UsagePoint]", *, step: "Step") -> Iterator[str]:
    """Yield points as a table with a head, and with a sum where there are several."""
    rows = [[_begin(point.at, step), *_cells(point.used)] for point in points]
    if len(points) > 1:
        total = points[0].used
        for point in points[1:]:
            total += point.used
        rows.append([_TOTAL, *_cells(total)])
    table = [[step, *_COLUMNS], *rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        cells = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        yield "  ".join([row[0].ljust(widths[0]), *cells])


def _begin(at: datetime, step: "Step") -> str:
    return f"{at.astimezone(UTC):{'%Y-%m-%d' if step == 'day' else '%Y-%m-%d %H:%M'}}"


def _cells(used: "Amounts") -> list[str]:
    return [f"{getattr(used, name):,}" for name in _COLUMNS.values()]
