"""The thread on which a connection's event loop runs for blocking callers."""

import asyncio
import concurrent.futures
import os
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from memlane.errors import ClosedError

_Result = TypeVar("_Result")
_LONGEST_END_SECONDS = 10.0


class LoopThread:
    """One daemon thread that runs an event loop for blocking callers."""

    def __init__(self) -> None:
        """Start the thread."""
        self._pid = os.getpid()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="memlane", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        """Run `work` on the loop and return its result; an interrupt of the caller cancels it.

        Raises:
            ClosedError: called inside a running loop, after a fork, or after close().
        """
        try:
            self._check()
        except ClosedError:
            work.close()
            raise
        tasks: list[asyncio.Task[Any]] = []
        future = asyncio.run_coroutine_threadsafe(_noted(work, tasks), self._loop)
        try:
            return future.result()
        except concurrent.futures.CancelledError as exc:
            raise ClosedError("the connection was closed while this call ran") from exc
        except BaseException:
            if not future.done():
                self._interrupt(future, tasks)
            raise

    def _interrupt(self, future: concurrent.futures.Future[Any], tasks: list[asyncio.Task[Any]]) -> None:
        """Cancel a call and wait until it has ended, so that the next does not meet it half-way."""
        future.cancel()
        with suppress(TimeoutError):
            asyncio.run_coroutine_threadsafe(_ended(tasks), self._loop).result(_LONGEST_END_SECONDS)

    def call(self, action: Callable[[], None]) -> None:
        """Call something on the loop soon; does nothing once it has stopped."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(action)

    def close(self) -> None:
        """Stop the loop and its thread; calls that still run in other threads are cancelled. A second does nothing."""
        if self._loop.is_closed() or self._pid != os.getpid():
            return
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _check(self) -> None:
        if self._pid != os.getpid():
            raise ClosedError("this connection was opened before a fork; open another in the child process")
        if self._loop.is_closed():
            raise ClosedError("this connection is closed")
        if asyncio._get_running_loop() is not None:  # noqa: SLF001 -- get_running_loop would raise on the usual path
            raise ClosedError("a blocking call inside a running event loop would stop it; use memlane.connect_async")

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
        finally:
            self._loop.run_until_complete(_cancelled(asyncio.all_tasks(self._loop)))
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.run_until_complete(self._loop.shutdown_default_executor())


async def _noted(work: Coroutine[Any, Any, _Result], tasks: list[asyncio.Task[Any]]) -> _Result:
    """Await work, and note the task that does."""
    task = asyncio.current_task()
    if task is not None:
        tasks.append(task)
    return await work


async def _ended(tasks: list[asyncio.Task[Any]]) -> None:
    """Wait until tasks that were cancelled have ended; to cancel them again would cut short what they still keep."""
    await asyncio.gather(*tasks, return_exceptions=True)


async def _cancelled(tasks: set[asyncio.Task[Any]]) -> None:
    """Cancel tasks and wait until they have ended, so that whoever waits for one is told."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
