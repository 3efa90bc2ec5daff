"""One request on its way through the server: how much of it was read, what of the answer was sent, and by when.

Owns the limits of size and time. It must not know what a request is about.
"""

import asyncio
from collections.abc import MutableMapping
from typing import Any, Final

import msgspec

from memlane.errors import TooLargeError
from memlane.server.headers import SECURITY
from memlane.server.parts import Receive, Send
from memlane.server.refusals import Headers, Refusal, refuse

SLOWEST_READER_SECONDS: Final = 30.0
"""How long a piece of a stream may wait for a client that does not read."""
GONE: Final = 499
"""The status in the log of a request whose client went away before the answer."""
_NAMES_OF_SECURITY: Final = frozenset(name for name, _ in SECURITY)


class Bounds(msgspec.Struct, frozen=True):
    """How large and slow a request may be.

    Attributes:
        body_bytes: Size of its body.
        read_seconds: Until its body is read; where `by_piece`, until each piece of it is.
        answer_seconds: From then, or from the beginning where there is no body, until the answer begins; None for
            what is left of `read_seconds`.
        by_piece: Whether each piece has the whole time.
    """

    body_bytes: int
    read_seconds: float
    answer_seconds: float | None = None
    by_piece: bool = False


class Exchange:
    """Receives and sends for one request, within its bounds."""

    def __init__(self, receive: Receive, send: Send, bounds: Bounds, extra: Headers, *, has_body: bool) -> None:
        """Answer with the headers `extra` besides those of every answer."""
        first = bounds.read_seconds if has_body or bounds.answer_seconds is None else bounds.answer_seconds
        self.deadline = asyncio.timeout(first)
        self._receive = receive
        self._send = send
        self._bounds = bounds
        self._extra = extra
        self._is_streaming = False
        self._refused: TooLargeError | None = None
        self.bytes_in = 0
        self.bytes_out = 0
        self.status = 0
        self.is_whole = not has_body
        self.is_answered = False
        self.is_gone = False

    async def receive(self) -> MutableMapping[str, Any]:
        """Return the next piece of the request.

        Raises:
            TooLargeError: it has become larger than allowed; the answer says so, whatever is sent after that.
        """
        message = await self._receive()
        if message["type"] == "http.request":
            self._read(message)
        else:
            self.is_gone = True
        return message

    async def send(self, message: MutableMapping[str, Any]) -> None:
        """Send the next piece of the answer."""
        if self._refused is not None and not self.status:
            return
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = self._with_headers(message.get("headers", ()))
            await self._send(message)
        elif message["type"] == "http.response.body":
            await self._send_body(message)

    def check(self) -> None:
        """Raise TooLargeError if the request was too large, also where the application made something else of it."""
        if self._refused is not None:
            raise self._refused

    async def refuse(self, refusal: Refusal, *, is_head: bool = False) -> None:
        """Send a refusal, if nothing was sent yet; the connection ends if the request was not read to its end."""
        if not self.status:
            self._refused = None
            await refuse(self.send, refusal, head=is_head, close=not self.is_whole)

    def _read(self, message: MutableMapping[str, Any]) -> None:
        self.bytes_in += len(message.get("body", b""))
        if self.bytes_in > self._bounds.body_bytes:
            self._refused = TooLargeError("the body", self.bytes_in, self._bounds.body_bytes)
            raise self._refused
        if message.get("more_body", False):
            if self._bounds.by_piece:
                self._within(self._bounds.read_seconds)
        elif not self.is_whole:
            self.is_whole = True
            if self._bounds.answer_seconds is not None:
                self._within(self._bounds.answer_seconds)

    async def _send_body(self, message: MutableMapping[str, Any]) -> None:
        more = message.get("more_body", False)
        self.bytes_out += len(message.get("body", b""))
        if more or self._is_streaming:
            self._is_streaming = True
            self._within(SLOWEST_READER_SECONDS)
            await self._send(message)
            self._within(None)
        else:
            await self._send(message)
        self.is_answered = not more

    def _within(self, seconds: float | None) -> None:
        """Set when the next thing must have happened; too late once it is too late."""
        if not self.deadline.expired():
            self.deadline.reschedule(None if seconds is None else asyncio.get_running_loop().time() + seconds)

    def _with_headers(self, given: Any) -> Headers:
        names = {name.lower() for name, _ in given}
        missing = SECURITY
        if not names.isdisjoint(_NAMES_OF_SECURITY):
            missing = [header for header in SECURITY if header[0] not in names]
        extra = [header for header in self._extra if header[0] not in names or header[0] == b"vary"]
        return [*given, *missing, *extra]
