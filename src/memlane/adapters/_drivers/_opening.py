"""A client that is opened on first use, once, beside the event loop, and closed once."""

import asyncio
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from memlane.errors import ClosedError


class Closable(Protocol):
    """What can be closed."""

    async def close(self) -> None:
        """Release connections."""
        ...


Client = TypeVar("Client", bound=Closable)


class Opening(Generic[Client]):
    """Holds a client of a provider's package."""

    def __init__(self, open_: Callable[[], Client], what: str) -> None:
        """Open by `open_`, in a thread: importing a package takes a second."""
        self._open = open_
        self._what = what
        self._client: Client | None = None
        self._lock = asyncio.Lock()
        self._closed = False

    async def client(self) -> Client:
        """Return the client, opened by now.

        Raises:
            ClosedError: after aclose().
        """
        async with self._lock:
            if self._closed:
                raise ClosedError(f"{self._what} was used after close")
            if self._client is None:
                self._client = await asyncio.to_thread(self._open)
            return self._client

    async def aclose(self) -> None:
        """Close the client, if it was opened."""
        self._closed = True
        async with self._lock:
            client, self._client = self._client, None
        if client is not None:
            await client.close()
