"""API keys: making, listing, revoking and rotating them.

The secret of a key is returned once, by `create` and `rotate`; nothing keeps it.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

import msgspec

from memlane.access.credential import SCOPES, Scope
from memlane.access.key_records import COLLECTION, KeptKey, KeptSecret, decode_key, encode_key, key_info
from memlane.access.key_secrets import id_of, new_id, new_secret, secret_hash
from memlane.errors import NotFoundError, PreconditionError, StoreError, UsageError
from memlane.protocols.clock import Clock
from memlane.protocols.records import RecordStore
from memlane.types.ids import MAX_ID_CHARACTERS, check_id
from memlane.types.key import KeyInfo
from memlane.types.times import check_time, to_ms

DEFAULT_SCOPES: Final[tuple[Scope, ...]] = ("read", "write")
DEFAULT_OVERLAP: Final = timedelta(hours=1)
_PAGE: Final = 1_000
_MS: Final = timedelta(milliseconds=1)


class NewKey(msgspec.Struct, frozen=True):
    """A key that was made or rotated, and its secret: what callers send."""

    info: KeyInfo
    secret: str

    def __repr__(self) -> str:
        """Show all but the secret."""
        return f"NewKey(info={self.info!r})"


class Keys:
    """The API keys of a server, in its store.

    Args:
        records: Where they are kept.
        clock: Says what has expired.
    """

    def __init__(self, records: RecordStore, clock: Clock) -> None:
        self._records = records
        self._clock = clock

    async def create(
        self,
        tenant: str,
        *,
        user: str | None = None,
        scopes: Iterable[str] = DEFAULT_SCOPES,
        expires_at: datetime | None = None,
        name: str = "",
        requests_per_minute: int | None = None,
        tokens_per_minute: int | None = None,
    ) -> NewKey:
        """Make a key.

        Args:
            tenant: The tenant it is for.
            user: The only user it is for; None for all of the tenant.
            scopes: What it may do: `read`, `write`, `erase`, `admin`.
            expires_at: From when it is refused; None for never.
            name: What to call it in lists, up to 512 characters.
            requests_per_minute: Its budget; None for the server's.
            tokens_per_minute: Its budget; None for the server's.

        Raises:
            UsageError: an argument is not allowed, or the expiry has passed.
            StoreUnavailableError: it cannot be kept.
        """
        now_ms = self._clock.now_ms()
        key_id = new_id()
        secret = new_secret(key_id)
        key = KeptKey(
            tenant=check_id(tenant, "tenant"),
            user=None if user is None else check_id(user, "user id"),
            scopes=check_scopes(scopes),
            secrets=(KeptSecret(sha256=secret_hash(secret)),),
            created_at_ms=now_ms,
            expires_at_ms=_expiry(expires_at, now_ms),
            name=check_id(name, "name") if name else "",
            requests_per_minute=_budget(requests_per_minute, "requests_per_minute"),
            tokens_per_minute=_budget(tokens_per_minute, "tokens_per_minute"),
        )
        body = encode_key(key)
        if not await self._records.create(COLLECTION, key_id, body, now_ms=now_ms, expires_at_ms=key.expires_at_ms):
            raise StoreError("the id drawn for a key belongs to another; make it again")
        return NewKey(key_info(key_id, key), secret.text)

    async def list(self, tenant: str | None = None) -> list[KeyInfo]:
        """Return the keys that have not expired, of one tenant or of all, oldest first.

        Raises:
            StoreUnavailableError: they cannot be read.
        """
        now_ms, after, found = self._clock.now_ms(), None, list[KeyInfo]()
        while page := await self._records.list(COLLECTION, now_ms=now_ms, after=after, limit=_PAGE):
            found += [key_info(record.id, decode_key(record.body)) for record in page]
            after = page[-1].id
        of_tenant = [info for info in found if tenant is None or info.tenant == tenant]
        return sorted(of_tenant, key=lambda info: (info.created_at, info.id))

    async def revoke(self, key: str) -> None:
        """Remove a key, called by its id or prefix; every server refuses it within `key_gate.TRUSTED_S` seconds.

        Raises:
            NotFoundError: there is no such key.
            PreconditionError: it was changed at the same time; nothing was done.
            StoreUnavailableError: it cannot be removed.
        """
        key_id, now_ms = id_of(key), self._clock.now_ms()
        body = await self._found(key_id, now_ms)
        if not await self._records.swap(COLLECTION, key_id, body, None, now_ms=now_ms):
            raise _changed()

    async def rotate(self, key: str, overlap: timedelta = DEFAULT_OVERLAP) -> NewKey:
        """Give a key a new secret; those before it stay valid for `overlap`, which may be nothing.

        Raises:
            UsageError: an overlap below zero.
            NotFoundError: there is no such key.
            PreconditionError: it was changed at the same time; nothing was done.
            StoreUnavailableError: it cannot be kept.
        """
        if overlap < timedelta(0):
            raise UsageError("the overlap of a rotation must not be below zero")
        key_id, now_ms = id_of(key), self._clock.now_ms()
        body = await self._found(key_id, now_ms)
        secret = new_secret(key_id)
        rotated = _rotated(decode_key(body), KeptSecret(sha256=secret_hash(secret)), now_ms, now_ms + overlap // _MS)
        new, expires_at_ms = encode_key(rotated), rotated.expires_at_ms
        if not await self._records.swap(COLLECTION, key_id, body, new, now_ms=now_ms, expires_at_ms=expires_at_ms):
            raise _changed()
        return NewKey(key_info(key_id, rotated), secret.text)

    async def _found(self, key_id: str, now_ms: int) -> bytes:
        is_possible = 1 <= len(key_id) <= MAX_ID_CHARACTERS
        body = await self._records.get(COLLECTION, key_id, now_ms=now_ms) if is_possible else None
        if body is None:
            raise NotFoundError("there is no such key; it may have expired or been revoked")
        return body


def check_scopes(given: Iterable[str]) -> tuple[Scope, ...]:
    """Return scopes, each once and in the order of `SCOPES`.

    Raises:
        UsageError: none, or one that does not exist.
    """
    wanted = set(given)
    unknown = sorted(wanted - set(SCOPES))
    if unknown or not wanted:
        raise UsageError(f"scopes must be some of {', '.join(SCOPES)}, not {', '.join(unknown) or 'none'}")
    return tuple(scope for scope in SCOPES if scope in wanted)


def _rotated(key: KeptKey, newest: KeptSecret, now_ms: int, until_ms: int) -> KeptKey:
    """Return a key with a new secret, the older ones ending at `until_ms` at the latest."""
    ends = [(old, until_ms if old.until_ms is None else min(until_ms, old.until_ms)) for old in key.secrets]
    older = tuple(KeptSecret(sha256=old.sha256, until_ms=end) for old, end in ends if end > now_ms)
    return msgspec.structs.replace(key, secrets=(*older, newest))


def _expiry(expires_at: datetime | None, now_ms: int) -> int | None:
    if expires_at is None:
        return None
    expires_at_ms = to_ms(check_time(expires_at, "the expiry of a key"))
    if expires_at_ms <= now_ms:
        raise UsageError("the expiry of a key must be in the future")
    return expires_at_ms


def _budget(limit: int | None, what: str) -> int | None:
    if limit is not None and limit < 1:
        raise UsageError(f"{what} must be at least 1")
    return limit


def _changed() -> PreconditionError:
    return PreconditionError("the key was changed at the same time; look at it again")
