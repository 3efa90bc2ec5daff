"""Small records in dictionaries, and counts beside them; see `memlane.testing.fakes`."""

from dataclasses import dataclass, field

from memlane.errors import StoreUnavailableError
from memlane.protocols.records import Record


@dataclass
class KeptRecord:
    """A record. `expires_at_ms` None means it stays."""

    body: bytes
    expires_at_ms: int | None = None


@dataclass
class KeptCount:
    """How much of an id was taken, until when."""

    taken: int
    expires_at_ms: int


@dataclass
class RecordShelf:
    """The records of one backend by collection and id, and whether it pretends to be down."""

    down: bool = False
    records: dict[tuple[str, str], KeptRecord] = field(default_factory=dict[tuple[str, str], KeptRecord])
    counts: dict[tuple[str, str], KeptCount] = field(default_factory=dict[tuple[str, str], KeptCount])

    def live(self, collection: str, record_id: str, now_ms: int) -> KeptRecord | None:
        """Return a record that exists."""
        kept = self.records.get((collection, record_id))
        return None if kept is None or (kept.expires_at_ms or now_ms + 1) <= now_ms else kept

    def sweep(self, now_ms: int) -> None:
        """Remove what has expired."""
        self.records = {place: one for place, one in self.records.items() if self.live(*place, now_ms)}
        self.counts = {place: one for place, one in self.counts.items() if one.expires_at_ms > now_ms}


class InMemoryRecordStore:
    """Keeps records in dictionaries; see `InMemoryBackend`."""

    def __init__(self, shelf: RecordShelf) -> None:
        """Keep them on `shelf`."""
        self._kept = shelf

    @property
    def _shelf(self) -> RecordShelf:
        if self._kept.down:
            raise StoreUnavailableError("the in-memory backend was taken down")
        return self._kept

    async def create(
        self,
        collection: str,
        record_id: str,
        body: bytes,
        *,
        now_ms: int,
        expires_at_ms: int | None = None,
    ) -> bool:
        """Store a record where there is none; return whether there was none."""
        shelf = self._shelf
        shelf.sweep(now_ms)
        if shelf.live(collection, record_id, now_ms) is not None:
            return False
        shelf.records[collection, record_id] = KeptRecord(body, expires_at_ms)
        return True

    async def get(self, collection: str, record_id: str, *, now_ms: int) -> bytes | None:
        """Return a record's bytes, None when there is none."""
        kept = self._shelf.live(collection, record_id, now_ms)
        return None if kept is None else kept.body

    async def swap(
        self,
        collection: str,
        record_id: str,
        old: bytes,
        new: bytes | None,
        *,
        now_ms: int,
        expires_at_ms: int | None = None,
    ) -> bool:
        """Make a record `new` (None: remove it) if it is `old`; return whether it was."""
        shelf = self._shelf
        shelf.sweep(now_ms)
        kept = shelf.live(collection, record_id, now_ms)
        if kept is None or kept.body != old:
            return False
        if new is None:
            del shelf.records[collection, record_id]
        else:
            shelf.records[collection, record_id] = KeptRecord(new, expires_at_ms)
        return True

    async def list(self, collection: str, *, now_ms: int, after: str | None = None, limit: int = 1_000) -> list[Record]:
        """Return the live records of a collection in ascending order of id, those after `after`."""
        shelf = self._shelf
        places = sorted(place for place in shelf.records if place[0] == collection and place[1] > (after or ""))
        live = [(id_, kept) for _, id_ in places if (kept := shelf.live(collection, id_, now_ms)) is not None]
        return [Record(id_, kept.body) for id_, kept in live[:limit]]

    async def take(
        self,
        collection: str,
        record_id: str,
        amount: int,
        *,
        limit: int,
        now_ms: int,
        expires_at_ms: int,
    ) -> int:
        """Take up to `amount` from what is left of `limit`, and return how much was granted."""
        shelf = self._shelf
        shelf.sweep(now_ms)
        count = shelf.counts.setdefault((collection, record_id), KeptCount(0, expires_at_ms))
        granted = max(0, min(amount, limit - count.taken))
        count.taken += granted
        return granted

    async def ping(self) -> dict[str, str]:
        """Say what this is and what it keeps."""
        return {"server": "memory", "records": str(len(self._shelf.records))}

    async def aclose(self) -> None:
        """Do nothing: the backend keeps what it holds."""
