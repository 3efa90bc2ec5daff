"""Background tasks of one connection."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

_Result = TypeVar("_Result")


class Tasks:
    """Keeps background tasks referenced while they run; at close it cancels them, or waits where that was asked for."""

    def __init__(self) -> None:
        """Begin with none."""
        self._running: set[asyncio.Task[None]] = set()
        self._finishing: set[asyncio.Task[Any]] = set()
        self._closed = False

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run `work` in the background; it handles its own errors. After aclose() it is dropped."""
        if self._closed:
            work.close()
            return
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def whole(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        """Run `work` to its end, whatever becomes of the caller, and return its result."""
        task = asyncio.get_running_loop().create_task(work)
        self._finishing.add(task)
        task.add_done_callback(self._finishing.discard)
        return await asyncio.shield(task)

    async def aclose(self) -> None:
        """Cancel what runs, await what must be whole, and return when all have stopped."""
        self._closed = True
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        while self._finishing:
            await asyncio.gather(*self._finishing, return_exceptions=True)
