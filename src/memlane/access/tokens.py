"""The gate of tokens: JSON Web Tokens (RFC 7519) that an identity provider signed for this server."""

import logging
from typing import Any, Final

from memlane.access.claims import ClaimError, ClaimNames, check_times, credential_of_claims
from memlane.access.credential import Credential
from memlane.access.issuer_keys import IssuerKeys
from memlane.access.refusal import refusal
from memlane.errors import MissingExtraError
from memlane.protocols.clock import Clock

_LARGEST: Final = 16_384
_LOG: Final = logging.getLogger(__name__)


class TokenGate:
    """Lets in who shows a token that is signed by a key of the issuer, for this audience, and of now.

    Args:
        keys: The issuer's keys.
        issuer: What the claim `iss` must be.
        audience: What the claim `aud` must be, or hold.
        names: Which claims say tenant, user and scopes.
        clock: Says what has expired.
    """

    def __init__(self, keys: IssuerKeys, *, issuer: str, audience: str, names: ClaimNames, clock: Clock) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._names = names
        self._clock = clock

    async def admit(self, secret: str | None) -> Credential:
        """Return whose token it is.

        Raises:
            UnauthenticatedError: it is none, or not valid; one text for every reason, which only the log knows.
            StoreUnavailableError: the issuer's keys cannot be had.
            MissingExtraError: `PyJWT` or `cryptography` is not installed.
        """
        if secret is None or len(secret) > _LARGEST or not secret.isascii():
            raise refusal()
        try:
            claims = await self._verified(secret)
            check_times(claims, self._clock.now_ms() / 1_000)
            return credential_of_claims(claims, self._names)
        except ClaimError as exc:
            _LOG.info("a token was refused: %s", exc)
            raise refusal() from None

    async def _verified(self, token: str) -> dict[str, Any]:
        """Return the claims of a token whose signature, issuer and audience are right; its times are not looked at."""
        jwt = _package()
        try:
            header = jwt.get_unverified_header(token)
            kid, algorithm = header.get("kid"), header.get("alg")
            key = await self._keys.find(kid, algorithm) if isinstance(algorithm, str) else None
            if key is None:
                raise ClaimError("no key of the issuer is for it")
            return jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                issuer=self._issuer,
                audience=self._audience,
                options={
                    "require": ["exp", "iss", "aud"],
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                    "enforce_minimum_key_length": True,
                },
            )
        except jwt.PyJWTError as exc:
            raise ClaimError(type(exc).__name__) from exc


def _package() -> Any:
    try:
        import jwt  # noqa: PLC0415 -- loaded on use
    except ImportError as exc:
        raise MissingExtraError("tokens of an identity provider", "pip install 'memlane[server]'") from exc
    return jwt
