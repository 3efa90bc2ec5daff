"""Answers that come in pieces: lines of an export and server-sent events of a reply.

A client that goes away ends what makes the pieces, at once, also while nothing is sent.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any, Final, TypeVar

from memlane.server.parts import Receive, Send
from memlane.server.problems import answer_to

NDJSON: Final = "application/x-ndjson"
EVENTS: Final = "text/event-stream"
_SENT_BYTES: Final = 64 * 1024
_Result = TypeVar("_Result")


class Gone(Exception):  # noqa: N818 -- not an error: the client went away
    """The client went away."""


class Watched:
    """Waits for what makes an answer, and for the client to go away, whichever comes first."""

    def __init__(self, receive: Receive) -> None:
        """Watch the client behind `receive`, whose request was read to its end."""
        self._leaving = asyncio.ensure_future(_until_gone(receive))

    async def wait(self, making: "asyncio.Future[Any]", seconds: float | None = None) -> bool:
        """Wait for `making`, at most so long; return whether it is done.

        Raises:
            Gone: the client went away first.
        """
        await asyncio.wait({making, self._leaving}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if making.done():
            return True
        if self._leaving.done():
            raise Gone
        return False

    async def whole(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        """Return what `work` gives; cancel it, and wait for its end, when the client goes away or this is cancelled."""
        task = asyncio.ensure_future(work)
        try:
            await self.wait(task)
            return await task
        finally:
            await end(task)

    async def aclose(self) -> None:
        """Stop watching."""
        await end(self._leaving)


async def end(task: "asyncio.Future[Any]") -> None:
    """Cancel a task and wait until it has ended, whatever it ends with."""
    if not task.done():
        task.cancel()
        await asyncio.wait({task})
    if not task.cancelled():
        task.exception()  # it was looked at: the loop need not complain


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class Lines:
    """An export on its way: an ASGI application. What fails before the first line is a problem document."""

    def __init__(self, lines: AsyncIterator[bytes]) -> None:
        """Send these lines, as many at once as make up a piece of some size; the next is made when one was taken."""
        self._pieces = _in_pieces(lines)

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Send them; a client that goes away ends them."""
        watched = Watched(receive)
        try:
            try:
                piece = await watched.whole(_next(self._pieces))
            except Gone:
                raise
            except Exception as exc:  # noqa: BLE001 -- every one has its document
                await answer_to(exc, scope)(scope, receive, send)
                return
            await send_start(send, NDJSON)
            while piece is not None:
                await send_more(send, piece)
                piece = await watched.whole(_next(self._pieces))
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except Gone:
            return
        finally:
            await watched.aclose()
            await self._pieces.aclose()


async def _in_pieces(lines: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
    held = bytearray()
    try:
        async for line in lines:
            held += line
            if len(held) >= _SENT_BYTES:
                yield bytes(held)
                held.clear()
    finally:
        close: Callable[[], Awaitable[None]] | None = getattr(lines, "aclose", None)
        if close is not None:
            await close()
    yield bytes(held)


async def _next(pieces: AsyncGenerator[bytes]) -> bytes | None:
    return await anext(pieces, None)


async def send_start(send: Send, media: str) -> None:
    """Begin an answer that comes in pieces; proxies in between are asked not to collect them."""
    headers = [(b"content-type", media.encode()), (b"x-accel-buffering", b"no")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})


async def send_more(send: Send, piece: bytes) -> None:
    """Send a piece."""
    await send({"type": "http.response.body", "body": piece, "more_body": True})
