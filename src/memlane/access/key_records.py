"""An API key as it is kept, and as it is shown; the secret itself is in neither."""

from typing import Final

import msgspec

from memlane.access.credential import Credential
from memlane.access.key_secrets import public_prefix
from memlane.errors import DamagedError
from memlane.types.key import KeyInfo, Scope
from memlane.types.times import from_ms

COLLECTION: Final = "keys"


class KeptSecret(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A secret of a key: its SHA-256 in hexadecimal, and until when it is valid; None for as long as the key."""

    sha256: str
    until_ms: int | None = None


class KeptKey(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is kept of a key. The newest secret comes last; those before it were rotated out."""

    tenant: str
    scopes: tuple[Scope, ...]
    secrets: tuple[KeptSecret, ...]
    created_at_ms: int
    user: str | None = None
    name: str = ""
    expires_at_ms: int | None = None
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None

    def hashes(self, now_ms: int) -> list[str]:
        """Return the hashes of its secrets that are valid."""
        if not _lasts(self.expires_at_ms, now_ms):
            return []
        return [secret.sha256 for secret in self.secrets if _lasts(secret.until_ms, now_ms)]

    def credential(self, key_id: str) -> Credential:
        """Return what it allows."""
        return Credential(
            id=public_prefix(key_id),
            tenant=self.tenant,
            user=self.user,
            scopes=frozenset(self.scopes),
            requests_per_minute=self.requests_per_minute,
            tokens_per_minute=self.tokens_per_minute,
        )


def encode_key(key: KeptKey) -> bytes:
    """Return the bytes of a key's record."""
    return msgspec.json.encode(key)


def decode_key(body: bytes) -> KeptKey:
    """Return the key of a record.

    Raises:
        DamagedError: it is not one.
    """
    try:
        return msgspec.json.decode(body, type=KeptKey)
    except (msgspec.MsgspecError, UnicodeError) as exc:
        raise DamagedError("the record of an API key does not decode") from exc


def key_info(key_id: str, key: KeptKey) -> KeyInfo:
    """Return a key as it is shown."""
    return KeyInfo(
        id=key_id,
        prefix=public_prefix(key_id),
        tenant=key.tenant,
        user=key.user,
        scopes=key.scopes,
        name=key.name,
        created_at=from_ms(key.created_at_ms),
        expires_at=None if key.expires_at_ms is None else from_ms(key.expires_at_ms),
        requests_per_minute=key.requests_per_minute,
        tokens_per_minute=key.tokens_per_minute,
    )


def _lasts(until_ms: int | None, now_ms: int) -> bool:
    return until_ms is None or now_ms < until_ms
