"""An event loop for code that is not asynchronous itself, such as a state machine."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

_Result = TypeVar("_Result")


class OwnLoop:
    """Runs awaitables one after the other on an event loop that nothing else uses."""

    def __init__(self) -> None:
        """Make the loop."""
        self._loop = asyncio.new_event_loop()

    def run(self, work: Awaitable[_Result]) -> _Result:
        """Return the result of `work`."""
        return self._loop.run_until_complete(work)

    def close(self, *closers: Callable[[], Awaitable[None]]) -> None:
        """Run `closers` and close the loop, whatever they raise."""
        try:
            for closer in closers:
                self.run(closer())
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        finally:
            self._loop.close()
