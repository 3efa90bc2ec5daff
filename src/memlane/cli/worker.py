"""`memlane worker`: do the background work of a store, until told to stop or until nothing is due."""

import signal
import sys
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from memlane.cli.exit_codes import ExitCode
from memlane.cli.lines import plural
from memlane.cli.output import note
from memlane.cli.where import Where, for_worker
from memlane.wiring.connecting import connected

if TYPE_CHECKING:
    from memlane import Memlane


def register(application: typer.Typer) -> None:
    """Add the command."""
    application.command()(for_worker(worker))


def worker(
    where: Where,
    drain: Annotated[
        bool, typer.Option("--drain", help="Stop when nothing is due, without waiting for quiet.")
    ] = False,
) -> None:
    """Do background work: look for facts, summarise long windows, write episodes.

    Any number of workers share a store; one that is killed loses nothing. Ctrl-C or SIGTERM stops it once it has
    finished what it is working on. On SQLite every connection does this work by itself; a worker is for Redis, and for
    large imports.
    """
    settings = where.settings()
    with connected(settings, in_process=False) as memory:
        done = memory.run_due(progress=_show) if drain else _serve(memory)
        failed = [due for listed in memory.work() for due in listed.sessions if due.tries]
    note(f"{plural(done, 'fact, summary or episode', 'facts, summaries and episodes')} written")
    if failed:
        codes = ", ".join(sorted({due.error for due in failed}))
        note(f"work on {plural(len(failed), 'session')} has failed ({codes}); see memlane work list")
        raise typer.Exit(ExitCode.FAILED)


def _serve(memory: "Memlane") -> int:
    def stop(_number: int, _frame: FrameType | None) -> None:
        note("stopping when the work at hand is done …")
        memory.stop_work()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    note("working; Ctrl-C stops")
    try:
        return memory.serve_work(progress=_show)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _show(done: int) -> None:
    if sys.stderr.isatty():
        note(f"{done} written so far")
