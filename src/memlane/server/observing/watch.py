"""What watches one serving process, as its settings have it."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractContextManager, asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final

from memlane.errors import MemlaneError
from memlane.protocols.observer import Observer
from memlane.server.observing.metrics import Gauges, PrometheusObserver, exposition_of
from memlane.server.observing.spans import Both
from memlane.wiring.settings import Settings
from memlane.wiring.watching import Watched

if TYPE_CHECKING:
    from memlane.server.observing.traces import TracingObserver

_log = logging.getLogger(__name__)
_CACHE_SECONDS: Final = 5.0
_WORK_SECONDS: Final = 15.0


class Watch:
    """Metrics always, traces where they are wanted."""

    def __init__(self, *, traces: bool) -> None:
        """Watch; `traces` also sends spans."""
        self._metrics = PrometheusObserver()
        self.observer: Observer = self._metrics
        self.continued: Callable[[Mapping[bytes, bytes]], AbstractContextManager[object]] | None = None
        self._gauges: Gauges | None = None
        self._tracing: TracingObserver | None = None
        if traces:
            from memlane.server.observing import traces as tracing  # noqa: PLC0415 -- only where it is wanted

            self._tracing = tracing.TracingObserver()
            self.observer = Both([self._metrics, self._tracing])
            self.continued = self._tracing.continued

    async def aclose(self) -> None:
        """Send the spans that wait."""
        if self._tracing is not None:
            await self._tracing.aclose()

    async def exposition(self) -> tuple[bytes, str]:
        """Return the numbers of all processes, this one's cache as it is now, and their content type."""
        if self._gauges is not None:
            self._gauges.look_at_cache()
        return await exposition_of(self._metrics)

    @asynccontextmanager
    async def looking_at(self, watched: Watched) -> AsyncGenerator[None]:
        """Look at a connection every few seconds meanwhile."""
        self._gauges = Gauges(self._metrics.registry, watched)
        task = asyncio.create_task(_look(self._gauges))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


@asynccontextmanager
async def open_watch(settings: Settings) -> AsyncGenerator[Watch]:
    """Watch this process."""
    watch = Watch(traces=settings.server.traces)
    try:
        yield watch
    finally:
        await watch.aclose()


async def _look(gauges: Gauges) -> None:
    next_work = 0.0
    while True:
        gauges.look_at_cache()
        if time.monotonic() >= next_work:
            next_work = time.monotonic() + _WORK_SECONDS
            try:
                await gauges.look_at_work()
            except MemlaneError as exc:
                _log.warning("due work was not counted: %s", exc.code)
        await asyncio.sleep(_CACHE_SECONDS)
