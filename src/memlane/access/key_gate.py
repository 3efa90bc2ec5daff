"""The gate of API keys.

What is found is trusted for five seconds, so that a busy key is not a round trip a request: a key that was revoked,
rotated or changed is judged anew everywhere within that time. Expiry is judged on every call.
"""

import time
from collections.abc import Callable
from typing import Final

from memlane.access.credential import Credential
from memlane.access.key_records import COLLECTION, KeptKey, decode_key
from memlane.access.key_secrets import is_among, read_secret, secret_hash
from memlane.access.recent import Recent
from memlane.access.refusal import refusal
from memlane.protocols.clock import Clock
from memlane.protocols.records import RecordStore

TRUSTED_S: Final = 5.0
"""For how many seconds what the store said of a key is trusted."""
_MOST: Final = 10_000


class KeyGate:
    """Lets in who shows an API key that exists, has not expired and was not revoked.

    A key that does not exist is looked up, hashed and compared as one that does.

    Args:
        records: Where keys are kept.
        clock: Says what has expired.
        monotonic: Seconds since some moment, which never jump.
    """

    def __init__(self, records: RecordStore, clock: Clock, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._records = records
        self._clock = clock
        # Apart, so that whoever makes ids up drives no key out.
        self._known: Recent[KeptKey] = Recent(TRUSTED_S, _MOST, monotonic)
        self._unknown: Recent[bool] = Recent(TRUSTED_S, _MOST, monotonic)

    async def admit(self, secret: str | None) -> Credential:
        """Return whose key it is.

        Raises:
            UnauthenticatedError: it is none, or not valid; one text for every reason.
            StoreUnavailableError: it cannot be looked up.
            DamagedError: what is kept of it does not decode.
        """
        shown = read_secret(secret)
        given = secret_hash(shown)
        key = None if shown is None else await self._key(shown.id)
        is_valid = is_among(given, [] if key is None else key.hashes(self._clock.now_ms()))
        if shown is None or key is None or not is_valid:
            raise refusal()
        return key.credential(shown.id)

    async def _key(self, key_id: str) -> KeptKey | None:
        key = self._known.get(key_id)
        if key is not None or self._unknown.get(key_id):
            return key
        asked_at = self._known.now()
        body = await self._records.get(COLLECTION, key_id, now_ms=self._clock.now_ms())
        if body is None:
            self._unknown.put(key_id, True, asked_at)
            return None
        key = decode_key(body)
        self._known.put(key_id, key, asked_at)
        return key
