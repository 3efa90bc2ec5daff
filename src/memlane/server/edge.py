"""The outermost layer of the server: what every request meets first and every answer last.

Names each request, keeps it within its size and time, refuses what no page of another origin may do, turns whatever
goes wrong into a problem document, and writes one line of log. It must not know tenants or keys.
"""

import asyncio
import logging
import re
import secrets
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from memlane.access.scope import Scope, caller_of, note_request
from memlane.errors import ClosedError, ForbiddenError, MemlaneError, RateLimitError, TooLargeError
from memlane.protocols.observer import Observer
from memlane.server.exchange import GONE, Bounds, Exchange
from memlane.server.headers import STRICT_TRANSPORT, Origins, is_from_here
from memlane.server.logs import REQUEST_ID, LogLines, RequestLine
from memlane.server.parts import App, Receive, Send
from memlane.server.places import Place, place_of
from memlane.server.refusals import Headers, Refusal, refusal, refusal_of
from memlane.wiring.settings import ServerSettings

CLIENT_LEFT: Final = "the client went away"
"""What a task is cancelled with whose client went away."""
Continue = Callable[[Mapping[bytes, bytes]], AbstractContextManager[object]]
"""Continues a caller's trace, if the headers of a request name one."""
_log = logging.getLogger(__name__)
_STREAM_WAIT_SECONDS: Final = 1.0
_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}")


class _Request(msgspec.Struct, frozen=True):
    """What the edge knows of a request."""

    scope: Scope
    headers: dict[bytes, bytes]
    id: str
    place: Place
    began: float
    has_body: bool


class Edge:
    """Wraps an application."""

    def __init__(
        self,
        app: App,
        settings: ServerSettings,
        observer: Observer,
        lines: LogLines | None = None,
        *,
        continued: Continue | None = None,
    ) -> None:
        """Serve `app` within the limits of `settings`; without `lines` nothing is logged."""
        self._app = app
        self._observer = observer
        self._lines = lines
        self._continued = continued
        self._origins = Origins(settings.cors_origins)
        self._is_open = not settings.auth
        self._most_slow = settings.streams_at_once
        self._slow = 0
        usual, slow = settings.request_timeout.total_seconds(), settings.model_timeout.total_seconds()
        self._usual = Bounds(settings.max_body_bytes, usual)
        self._slower = Bounds(settings.max_body_bytes, usual, slow)
        self._import = Bounds(settings.max_import_bytes, usual, slow, by_piece=True)
        self.running: set[asyncio.Task[Any]] = set()
        self.is_stopping = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the life of the process; a WebSocket is refused."""
        if scope["type"] == "http":
            await self._serve(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1000, "reason": "not supported"})

    async def cut(self, seconds: float) -> None:
        """Cancel the requests that run, and wait for their end, for as long as that."""
        running = [task for task in self.running if task is not asyncio.current_task()]
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running, timeout=seconds)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = _request(scope)
        note_request(scope, request.id)
        scope["path"] = scope["raw_path"].decode("latin-1")
        exchange = Exchange(receive, send, self._bounds(request.place), self._extra(request), has_body=request.has_body)
        named, task = REQUEST_ID.set(request.id), asyncio.current_task()
        if task is not None:
            self.running.add(task)
        self._slow += request.place.is_slow
        try:
            await self._answered(request, exchange)
        finally:
            self._slow -= request.place.is_slow
            self.running.discard(task)  # pyright: ignore[reportArgumentType] -- None is in no set
            self._note(request, exchange)
            REQUEST_ID.reset(named)

    async def _answered(self, request: _Request, exchange: Exchange) -> None:
        """Serve a request, and answer whatever goes wrong."""
        try:
            async with exchange.deadline:
                await self._passed_on(request, exchange)
        except asyncio.CancelledError as exc:
            if not (self.is_stopping or exc.args == (CLIENT_LEFT,)):
                raise
            stopped = refusal(503, "the server is stopping", request.id, code=ClosedError.code)
            await self._refuse(request, exchange, stopped)
        except MemlaneError as exc:
            await self._refuse(request, exchange, refusal_of(exc, request.id))
        except Exception as exc:  # noqa: BLE001 -- the last place where anything can be answered
            await self._refuse(request, exchange, self._unforeseen(exc, request, exchange))

    async def _passed_on(self, request: _Request, exchange: Exchange) -> None:
        if (allowed := self._origins.preflight(request.headers)) and request.scope["method"] == "OPTIONS":
            await exchange.send({"type": "http.response.start", "status": 204, "headers": allowed})
            return await exchange.send({"type": "http.response.body"})
        self._check(request)
        with self._traced(request), self._observer.span("request", route=request.place.name):
            await self._app(request.scope, exchange.receive, exchange.send)
        return exchange.check()

    def _check(self, request: _Request) -> None:
        """Refuse what needs no look at who is calling.

        Raises:
            ForbiddenError: a page of another origin calls a server without authentication.
            TooLargeError: the body is announced to be larger than allowed.
            RateLimitError: too many streams are open.
        """
        if self._is_open and not is_from_here(request.headers, self._origins):
            raise ForbiddenError("without authentication only programs on this machine may call; see server.auth")
        announced, limit = _announced(request.headers), self._bounds(request.place).body_bytes
        if announced > limit:
            raise TooLargeError("the body", announced, limit)
        if request.place.is_slow and self._slow > self._most_slow:
            raise RateLimitError("too many streams are open at a time", _STREAM_WAIT_SECONDS)

    def _bounds(self, place: Place) -> Bounds:
        if place.is_import:
            return self._import
        return self._slower if place.is_slow else self._usual

    def _extra(self, request: _Request) -> Headers:
        extra: Headers = [(b"x-request-id", request.id.encode())]
        if request.scope["scheme"] == "https":
            extra.append(STRICT_TRANSPORT)
        if b"origin" in request.headers:
            extra += self._origins.headers(request.headers[b"origin"])
        return extra

    def _traced(self, request: _Request) -> AbstractContextManager[object]:
        return nullcontext() if self._continued is None else self._continued(request.headers)

    async def _refuse(self, request: _Request, exchange: Exchange, given: Refusal) -> None:
        await exchange.refuse(given, is_head=request.scope["method"] == "HEAD")

    def _unforeseen(self, error: Exception, request: _Request, exchange: Exchange) -> Refusal:
        if isinstance(error, TimeoutError) and exchange.deadline.expired():
            if exchange.is_whole:
                return refusal(503, "the answer took too long", request.id, code="timeout")
            return refusal(408, "the body did not come in time", request.id)
        _log.error("an unforeseen error", exc_info=error)
        return refusal(500, "an unforeseen error; the log has it under the request id", request.id)

    def _note(self, request: _Request, exchange: Exchange) -> None:
        status = exchange.status or GONE
        method, name = request.scope["method"], request.place.name
        self._observer.count("requests", route=name, method=method, status=str(status))
        if self._lines is None or (request.place.is_quiet and status == 200):  # noqa: PLR2004 -- it went well
            return
        line = RequestLine(
            time=datetime.now(UTC),
            request_id=request.id,
            method=method,
            route=name,
            status=status,
            ms=round((time.perf_counter() - request.began) * 1000, 2),
            bytes_in=exchange.bytes_in,
            bytes_out=exchange.bytes_out,
            credential=caller_of(request.scope),
            cut=not exchange.is_answered,
        )
        self._lines.add(line)


def _announced(headers: Mapping[bytes, bytes]) -> int:
    """Return how many bytes a body is said to have; zeros in front, which may be many, count for nothing."""
    return int(headers.get(b"content-length", b"").lstrip(b"0") or b"0")


def _request(scope: Scope) -> _Request:
    headers: dict[bytes, bytes] = dict(scope["headers"])
    given = headers.get(b"x-request-id")
    request_id = given.decode() if given and _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
    has_body = headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in headers
    place = place_of(scope["raw_path"].decode("latin-1"))
    return _Request(scope, headers, request_id, place, time.perf_counter(), has_body)
