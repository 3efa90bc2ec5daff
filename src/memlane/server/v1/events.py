"""A reply on its way as server-sent events: `piece` as often as text comes, then `reply`, or else `problem`.

What fails before anything was sent is an ordinary problem document. While the model is silent a comment goes out from
time to time, so that nobody in between takes the connection for dead.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec

from memlane.access.scope import request_id_of
from memlane.api.bodies import Piece
from memlane.engine.reply import ReplyStream
from memlane.server.parts import Receive, Send
from memlane.server.problems import answer_to, refusal_to
from memlane.server.v1.streaming import EVENTS, Gone, Watched, end, send_more, send_start

HEARTBEAT_SECONDS: Final = 15.0
_HEARTBEAT: Final = b":\n\n"
_encode = msgspec.json.Encoder().encode


class ReplyEvents:
    """An ASGI application that sends the events of one reply. A client that goes away ends the turn as cut."""

    def __init__(
        self,
        stream: ReplyStream,
        spent: Callable[[int], Awaitable[None]],
        *,
        heartbeat_seconds: float = HEARTBEAT_SECONDS,
    ) -> None:
        """Send `stream`, and tell `spent` what it took."""
        self._stream = stream
        self._spent = spent
        self._heartbeat_seconds = heartbeat_seconds
        self._begun = False

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Send the events."""
        watched = Watched(receive)
        try:
            await self._send_all(watched, send)
        except Gone:
            return
        except Exception as exc:  # noqa: BLE001 -- every one has its document
            if not self._begun:
                await answer_to(exc, scope)(scope, receive, send)
                return
            await send_more(send, _event("problem", refusal_to(exc, request_id_of(scope)).problem))
            await _finish(send)
        finally:
            await watched.aclose()
            await self._stream.aclose()
            usage = self._stream.usage  # also of a turn that was cut
            if usage is not None:
                await self._spent(usage.input_tokens + usage.output_tokens)

    async def _send_all(self, watched: Watched, send: Send) -> None:
        while (piece := await self._piece(watched, send)) is not None:
            await self._begin(send)
            await send_more(send, _event("piece", Piece(piece)))
        reply = self._stream.reply
        if reply is not None:
            await self._begin(send)
            await send_more(send, _event("reply", reply))
        await _finish(send)

    async def _piece(self, watched: Watched, send: Send) -> str | None:
        """Return the next piece, None after the last; meanwhile send a sign of life from time to time."""
        coming = asyncio.ensure_future(_next(self._stream))
        try:
            while not await watched.wait(coming, self._heartbeat_seconds):
                await self._begin(send)
                await send_more(send, _HEARTBEAT)
            return await coming
        finally:
            await end(coming)

    async def _begin(self, send: Send) -> None:
        if not self._begun:
            self._begun = True
            await send_start(send, EVENTS)


async def _next(stream: ReplyStream) -> str | None:
    return await anext(stream, None)


async def _finish(send: Send) -> None:
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _event(name: str, data: msgspec.Struct) -> bytes:
    """Return an event; JSON has no line ends, so its data is one line."""
    return b"event: %b\ndata: %b\n\n" % (name.encode(), _encode(data))
