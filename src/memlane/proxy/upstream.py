"""The way to a provider: its address, and what carries requests there. Nothing of a call is kept for another's.

Redirects are handed back to the client as they are.
"""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

import msgspec

from memlane.errors import MissingExtraError, SettingError
from memlane.proxy.errors import Headers, no_such_path
from memlane.proxy.headers import Key

if TYPE_CHECKING:
    from yarl import URL

    from memlane.proxy.way import Reply

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
            MissingExtraError: `aiohttp` or `httpx2` is not installed.
            SettingError: the address is none, or the environment names a proxy that cannot be used.
        """
        try:
            from yarl import URL  # noqa: PLC0415 -- loaded on use

            from memlane.proxy.way import Way  # noqa: PLC0415
        except ImportError as exc:
            raise MissingExtraError("the memory proxy", "pip install 'memlane[server]'") from exc
        self.key = place.key
        self._prefix = place.prefix
        try:
            url = URL(place.url.rstrip("/"))
        except ValueError as exc:
            raise _no_address() from exc
        _check(url)
        self._base = url.raw_path.rstrip("/")
        self._way = Way(url, timeout.total_seconds())

    async def send(
        self, method: str, path: str, query: bytes, headers: Headers, content: bytes | AsyncIterator[bytes] | None
    ) -> "Reply":
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
        target = self._path(path).encode("ascii") + (b"?" + query if query else b"")
        return await self._way.send(method, target, headers, content)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._way.aclose()

    def _path(self, path: str) -> str:
        # Some servers take an encoded slash, or a backslash, for a slash.
        if not path.startswith(f"{self._prefix}/") or not _STEPS.isdisjoint(_SEPARATORS.split(unquote(path))):
            raise no_such_path()
        return self._base + path[len(self._prefix) :]


def _check(url: "URL") -> None:
    if (
        url.scheme not in ("http", "https")
        or not url.raw_host
        or url.raw_user
        or url.raw_password
        or url.raw_query_string
    ):
        raise _no_address()


def _no_address() -> SettingError:
    return SettingError(
        "proxy.openai_url and proxy.anthropic_url must be http(s)://host/path, without a user or query, unlike one of "
        "them"
    )
