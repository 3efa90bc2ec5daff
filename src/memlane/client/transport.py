"""HTTP to one server: a pool of connections, time-outs, and trying again where that is safe."""

import asyncio
import os
import random
import ssl
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from functools import cache
from typing import Final

import httpx2
import msgspec

from memlane._version import __version__
from memlane.client.failures import Failure, refused, unreachable
from memlane.errors import ClosedError, NotFoundError

SLOW_SECONDS: Final = 660.0
"""How long what a model, an import or background work does may take: above a server's own `server.model_timeout`."""
PAUSES: Final = (0.1, 0.4, 1.2)
_LONGEST_PAUSE: Final = 10.0
_CONNECT_SECONDS: Final = 10.0
_LONGEST_SILENCE: Final = 45.0
"""How long a stream may be silent: three times what a server lets pass between signs of life."""
_KEEP_ALIVE_SECONDS: Final = 3.0
"""Shorter than what servers grant, so that a call hardly ever meets a connection that is being closed."""
_MOST_CONNECTIONS: Final = 200
_BAD: Final = 300

Content = bytes | Callable[[], AsyncIterable[bytes]]
"""A body, or what gives its pieces anew for each attempt."""


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One call of the server.

    Attributes:
        method: The HTTP method.
        target: Path below the server's address, and query.
        content: The body.
        headers: Headers besides those that every call has.
        slow: Whether a model, an import or background work is waited for.
        once: Whether it must not be sent again when it may have been done already.
    """

    method: str
    target: str
    content: Content = b""
    headers: Mapping[str, str] = {}
    slow: bool = False
    once: bool = False


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came back.

    Attributes:
        content: The body.
        etag: Its entity tag; empty text for none.
    """

    content: bytes
    etag: str = ""


class Transport:
    """Sends calls to one server."""

    def __init__(
        self, base_url: str, *, api_key: str | None = None, timeout: float = 60.0, pauses: Sequence[float] = PAUSES
    ) -> None:
        """Send to `base_url`, without a slash at its end. Connections are made on first use.

        Args:
            base_url: Scheme, host, port and path prefix.
            api_key: The key or token sent with every call.
            timeout: Seconds that an ordinary call may take, each attempt.
            pauses: About how many seconds to wait before each further attempt.
        """
        headers = {"User-Agent": f"memlane/{__version__}", "Accept-Encoding": "gzip"}
        if api_key is not None:
            headers["Authorization"] = f"Bearer {api_key}"
        limits = httpx2.Limits(
            max_connections=_MOST_CONNECTIONS,
            max_keepalive_connections=_MOST_CONNECTIONS,
            keepalive_expiry=_KEEP_ALIVE_SECONDS,
        )
        self._client = httpx2.AsyncClient(
            headers=headers,
            limits=limits,
            follow_redirects=False,
            verify=_trusted(base_url.lower().startswith("https")),
        )
        self._base_url = base_url
        self._timeout = timeout
        self._pauses = pauses
        self._pid = os.getpid()
        self._closed = False

    @property
    def place(self) -> str:
        """The server's address, fit to be shown."""
        return self._base_url

    def check_open(self) -> None:
        """Raise ClosedError when this connection was closed or crossed a fork."""
        if self._closed:
            raise ClosedError("this connection is closed")
        if self._pid != os.getpid():
            raise ClosedError("this connection was opened before a fork; open another in the child process")

    async def send(self, call: Call) -> Answer:
        """Send a call, again where a passing failure allows it, and return its answer.

        Raises:
            MemlaneError: the error that the server names.
            StoreUnavailableError: it cannot be reached.
            StoreError: it answers what Memlane does not.
        """
        pauses, was_sent = iter(self._pauses), False
        while not isinstance(outcome := await self._attempt(call), Answer):
            if was_sent and call.method == "DELETE" and isinstance(outcome.error, NotFoundError):
                return Answer(content=b"")  # an attempt before, whose answer was lost, has removed it
            wait = _wait(call, outcome, next(pauses, None))
            if wait is None:
                raise outcome.error
            was_sent |= not outcome.undone
            await asyncio.sleep(wait)
        return outcome

    @asynccontextmanager
    async def open(self, call: Call) -> AsyncGenerator[AsyncGenerator[bytes]]:
        """Send a call once and give the bytes of its answer as they come; leaving ends it at once; errors as `send`."""
        self.check_open()
        silence = max(self._seconds(call), _LONGEST_SILENCE)
        request = self._request(call, httpx2.Timeout(silence, connect=_CONNECT_SECONDS))
        try:
            response = await self._client.send(request, stream=True)
        except httpx2.TransportError as exc:
            raise unreachable(exc, self.place).error from exc
        try:
            if response.status_code >= _BAD:
                raise refused(response.status_code, response.headers, await self._rest(response)).error
            async with aclosing(self._pieces(response)) as pieces:
                yield pieces
        finally:
            await response.aclose()

    async def aclose(self) -> None:
        """Close the connections; a second call does nothing."""
        if not self._closed:
            self._closed = True
            await self._client.aclose()

    async def _attempt(self, call: Call) -> Answer | Failure:
        self.check_open()
        seconds = self._seconds(call)
        request = self._request(call, httpx2.Timeout(seconds, connect=_CONNECT_SECONDS))
        try:
            async with asyncio.timeout(seconds if isinstance(call.content, bytes) else None):
                response = await self._client.send(request)
        except (httpx2.TransportError, httpx2.DecodingError, TimeoutError) as exc:
            return unreachable(exc, self.place)
        if response.status_code >= _BAD:
            return refused(response.status_code, response.headers, response.content)
        return Answer(content=response.content, etag=response.headers.get("etag", ""))

    def _request(self, call: Call, timeout: httpx2.Timeout) -> httpx2.Request:
        content = call.content if isinstance(call.content, bytes) else call.content()
        url = self._base_url + call.target
        return self._client.build_request(
            call.method, url, content=content or None, headers=call.headers, timeout=timeout
        )

    def _seconds(self, call: Call) -> float:
        return max(self._timeout, SLOW_SECONDS) if call.slow else self._timeout

    async def _rest(self, response: httpx2.Response) -> bytes:
        return b"".join([piece async for piece in self._pieces(response)])

    async def _pieces(self, response: httpx2.Response) -> AsyncGenerator[bytes]:
        try:
            async for piece in response.aiter_bytes():
                yield piece
        except (httpx2.TransportError, httpx2.DecodingError) as exc:
            raise unreachable(exc, self.place).error from exc


@cache
def _trusted(uses_tls: bool) -> ssl.SSLContext:  # noqa: FBT001 -- a key of the cache
    """Return which certificates are trusted: the system's or certifi's, also what `SSL_CERT_FILE` names.

    Reading them takes a tenth of a second, so without TLS there are none, and a server that begins it is refused.
    """
    return httpx2.create_ssl_context() if uses_tls else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _wait(call: Call, failure: Failure, pause: float | None) -> float | None:
    """Return after how many seconds to try again; None for not at all. Jitter keeps clients from returning together."""
    if pause is None or not failure.passes or (call.once and not failure.undone):
        return None
    wait = max(pause * random.uniform(0.5, 1.5), failure.after or 0.0)  # noqa: S311 -- no secret
    return wait if wait <= _LONGEST_PAUSE else None
