"""Background tasks of one connection."""

import asyncio
from collections.abc import Coroutine
from typing import Any


class Tasks:
    """Keeps background tasks referenced while they run and cancels them at close."""

    def __init__(self) -> None:
        """Begin with none."""
        self._running: set[asyncio.Task[None]] = set()
        self._closed = False

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run `work` in the background; it handles its own errors. After aclose() it is dropped."""
        if self._closed:
            work.close()
            return
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def aclose(self) -> None:
        """Cancel what runs and wait until it has stopped, whatever it starts meanwhile."""
        self._closed = True
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
