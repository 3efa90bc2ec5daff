"""ASGI as the proxy needs it: reading a request, sending an answer, noticing that the client has gone."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, MutableMapping
from contextlib import suppress
from typing import Any

from memlane.errors import MemlaneError
from memlane.proxy.errors import Headers, problem

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
"""An ASGI application (asgi.readthedocs.io, version 3)."""


class ClientGoneError(Exception):
    """The client has hung up; there is nobody to answer."""


class Incoming:
    """The body of a request, and after it the news that the client has gone."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._is_read = asyncio.Event()

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield the body as it comes.

        Raises:
            ClientGoneError: the client hung up before its end.
        """
        more = True
        while more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ClientGoneError
            more = message.get("more_body", False)
            if message.get("body"):
                yield message["body"]
        self._is_read.set()

    async def whole(self) -> bytes:
        """Return the body; errors as `pieces`."""
        return b"".join([piece async for piece in self.pieces()])

    def skip(self) -> None:
        """Say that there is no body."""
        self._is_read.set()

    async def while_there(self, work: Coroutine[Any, Any, None]) -> None:
        """Do `work` until its end or until the client, once its body is read, hangs up: then it is cancelled."""
        working = asyncio.ensure_future(work)
        watching = asyncio.ensure_future(self._gone())
        try:
            await asyncio.wait((working, watching), return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                await working
        finally:
            working.cancel()
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.gather(working, watching, return_exceptions=True)

    async def _gone(self) -> None:
        await self._is_read.wait()
        while (await self._receive())["type"] != "http.disconnect":
            pass


class Outgoing:
    """The answer; knows whether it has begun."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._kind = "websocket.http.response" if scope["type"] == "websocket" else "http.response"
        self._can_answer = self._kind in scope.get("extensions", {}) if scope["type"] == "websocket" else True
        self._send = send
        self.has_begun = False

    async def begin(self, status: int, headers: Headers) -> None:
        """Send status and headers."""
        self.has_begun = True
        await self._send({"type": f"{self._kind}.start", "status": status, "headers": headers})

    async def piece(self, body: bytes, *, more: bool = True) -> None:
        """Send a piece of the body; the last one with `more` false."""
        await self._send({"type": f"{self._kind}.body", "body": body, "more_body": more})

    async def refuse(self, error: MemlaneError, request_id: str, extra: Headers) -> None:
        """Answer with the problem document of an error."""
        if not self._can_answer:
            await self._send({"type": "websocket.close", "code": 1011})
            return
        status, headers, body = problem(error, request_id)
        await self.begin(status, [*headers, *extra, (b"content-length", b"%d" % len(body))])
        await self.piece(body, more=False)
