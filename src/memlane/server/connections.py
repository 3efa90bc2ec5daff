"""One TCP connection: uvicorn's HTTP/1.1 protocol, and what it leaves open to slow and vanished clients.

Bounded here: how long and large the head of a request may be, how large what stands around its body, how long a client
may not read an answer, how long what is left of a refused body is read, and how long a reading request or a call of a
model goes on whose client has gone.

A wish to speak another protocol (`Upgrade`; RFC 9110, 7.8) is not heeded: the request is served as it would be without
it. The parser would otherwise take its body for the next request. Fields behind a body (trailers; RFC 9110, 6.5.1)
are dropped: they must not pass for headers, which whoever stands in front may have checked.
"""

import asyncio
from typing import Any, Final

import httptools
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
_NOT_HTTP: Final = "Invalid HTTP request received."
_UPGRADES: Final = frozenset({b"upgrade", b"http2-settings"})


class Connection(HttpToolsProtocol):
    """A connection whose client may be slow, or gone."""

    head_seconds = HEAD_SECONDS
    reader_seconds = SLOWEST_READER_SECONDS

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride] -- as uvicorn's
        """Begin: the head of a request must come now."""
        self._loose_bytes = 0
        self._in_head = True
        self._is_read = False
        self._had_body = False
        self._task: asyncio.Task[None] | None = None
        self._served: RequestResponseCycle | None = None
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
        task, served = self._task, self._served
        if task is not None and served is not None and not task.done() and _is_for_client(served.scope):
            self.loop.call_later(_LEFT_SECONDS, task.cancel, CLIENT_LEFT)

    def data_received(self, data: bytes) -> None:
        """Take what came; a head, or trailers, that have become too large end the connection."""
        self._loose_bytes += len(data)
        self._had_body = False
        self._feed(data)
        if self._had_body or (self._is_read and not self._in_head):
            self._loose_bytes = 0
        if not self._in_head:
            self._expect_more()
        if self._loose_bytes > HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response("the head of the request, or what follows its body, is too large")

    def on_message_begin(self) -> None:
        """Begin a request."""
        self._in_head, self._is_read = True, False
        self._later("head", self.head_seconds, self._end)
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; what stands behind a body is none."""
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Serve a request whose head has come, unless it is to be read again without `Upgrade`."""
        if self.parser.should_upgrade():
            return
        self._in_head = False
        self._loose_bytes = 0
        self._no_longer("head")
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a piece of a body."""
        self._had_body = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Note that the whole request has come."""
        if self.parser.should_upgrade():
            return
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
        """Answer what is no HTTP request, or too large a head; in the midst of another answer, end that one."""
        if self._served is not None and self._served.response_started and not self._served.response_complete:
            self.transport.close()
            return
        body = msgspec.json.encode(refusal(400, msg, "").problem)
        head = b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/problem+json\r\nconnection: close\r\n"
        self.transport.write(b"%scontent-length: %d\r\n\r\n%s" % (head, len(body), body))
        self.transport.close()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        task = self.loop.create_task(cycle.run_asgi(app))
        task.add_done_callback(self.tasks.discard)
        self.tasks.add(task)
        self._task, self._served = task, cycle

    def _feed(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as exc:
            self._feed_again(data[exc.args[0] :])
        except httptools.HttpParserError:
            self.logger.warning(_NOT_HTTP)
            self.send_400_response(_NOT_HTTP)

    def _feed_again(self, rest: bytes) -> None:
        """Read the head that came once more, without what asks for another protocol, and what came behind it."""
        method, version = self.parser.get_method(), self.parser.get_http_version()
        if method == b"CONNECT":
            self.send_400_response("this server is no proxy")
            return
        kept = [name + b": " + value for name, value in self.headers if name not in _UPGRADES]
        first = b"%b %b HTTP/%b" % (method, self.url, version.encode())
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn sets its own
        self._feed(b"\r\n".join([first, *kept, b"", rest]))

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
