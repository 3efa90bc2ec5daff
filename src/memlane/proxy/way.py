"""What carries requests to a provider: connections over HTTP/1.1 that are kept open, by `aiohttp`.

Owns that package. It is kept from what the proxy must not do: send a request twice, add to it, follow a redirect,
decode an answer, and take for an answer what a connection already held.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator, Generator
from contextlib import contextmanager
from typing import Final
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx2
from aiohttp.connector import Connection
from yarl import URL

from memlane.errors import SettingError
from memlane.proxy.errors import Headers, UpstreamError

_CONNECT_SECONDS: Final = 10.0
_KEPT_OPEN_SECONDS: Final = 30.0
_MOST_LINE: Final = 64 * 1024
_PIECE: Final = 64 * 1024
"""Larger bodies are sent in pieces, so that one that the provider does not take is noticed."""
_NOT_ADDED: Final = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
_SWITCHING: Final = 101
_NAME: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE: Final = re.compile(rb"[\t\x20-\x7e\x80-\xff]*")
_NO_TARGET: Final = re.compile(rb"[^\x21\x22\x24-\x7e]")
_SLOW: Final = "the provider did not answer in time"
_BROKEN: Final = "the provider cannot be reached, or broke off"
_UNSENDABLE: Final = "a header of the request cannot be sent on"


class Reply:
    """An answer that has begun.

    Attributes:
        status: Its status.
        headers: Its headers, as they came.
    """

    def __init__(self, response: aiohttp.ClientResponse, call: "_Call") -> None:
        """Read from `response` to `call`."""
        self.status = response.status
        self.headers: Headers = list(response.raw_headers)
        self._response = response
        self._call = call

    async def pieces(self) -> AsyncGenerator[bytes]:
        """Yield the body as it comes, undecoded; all that came of it, where it breaks off.

        Raises:
            UpstreamError: it broke off.
        """
        content = self._response.content
        with self._call.translated():
            try:
                async for piece in content.iter_any():
                    yield piece
            except (aiohttp.ClientError, TimeoutError):
                # What came before the break is the client's, and the package has no other way to it.
                if rest := content._read_nowait(-1):  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
                    yield rest
                raise

    async def aclose(self) -> None:
        """Free the connection; one whose answer was not read to its end is closed."""
        if not self._response.closed:
            self._response.close()
            self._call.abort()


class Way:
    """Sends requests to one host, directly or through the proxy that the environment names for it."""

    def __init__(self, url: URL, seconds: float) -> None:
        """Send to the host of `url`; wait at most `seconds` for more of an answer.

        Raises:
            SettingError: the environment names a proxy that cannot be used.
        """
        self._origin = str(url.origin())
        self._seconds = seconds
        self._proxy = _proxy_for(url)
        # What is trusted is what the client of a server trusts.
        self._trusted = httpx2.create_ssl_context() if url.scheme == "https" else True
        self._session: aiohttp.ClientSession | None = None

    async def send(
        self, method: str, target: bytes, headers: Headers, content: bytes | AsyncIterator[bytes] | None
    ) -> Reply:
        """Send a request and return its answer once that begins; close the answer in the end.

        Args:
            method: As the client said it.
            target: Path and query; what may not stand there is percent-encoded.
            headers: What goes with it, and the length of a body in pieces, if it is known.
            content: The body, whole or in pieces; None for none.

        Raises:
            UpstreamError: the provider cannot be reached, or does not answer in time; a header cannot be sent.
        """
        sent = _sendable(headers)
        if isinstance(content, bytes) and len(content) > _PIECE:
            sent.append(("content-length", str(len(content))))
            content = _parts(content)
        call = _Call(content, self._seconds)
        with call.translated():
            response = await self._opened().request(
                method,
                URL(self._origin + _NO_TARGET.sub(_encoded, target).decode("ascii"), encoded=True),
                headers=sent,
                data=content if content is None or isinstance(content, bytes) else call,
                allow_redirects=False,
                middlewares=(call.carry,),
            )
        if response.status == _SWITCHING:
            response.close()
            raise UpstreamError(_BROKEN, 502)
        return Reply(response, call)

    async def aclose(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    def _opened(self) -> aiohttp.ClientSession:
        """Return the connections, which belong to the running loop."""
        if self._session is None:
            waits = aiohttp.ClientTimeout(
                total=None, connect=min(self._seconds, _CONNECT_SECONDS), sock_read=self._seconds
            )
            # Calls in flight are bounded by the server's limit of streams, not here.
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEPT_OPEN_SECONDS, ssl=self._trusted),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=waits,
                proxy=self._proxy,
                request_class=_Request,
                skip_auto_headers=_NOT_ADDED,
                auto_decompress=False,
                max_line_size=_MOST_LINE,
                max_field_size=_MOST_LINE,
            )
        return self._session


class _UnaskedError(Exception):
    """A connection holds what nobody asked for."""


class _Request(aiohttp.ClientRequest):
    """A request that is not sent over a connection on which something came since the last answer.

    The package would hand that out as the answer.
    """

    transport: asyncio.Transport | None = None

    async def send(self, conn: Connection) -> aiohttp.ClientResponse:
        """Send it; `_UnaskedError` where that must be another connection."""
        if conn.protocol is None or conn.protocol.should_close:
            raise _UnaskedError
        self.transport = conn.transport
        return await super().send(conn)


class _Call:
    """A request on its way; iterating over it yields its body, which goes out beside the answer."""

    def __init__(self, content: bytes | AsyncIterator[bytes] | None, seconds: float) -> None:
        """Send `content`; wait at most `seconds` until a piece of it is taken."""
        self._content = content
        self._seconds = seconds
        self._request: aiohttp.ClientRequest | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self._is_watched = True
        self._failure: Exception | None = None

    async def carry(self, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        """Send the request once, and return its answer; stands between the package and its connections."""
        self._request = request
        try:
            return await self._sent(request, handler)
        except BaseException as exc:
            self.abort()
            if isinstance(exc, aiohttp.ClientOSError | aiohttp.ServerDisconnectedError):
                raise aiohttp.ClientConnectionError(_BROKEN) from exc  # the package would send some requests again
            raise
        finally:
            self._is_watched = False
            self._rest()

    def __aiter__(self) -> "_Call":
        return self

    async def __anext__(self) -> bytes:
        """Return the next piece of the body; where there is none, the call has failed."""
        assert isinstance(self._content, AsyncIterator)  # noqa: S101 -- others are not sent in pieces
        self._rest()
        try:
            piece = await anext(self._content)
        except StopAsyncIteration:
            self._watch()
            raise
        except Exception as exc:
            self._fail(exc)
            raise
        self._watch()
        return piece

    @contextmanager
    def translated(self) -> Generator[None]:
        """Raise errors of the package as ours, and what made the body fail as it is."""
        try:
            yield
        except (aiohttp.ClientError, TimeoutError) as exc:
            if self._failure is None:
                slow = isinstance(exc, TimeoutError)
                raise UpstreamError(_SLOW if slow else _BROKEN, 504 if slow else 502) from exc
        if self._failure is not None:
            raise self._failure

    def abort(self) -> None:
        """End the connection at once, whatever is still to be sent."""
        if isinstance(self._request, _Request) and self._request.transport is not None:
            self._request.transport.abort()

    async def _sent(self, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        while True:
            try:
                return await handler(request)
            except _UnaskedError:  # nothing was sent, and that connection is gone
                continue

    def _watch(self) -> None:
        if self._is_watched:
            self._alarm = asyncio.get_running_loop().call_later(self._seconds, self._fail, UpstreamError(_SLOW, 504))

    def _rest(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _fail(self, reason: Exception) -> None:
        self._failure = reason
        self.abort()


def _proxy_for(url: URL) -> URL | None:
    """Return the proxy that the environment names for a host (`HTTP_PROXY` and the like, `NO_PROXY`)."""
    named = getproxies()
    proxy = named.get(url.scheme) or named.get("all")
    if not proxy or proxy_bypass(url.authority):
        return None
    found = URL(proxy if "://" in proxy else f"http://{proxy}")
    if found.scheme not in ("http", "https"):
        raise SettingError("the way to a provider leads through HTTP proxies only, and the environment names another")
    return found


def _sendable(headers: Headers) -> list[tuple[str, str]]:
    """Return headers as the package takes them, which sends them as UTF-8.

    Raises:
        UpstreamError: one holds what none may hold, or is no UTF-8.
    """
    try:
        if all(_NAME.fullmatch(name) and _VALUE.fullmatch(value) for name, value in headers):
            return [(name.decode("ascii"), value.decode("utf-8")) for name, value in headers]
    except UnicodeDecodeError as exc:
        raise UpstreamError(_UNSENDABLE, 502) from exc
    raise UpstreamError(_UNSENDABLE, 502)


async def _parts(content: bytes) -> AsyncGenerator[bytes]:
    for start in range(0, len(content), _PIECE):
        yield content[start : start + _PIECE]


def _encoded(found: re.Match[bytes]) -> bytes:
    return b"%%%02X" % found[0][0]
