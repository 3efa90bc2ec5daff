"""An identity provider on loopback (OpenID Connect): its configuration, its public keys, the tokens that it signs.

Needs `PyJWT` and `cryptography`. Its private keys are made when this module is imported.
"""

import json
import threading
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import get_default_algorithms

from memlane.testing.loopback import LoopbackServer, SeenRequest, Wire

PRIVATE_KEYS: Final[dict[str, Any]] = {
    "RS256": rsa.generate_private_key(public_exponent=65_537, key_size=2_048),
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "ES384": ec.generate_private_key(ec.SECP384R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate(),
}
"""By algorithm, which is also the name of the key."""
CONFIGURATION: Final = "/.well-known/openid-configuration"
KEYS: Final = "/keys"


@dataclass
class IdentityProvider(LoopbackServer):
    """Serves on a free loopback port while used as a context manager.

    Attributes:
        instead: What to answer at a path instead: a JSON value, bytes as they are, a text for a redirect there, None
            for an error of the server.
        stalled: While set, nothing is answered.
    """

    instead: dict[str, Any] = field(default_factory=dict[str, Any])
    stalled: threading.Event = field(default_factory=threading.Event)

    @cached_property
    def issuer(self) -> str:
        """What its tokens say they are issued by."""
        return self.address

    def answer(self, request: SeenRequest, wire: Wire) -> None:
        """Answer with the configuration, the keys, or what was said instead."""
        if self.stalled.is_set():
            wire.stall()
            return
        answer = self.instead[request.path] if request.path in self.instead else self._usual(request.path)
        if answer is None:
            wire.send(500, b"")
        elif isinstance(answer, str):
            wire.send(302, b"", Location=answer)
        else:
            wire.send(200, answer if isinstance(answer, bytes) else json.dumps(answer).encode())

    def token(self, claims: dict[str, Any], algorithm: str = "RS256") -> str:
        """Return a token of this issuer."""
        return signed_token({"iss": self.issuer, **claims}, algorithm)

    def _usual(self, path: str) -> Any:
        configuration = {"issuer": self.issuer, "jwks_uri": self.issuer + KEYS}
        return {CONFIGURATION: configuration, KEYS: {"keys": public_keys()}}.get(path)


def public_keys() -> list[dict[str, Any]]:
    """Return the public JSON Web Keys of `PRIVATE_KEYS`."""
    return [public_key(key, name, kid=name, alg=name, use="sig") for name, key in PRIVATE_KEYS.items()]


def public_key(private: Any, algorithm: str, **more: Any) -> dict[str, Any]:
    """Return the public JSON Web Key of a private key."""
    return {**json.loads(get_default_algorithms()[algorithm].to_jwk(private.public_key())), **more}


def signed_token(claims: dict[str, Any], algorithm: str = "RS256", *, key: Any = None, **headers: Any) -> str:
    """Return a token signed by `key`, by default the provider's for this algorithm; `headers` may say otherwise."""
    return jwt.encode(claims, key or PRIVATE_KEYS[algorithm], algorithm, headers={"kid": algorithm, **headers})
