"""The public keys of an identity provider, kept and refreshed.

Which algorithms a key may verify follows from what kind of key it is, never from a token alone: no secret algorithm
(`HS…`) and no `none` (RFC 8725, section 3.1).
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, cast

import msgspec

from memlane.errors import MissingExtraError, StoreUnavailableError

if TYPE_CHECKING:
    from jwt import PyJWK

_FRESH_S: Final = 600.0
_TRUSTED_S: Final = 86_400.0
_PAUSE_S: Final = 10.0
_MOST_KEYS: Final = 100
_RSA: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
_ALGORITHMS: Final = {
    ("RSA", None): _RSA,
    ("EC", "P-256"): ("ES256",),
    ("EC", "P-384"): ("ES384",),
    ("EC", "P-521"): ("ES512",),
    ("OKP", "Ed25519"): ("EdDSA",),
}
_PUBLIC_PARTS: Final = ("kty", "crv", "n", "e", "x", "y")
_LOG: Final = logging.getLogger(__name__)


class IssuerKey(msgspec.Struct, frozen=True):
    """A public key: its name, and what verifies with it, by algorithm."""

    kid: str | None
    by_algorithm: "Mapping[str, PyJWK]"


class IssuerKeys:
    """Finds the key of a token.

    Keys are fetched when first asked for, again in the background when they are ten minutes old, and once when a token
    names one that is not known, but at most every ten seconds. While the provider is down, those known go on
    working for a day.

    Args:
        fetch: Returns the provider's JSON Web Keys, or raises StoreUnavailableError.
        monotonic: Seconds since some moment, which never jump.
    """

    def __init__(
        self, fetch: Callable[[], Awaitable[list[Any]]], *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._fetch = fetch
        self._monotonic = monotonic
        self._keys: list[IssuerKey] = []
        self._fetched_at: float | None = None
        self._tried_at: float | None = None
        self._failed = False
        self._fetching: asyncio.Task[None] | None = None

    async def find(self, kid: str | None, algorithm: str) -> "PyJWK | None":
        """Return the key of this name that verifies by this algorithm; without a name, the only one that does.

        Raises:
            StoreUnavailableError: no keys are known, or this one is not and the provider is down.
            MissingExtraError: `PyJWT` or `cryptography` is not installed.
        """
        if self._age() > _TRUSTED_S:
            await self._refresh()
        elif self._age() > _FRESH_S:
            self._begin()
        found = self._pick(kid, algorithm)
        if found is None:
            await self._refresh()
            found = self._pick(kid, algorithm)
        if found is None and self._failed:
            raise StoreUnavailableError("the keys of the identity provider cannot be had for now")
        return found

    async def aclose(self) -> None:
        """Stop fetching."""
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.wait([self._fetching])

    def _age(self) -> float:
        return float("inf") if self._fetched_at is None else self._monotonic() - self._fetched_at

    def _pick(self, kid: str | None, algorithm: str) -> "PyJWK | None":
        if self._age() > _TRUSTED_S:
            return None
        named = (key for key in self._keys if kid is None or key.kid == kid)
        fitting = [key.by_algorithm[algorithm] for key in named if algorithm in key.by_algorithm]
        return fitting[0] if len(fitting) == 1 else None

    async def _refresh(self) -> None:
        self._begin()
        if self._fetching is not None:
            await asyncio.shield(self._fetching)

    def _begin(self) -> None:
        """Begin to fetch unless that is under way or was tried just now."""
        now = self._monotonic()
        if self._fetching is None and (self._tried_at is None or now - self._tried_at >= _PAUSE_S):
            self._tried_at = now
            self._fetching = asyncio.create_task(self._fetch_once())

    async def _fetch_once(self) -> None:
        self._failed = True
        try:
            self._keys = list(usable_keys(await self._fetch()))
        except StoreUnavailableError as exc:
            _LOG.warning("the identity provider's keys were not refreshed: %s", exc)
        else:
            self._failed, self._fetched_at = False, self._monotonic()
        finally:
            self._fetching = None


def usable_keys(given: Iterable[Any]) -> Iterator[IssuerKey]:
    """Yield the keys that verify signatures by an asymmetric algorithm; what is not understood is passed over.

    Args:
        given: JSON Web Keys (RFC 7517); private parts in them are not read.

    Raises:
        MissingExtraError: `PyJWT` or `cryptography` is not installed.
    """
    for _, jwk in zip(range(_MOST_KEYS), given, strict=False):
        if isinstance(jwk, dict):
            key = _usable(cast("dict[str, Any]", jwk))
            if key.by_algorithm:
                yield key


def _usable(jwk: dict[str, Any]) -> IssuerKey:
    kid = jwk.get("kid")
    by_algorithm = {name: key for name in _algorithms(jwk) if (key := _key(jwk, name)) is not None}
    return IssuerKey(kid if isinstance(kid, str) else None, by_algorithm)


def _algorithms(jwk: dict[str, Any]) -> Iterable[str]:
    """Return the algorithms that a key is for, by its kind and by what it says of itself."""
    kind, curve, named = jwk.get("kty"), jwk.get("crv"), jwk.get("alg")
    if jwk.get("use", "sig") != "sig" or not _may_verify(jwk.get("key_ops", ["verify"])):
        return ()
    if not isinstance(kind, str) or not isinstance(curve, str | None):
        return ()
    possible = _ALGORITHMS.get((kind, curve), ())
    return possible if named is None else [name for name in possible if name == named]


def _may_verify(operations: object) -> bool:
    return isinstance(operations, list) and "verify" in cast("list[object]", operations)


def _key(jwk: dict[str, Any], algorithm: str) -> "PyJWK | None":
    try:
        import cryptography  # noqa: F401, PLC0415 -- loaded on use  # pyright: ignore[reportUnusedImport] -- asked whether it is there
        from jwt import PyJWK, PyJWTError  # noqa: PLC0415
    except ImportError as exc:
        raise MissingExtraError("tokens of an identity provider", "pip install 'memlane[server]'") from exc
    try:
        return PyJWK.from_dict({part: jwk[part] for part in _PUBLIC_PARTS if part in jwk}, algorithm)
    except PyJWTError as exc:
        _LOG.warning("a key of the identity provider is passed over: %s", type(exc).__name__)
        return None
