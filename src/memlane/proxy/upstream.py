"""The way to a provider: pooled connections, time limits, nothing of one caller's kept for another's call.

This module owns the HTTP client's package. Redirects are handed back to the client as they are.
"""

import re
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

import msgspec

from memlane.errors import MissingExtraError, SettingError
from memlane.proxy.errors import Headers, UpstreamError, no_such_path
from memlane.proxy.headers import Key

if TYPE_CHECKING:
    import httpx2

_CONNECT_SECONDS: Final = 10.0
_KEPT_OPEN: Final = 100
_KEPT_OPEN_SECONDS: Final = 30.0
_STEPS: Final = frozenset({".", ".."})
_SEPARATORS: Final = re.compile(r"[/\\]")


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A provider.

    Attributes:
        url: Where its API is, as clients name it.
        prefix: What of a path behind the mount is already in `url`.
        key: The server's own key for it.
    """

    url: str
    prefix: str
    key: Key


class Upstream:
    """Sends requests to one provider."""

    def __init__(self, place: Place, timeout: timedelta) -> None:
        """Send to `place`; wait at most `timeout` for more of an answer.

        Raises:
            MissingExtraError: `httpx2` is not installed.
            SettingError: the address is none.
        """
        try:
            import httpx2  # noqa: PLC0415 -- loaded on use
        except ImportError as exc:
            raise MissingExtraError("the memory proxy", "pip install 'memlane[server]'") from exc
        self.key = place.key
        self._prefix = place.prefix
        self._package = httpx2
        self._base = _checked_url(httpx2.URL(place.url.rstrip("/")))
        seconds = timeout.total_seconds()
        # Calls in flight are bounded by the server's limit of streams, not here.
        limits = httpx2.Limits(
            max_connections=None, max_keepalive_connections=_KEPT_OPEN, keepalive_expiry=_KEPT_OPEN_SECONDS
        )
        self._client = httpx2.AsyncClient(
            timeout=httpx2.Timeout(seconds, connect=min(seconds, _CONNECT_SECONDS)),
            limits=limits,
            follow_redirects=False,
        )

    async def send(
        self, method: str, path: str, query: bytes, headers: Headers, content: bytes | AsyncIterator[bytes] | None
    ) -> "httpx2.Response":
        """Send a request and return its answer once that begins; close the answer in the end.

        Args:
            method: As the client said it.
            path: Behind the mount, percent-encoded.
            query: Without its question mark.
            headers: What goes with it.
            content: The body, whole or in pieces; None for none.

        Raises:
            NotFoundError: the path leads out of the API.
            UpstreamError: the provider cannot be reached, or does not answer in time.
        """
        url = self._base.copy_with(raw_path=self._path(path).encode("ascii") + (b"?" + query if query else b""))
        # Made here and not by the client, which would add headers and cookies of its own.
        request = self._package.Request(
            method, url, headers=headers, content=content, extensions={"timeout": self._client.timeout.as_dict()}
        )
        with self._translated():
            return await self._client.send(request, stream=True)

    async def pieces(self, response: "httpx2.Response") -> AsyncIterator[bytes]:
        """Yield the body of an answer as it comes, undecoded.

        Raises:
            UpstreamError: it broke off.
        """
        with self._translated():
            async for piece in response.aiter_raw():
                yield piece

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    def _path(self, path: str) -> str:
        # Some servers take an encoded slash, or a backslash, for a slash.
        if not path.startswith(f"{self._prefix}/") or not _STEPS.isdisjoint(_SEPARATORS.split(unquote(path))):
            raise no_such_path()
        return self._base.raw_path.decode("ascii").rstrip("/") + path[len(self._prefix) :]

    @contextmanager
    def _translated(self) -> Generator[None]:
        """Raise errors of the package as ours."""
        try:
            yield
        except self._package.TimeoutException as exc:
            raise UpstreamError("the provider did not answer in time", 504) from exc
        except (self._package.HTTPError, self._package.StreamError) as exc:
            raise UpstreamError("the provider cannot be reached, or broke off", 502) from exc


def _checked_url(url: "httpx2.URL") -> "httpx2.URL":
    if url.scheme not in ("http", "https") or not url.host or url.query:
        raise SettingError(
            "proxy.openai_url and proxy.anthropic_url must be http(s)://host/path, without a query, unlike one of them"
        )
    return url
