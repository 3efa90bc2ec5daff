"""The reads and writes that wait for a thread of a driver, and how those who asked hear what became of them."""

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

Work = Callable[[sqlite3.Connection], Any]

Known = dict[object, Any]
"""What works that run together remember of the database, until anyone else writes to it."""

Together = Callable[[sqlite3.Connection, Known, list[Any]], list[Any]]
"""Runs works of one kind at once, and returns or raises what became of all of them."""


class Apart(Exception):  # noqa: N818 -- not an error: works that cannot run together run one by one
    """These works cannot run together."""


class Job(msgspec.Struct, eq=False):
    """A read or a write and who waits for it.

    Attributes:
        work: Runs the statements; what it raises undoes them. It runs again when another job spoilt its transaction.
        loop: The event loop of the caller.
        future: Where the caller waits; once it is cancelled, work that has not begun does not begin.
        is_one_statement: Of a read, whether it sees one state of the database without a transaction.
        together: Runs this write with others; None when it is to run by itself.
        deadline: The monotonic time until which a write waits for other processes.
        rewrite_up_to_bytes: The largest file to be rewritten before the caller hears of success; 0 for none.
    """

    work: Work
    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[Any]"
    is_one_statement: bool = False
    together: Together | None = None
    deadline: float = 0.0
    rewrite_up_to_bytes: int = 0


class Outcome(msgspec.Struct, frozen=True, eq=False):
    """What became of a job."""

    job: Job
    value: Any = None
    error: Exception | None = None


def deliver(outcomes: Iterable[Outcome]) -> None:
    """Wake those who wait, once per event loop; a loop that is closed has nobody left."""
    by_loop: dict[asyncio.AbstractEventLoop, list[Outcome]] = {}
    for outcome in outcomes:
        by_loop.setdefault(outcome.job.loop, []).append(outcome)
    for loop, of_loop in by_loop.items():
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(_settle, of_loop)


def _settle(outcomes: list[Outcome]) -> None:
    for outcome in outcomes:
        future = outcome.job.future
        if future.done():
            continue
        if outcome.error is None:
            future.set_result(outcome.value)
        else:
            future.set_exception(outcome.error)
