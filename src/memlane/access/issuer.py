"""What is read from an identity provider: its configuration and its public keys, over HTTP.

Only https, or http on this machine; no redirects; answers of bounded size within bounded time.
"""

import asyncio
import ipaddress
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import msgspec

from memlane.errors import MissingExtraError, SettingError, StoreUnavailableError

if TYPE_CHECKING:
    import httpx2

_DISCOVERY: Final = "/.well-known/openid-configuration"
_TIMEOUT_S: Final = 5.0
_LARGEST: Final = 1024 * 1024
_OK: Final = 200


class Issuer:
    """An identity provider (OpenID Connect Discovery 1.0, sections 3 and 4).

    Args:
        issuer: The claim `iss` of its tokens, a URL.
        jwks_url: Where its keys are; None to ask its configuration.

    Raises:
        SettingError: a URL that is neither https nor http on this machine.
    """

    def __init__(self, issuer: str, jwks_url: str | None = None) -> None:
        self._issuer = issuer
        self._jwks_url = None if jwks_url is None else _checked(jwks_url, "auth.jwks_url")
        self._client: httpx2.AsyncClient | None = None
        if jwks_url is None:
            _checked(issuer, "auth.issuer")

    async def keys(self) -> list[Any]:
        """Return its public keys as they come: JSON Web Keys (RFC 7517), unchecked.

        Raises:
            StoreUnavailableError: they cannot be had: it is down, slow, or answers something else.
            MissingExtraError: `httpx2` is not installed.
        """
        found = await self._fetch(self._jwks_url or await self._configured_url())
        keys = found.get("keys")
        if not isinstance(keys, list):
            raise StoreUnavailableError("the identity provider's key set has no keys")
        return list[Any](keys)  # pyright: ignore[reportUnknownArgumentType] -- JSON

    async def aclose(self) -> None:
        """Close its connections."""
        if self._client is not None:
            await self._client.aclose()

    async def _configured_url(self) -> str:
        configuration = await self._fetch(self._issuer.rstrip("/") + _DISCOVERY)
        url = configuration.get("jwks_uri")
        if configuration.get("issuer") != self._issuer or not isinstance(url, str):
            raise StoreUnavailableError("the configuration of the identity provider is another issuer's")
        try:
            return _checked(url, "the identity provider's jwks_uri")
        except SettingError as exc:
            raise StoreUnavailableError(str(exc)) from exc

    async def _fetch(self, url: str) -> dict[str, Any]:
        client = self._opened()
        import httpx2  # noqa: PLC0415 -- loaded on use

        try:
            async with asyncio.timeout(_TIMEOUT_S):
                body = await _body(client, url)
            return msgspec.json.decode(body, type=dict[str, Any])
        except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError) as exc:
            raise StoreUnavailableError("the identity provider cannot be reached") from exc
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as exc:
            raise StoreUnavailableError("the identity provider answered no JSON object") from exc

    def _opened(self) -> "httpx2.AsyncClient":
        if self._client is None:
            try:
                import httpx2  # noqa: PLC0415 -- loaded on use
            except ImportError as exc:
                raise MissingExtraError("an identity provider", "pip install 'memlane[server]'") from exc
            self._client = httpx2.AsyncClient(timeout=_TIMEOUT_S, follow_redirects=False)
        return self._client


async def _body(client: "httpx2.AsyncClient", url: str) -> bytes:
    body = bytearray()
    async with client.stream("GET", url, headers={"accept": "application/json"}) as response:
        if response.status_code != _OK:
            raise StoreUnavailableError(f"the identity provider answered {response.status_code}")
        async for piece in response.aiter_bytes():
            body += piece
            if len(body) > _LARGEST:
                raise StoreUnavailableError("the identity provider's answer is too large")
    return bytes(body)


def _checked(url: str, what: str) -> str:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as exc:
        raise SettingError(f"{what} is not a URL") from exc
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))):
        raise SettingError(f"{what} must be an https URL; http is for this machine only")
    return url


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine and reached by nobody else: `localhost`, 127.0.0.0/8, `::1`."""
    try:
        address = ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return host.lower() == "localhost"
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
