"""Which users were erased lately, by any process: what was begun before is not to be counted after.

A process counts usage for some seconds before it writes it. Without this, a user erased by one process would be brought
back by another one's counts. An erasure is told to all processes through the store of records, under a digest of the
user's name, and is kept for an hour: longer than any call lasts.
"""

from datetime import timedelta

from memlane.protocols.clock import Clock
from memlane.protocols.records import RecordStore
from memlane.types.ids import Partition, derived_id

_COLLECTION = "erasures"
_BODY = b"erased"
_MS = timedelta(milliseconds=1)
_KEPT_MS = timedelta(hours=1) // _MS
_LATE_MS = timedelta(minutes=1) // _MS
"""How far clocks may differ, and a record may lag behind its moment, without being overlooked."""
_PAGE = 1_000
_DIGITS = 20


class Erasures:
    """Knows the moments of recent erasures. Moments are microseconds since 1970 UTC and never repeat in a process."""

    def __init__(self, records: RecordStore | None, clock: Clock) -> None:
        """Tell and learn through `records`; None knows only of this process's own."""
        self._records = records
        self._clock = clock
        self._last = 0
        self._moments: dict[str, int] = {}
        self._learnt_ms = clock.now_ms()

    def moment(self) -> int:
        """Return now, or just after the moment given before."""
        self._last = max(self._clock.now_ms() * 1_000, self._last + 1)
        return self._last

    def covers(self, partition: Partition, since: int) -> bool:
        """Whether a user was erased at or after the moment `since`."""
        return bool(self._moments) and self._moments.get(_digest(partition), -1) >= since

    async def tell(self, partition: Partition) -> None:
        """Say that a user is erased now.

        Raises:
            StoreUnavailableError: the store cannot be reached.
        """
        moment, digest, now_ms = self.moment(), _digest(partition), self._clock.now_ms()
        self._learn(digest, moment)
        if self._records is not None:
            record_id = f"{moment:0{_DIGITS}}-{digest}"
            await self._records.create(_COLLECTION, record_id, _BODY, now_ms=now_ms, expires_at_ms=now_ms + _KEPT_MS)

    async def learn(self) -> None:
        """Learn what other processes have said since the last look.

        Raises:
            StoreUnavailableError: the store cannot be reached.
        """
        now_ms = self._clock.now_ms()
        self._drop_old(now_ms)
        after = f"{max(0, self._learnt_ms - _LATE_MS) * 1_000:0{_DIGITS}}"
        while self._records is not None:
            found = await self._records.list(_COLLECTION, now_ms=now_ms, after=after, limit=_PAGE)
            for record in found:
                self._learn(record.id[_DIGITS + 1 :], int(record.id[:_DIGITS]))
            if len(found) < _PAGE:
                break
            after = found[-1].id
        self._learnt_ms = now_ms

    def _learn(self, digest: str, moment: int) -> None:
        """Note an erasure; the latest ones stand last."""
        self._moments[digest] = max(moment, self._moments.pop(digest, 0))

    def _drop_old(self, now_ms: int) -> None:
        oldest = (now_ms - _KEPT_MS) * 1_000
        self._moments = {digest: moment for digest, moment in self._moments.items() if moment > oldest}


def _digest(partition: Partition) -> str:
    return derived_id("u", partition.tenant, partition.user)
