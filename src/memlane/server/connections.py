"""One TCP connection: uvicorn's HTTP/1.1 protocol, and what it leaves open to slow and vanished clients.

Bounded here: how long and large the head of a request may be, how long a client may not read an answer, how long what
is left of a refused body is read, and how long a reading request or a call of a model goes on whose client has gone.
"""

import asyncio
from typing import Any, Final

import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from memlane.server.edge import CLIENT_LEFT
from memlane.server.exchange import SLOWEST_READER_SECONDS
from memlane.server.places import place_of
from memlane.server.refusals import refusal

HEAD_SECONDS: Final = 10.0
HEAD_BYTES: Final = 65_536
_LEFT_SECONDS: Final = 1.0
_LINGER_SECONDS: Final = 2.0


class Connection(HttpToolsProtocol):
    """A connection whose client may be slow, or gone."""

    head_seconds = HEAD_SECONDS
    reader_seconds = SLOWEST_READER_SECONDS

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride] -- as uvicorn's
        """Begin: the head of a request must come now."""
        self._head_bytes = 0
        self._in_head = True
        self._is_read = False
        self._task: asyncio.Task[None] | None = None
        self._stalled_at = -1
        self._timers: dict[str, asyncio.TimerHandle] = {}
        super().connection_made(transport)
        self._later("head", self.head_seconds, self._end)

    def connection_lost(self, exc: Exception | None) -> None:
        """End, and soon also the request that nobody waits for any more, unless it ends by itself."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        super().connection_lost(exc)
        task = self._task
        if task is not None and not task.done() and _is_for_client(self.cycle.scope):
            self.loop.call_later(_LEFT_SECONDS, task.cancel, CLIENT_LEFT)

    def data_received(self, data: bytes) -> None:
        """Take what came; a head that has become too large ends the connection."""
        self._head_bytes += len(data)
        super().data_received(data)
        if not self._in_head:
            self._head_bytes = 0
            self._expect_more()
        elif self._head_bytes > HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response("the head of the request is too large")

    def on_message_begin(self) -> None:
        """Begin a request."""
        self._in_head, self._is_read = True, False
        self._later("head", self.head_seconds, self._end)
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Serve a request whose head has come."""
        self._in_head = False
        self._no_longer("head")
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Note that the whole request has come."""
        self._is_read = True
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Wait for the next request, but not for long for the rest of one that was answered early."""
        super().on_response_complete()
        if not self._is_read:
            self._later("linger", _LINGER_SECONDS, self._end)

    def pause_writing(self) -> None:
        """Begin to watch whether the client reads."""
        super().pause_writing()
        self._stalled_at = self.transport.get_write_buffer_size()
        self._later("reader", self.reader_seconds, self._look_at_reader)

    def resume_writing(self) -> None:
        """Stop watching."""
        self._no_longer("reader")
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP request, or too large a head."""
        body = msgspec.json.encode(refusal(400, msg, "").problem)
        head = b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/problem+json\r\nconnection: close\r\n"
        self.transport.write(b"%scontent-length: %d\r\n\r\n%s" % (head, len(body), body))
        self.transport.close()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        task = self.loop.create_task(cycle.run_asgi(app))
        task.add_done_callback(self.tasks.discard)
        self.tasks.add(task)
        self._task = task

    def _expect_more(self) -> None:
        """Bound the wait for a request where something came that has not begun one."""
        is_busy = self._task is not None and (self.pipeline or not self.cycle.response_complete)
        if not is_busy and "head" not in self._timers:
            self._later("head", self.head_seconds, self._end)

    def _look_at_reader(self) -> None:
        left = self.transport.get_write_buffer_size()
        if left >= self._stalled_at:
            self.transport.abort()
            return
        self._stalled_at = left
        self._later("reader", self.reader_seconds, self._look_at_reader)

    def _end(self) -> None:
        if not self.transport.is_closing():
            self.transport.close()

    def _later(self, name: str, seconds: float, act: Any) -> None:
        self._no_longer(name)
        self._timers[name] = self.loop.call_later(seconds, act)

    def _no_longer(self, name: str) -> None:
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()


def _is_for_client(scope: Any) -> bool:
    return scope["method"] == "GET" or place_of(scope["raw_path"].decode("latin-1")).is_for_client
