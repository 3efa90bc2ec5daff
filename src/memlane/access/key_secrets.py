"""The secrets of API keys: `ml_<id>_<random>`; made, taken apart, compared.

A store keeps SHA-256 (FIPS 180-4) of a secret. A slow hash is for what people choose and others guess: of 256 random
bits nothing can be guessed, however fast the hash.
"""

import hashlib
import hmac
import re
import secrets
from base64 import b32encode
from collections.abc import Iterable
from typing import Final

import msgspec

KEY_PREFIX: Final = "ml_"
_ID_BYTES: Final = 10
_RANDOM_BYTES: Final = 32
_FORM: Final = re.compile(r"ml_([a-z2-7]{16})_[A-Za-z0-9_-]{43}", re.ASCII)
_NO_SECRET: Final = "ml_" + "a" * 16 + "_" + "A" * 43
_NO_HASH: Final = "0" * 64


class KeySecret(msgspec.Struct, frozen=True):
    """A secret as a caller shows it: the id of its key (16 characters of base 32), and all of it."""

    id: str
    text: str

    def __repr__(self) -> str:
        """Show the id alone."""
        return f"KeySecret(id={self.id!r})"


def new_id() -> str:
    """Return the id of a new key: 80 random bits."""
    return b32encode(secrets.token_bytes(_ID_BYTES)).decode().lower()


def new_secret(key_id: str) -> KeySecret:
    """Return a new secret of a key: 256 random bits behind its id."""
    return KeySecret(key_id, f"{KEY_PREFIX}{key_id}_{secrets.token_urlsafe(_RANDOM_BYTES)}")


def read_secret(text: str | None) -> KeySecret | None:
    """Return what a caller showed, None when no key looks so."""
    found = _FORM.fullmatch(text or "")
    return KeySecret(found[1], found[0]) if found else None


def public_prefix(key_id: str) -> str:
    """Return the part of a key that is no secret, by which lists and logs call it."""
    return f"{KEY_PREFIX}{key_id}"


def id_of(shown: str) -> str:
    """Return the id in what an operator calls a key by: its id, its prefix, or the key itself."""
    return shown.strip().removeprefix(KEY_PREFIX).partition("_")[0]


def secret_hash(secret: KeySecret | None) -> str:
    """Return SHA-256 of a secret in hexadecimal; for none it takes as long."""
    text = _NO_SECRET if secret is None else secret.text
    return hashlib.sha256(text.encode()).hexdigest()


def is_among(given: str, hashes: Iterable[str]) -> bool:
    """Return whether one of `hashes` is `given`; how long that takes does not tell how near one came, or if any is."""
    return sum(hmac.compare_digest(given, known) for known in [*hashes, _NO_HASH]) > 0
