"""`memlane work`: which background work is due or was set aside, and bringing it back."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec
import typer

from memlane.cli.lines import plural
from memlane.cli.output import note, say, say_json
from memlane.cli.where import Where, with_settings_and_json
from memlane.types.visible import one_line
from memlane.wiring.connecting import connected

if TYPE_CHECKING:
    from memlane.protocols.work import DuePartition


class ShownWork(msgspec.Struct, frozen=True, kw_only=True):
    """A session with due work, as it is shown.

    Attributes:
        tenant: Whose user.
        user: Whose session.
        session: The session.
        state: `due`, `working`, or `set aside`.
        since: When the first message that no work has seen was added; aware UTC.
        tries: How often work on it has failed.
        error: Code of the last failure; empty for none.
    """

    tenant: str
    user: str
    session: str
    state: str
    since: datetime
    tries: int
    error: str


def register(application: typer.Typer) -> None:
    """Add `work list` and `work retry`."""
    work = typer.Typer(help="Background work: what is due, and what was set aside.", rich_markup_mode=None)
    work.command("list")(with_settings_and_json(list_work))
    work.command("retry")(with_settings_and_json(retry))
    application.add_typer(work, name="work")


def list_work(where: Where) -> None:
    """List the sessions with work that is due or was set aside, the longest waiting first."""
    with connected(where.settings(), in_process=False) as memory:
        found = [shown for due in memory.work() for shown in _shown(due)]
    if where.json:
        return say_json(found)
    for shown in found:
        tried = f"  {plural(shown.tries, 'failure')}, last {shown.error}" if shown.tries else ""
        place = f"{one_line(shown.tenant)}/{one_line(shown.user)}  {one_line(shown.session)}"
        say(f"{shown.state:<9}  since {shown.since:%Y-%m-%d %H:%M} UTC  {place}{tried}")
    if not found:
        note("nothing is due")
    return None


def retry(where: Where) -> None:
    """Bring back the sessions that were set aside after too many failures."""
    with connected(where.settings(), in_process=False) as memory:
        retried = memory.retry_work()
    if where.json:
        say_json({"retried": retried})
    else:
        note(f"{plural(retried, 'session')} brought back")


def _shown(due: "DuePartition") -> Iterator[ShownWork]:
    for session in due.sessions:
        state = "set aside" if session.set_aside else "working" if due.leased else "due"
        yield ShownWork(
            tenant=due.partition.tenant,
            user=due.partition.user,
            session=session.session,
            state=state,
            since=datetime.fromtimestamp(session.since_ms / 1_000, UTC),
            tries=session.tries,
            error=session.error,
        )
