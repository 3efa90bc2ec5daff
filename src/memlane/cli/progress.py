"""Progress bars on standard error, shown only where that is a terminal."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress


class Step:
    """One piece of work and how far it is; updated from any thread."""

    def __init__(self, bars: "Progress | None", label: str) -> None:
        """Show it in `bars`, if there are any."""
        self.done = 0
        self.total = 0
        self._bars = bars
        self._bar = None if bars is None else bars.add_task(label, total=None)

    def update(self, done: int, total: int) -> None:
        """Set how far it is."""
        self.done, self.total = done, total
        if self._bars is not None and self._bar is not None:
            self._bars.update(self._bar, completed=done, total=total)


class Steps:
    """The pieces of work of one command."""

    def __init__(self, bars: "Progress | None") -> None:
        """Show them in `bars`, if there are any."""
        self._bars = bars

    def step(self, label: str) -> Step:
        """Begin the next."""
        return Step(self._bars, label)


@contextmanager
def steps() -> Generator[Steps]:
    """Show progress while the block runs."""
    if not sys.stderr.isatty():
        yield Steps(None)
        return
    from rich.console import Console  # noqa: PLC0415 -- help must come fast
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = (TextColumn("{task.description:>10}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        yield Steps(bars)
