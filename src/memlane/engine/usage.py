"""How much is used: counted here, and written down together, every few seconds.

Nothing on the way of a call waits for it. A process that is killed loses what it counted in its last seconds.
"""

import asyncio
import logging
from datetime import timedelta

from memlane.engine.tasks import Tasks
from memlane.errors import MemlaneError
from memlane.protocols.clock import Clock
from memlane.protocols.usage import UsageStore, Used
from memlane.types.ids import Partition
from memlane.types.usage import Amounts

_log = logging.getLogger(__name__)
_WRITTEN_AFTER_SECONDS = 5.0
_MINUTE_MS = timedelta(minutes=1) // timedelta(milliseconds=1)
_MOST_COUNTS = 100_000
_Place = tuple[Partition, str | None, int]


class Usage:
    """Counts usage by session and minute, and writes it down."""

    def __init__(self, store: UsageStore | None, clock: Clock, tasks: Tasks) -> None:
        """Write to `store`; None counts nothing."""
        self.store = store
        self._clock = clock
        self._tasks = tasks
        self._counts: dict[_Place, Amounts] = {}
        self._waiting = False

    def note(self, partition: Partition, session: str | None, amounts: Amounts) -> None:
        """Count what was used just now."""
        minute_ms = self._clock.now_ms() // _MINUTE_MS * _MINUTE_MS
        place = (partition, session, minute_ms)
        known = self._counts.get(place)
        if self.store is None or (known is None and len(self._counts) >= _MOST_COUNTS):
            return
        self._counts[place] = amounts if known is None else known + amounts
        if not self._waiting:
            self._waiting = True
            self._tasks.start(self._write_soon())

    def forget(self, partition: Partition) -> None:
        """Drop what is counted of a partition."""
        self._counts = {place: amounts for place, amounts in self._counts.items() if place[0] != partition}

    async def write(self) -> None:
        """Write down what is counted; what cannot be written is dropped."""
        counts, self._counts = self._counts, {}
        if self.store is None or not counts:
            return
        used = [
            Used(partition=partition, session=session, minute_ms=minute_ms, amounts=amounts)
            for (partition, session, minute_ms), amounts in counts.items()
        ]
        try:
            await self.store.add(used, now_ms=self._clock.now_ms())
        except MemlaneError as exc:
            _log.warning("usage was not written down: %s", exc.code)

    async def _write_soon(self) -> None:
        try:
            await asyncio.sleep(_WRITTEN_AFTER_SECONDS)
        finally:
            self._waiting = False
        await self.write()
