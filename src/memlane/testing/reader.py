"""A reader that knows a partition only by changes(), as the recall engine does."""

from memlane.protocols.memories import Change, MemoryRow, MemoryStore
from memlane.types.ids import Partition

_MOST_PAGES = 10_000


class Reader:
    """Follows one partition of a store.

    Attributes:
        resets: How often the store made it begin again.
        pages: How many answers it has applied.
    """

    def __init__(self, store: MemoryStore, partition: Partition, *, embedder: str | None = None) -> None:
        """Know nothing yet."""
        self._store = store
        self._partition = partition
        self._embedder = embedder
        self._known: dict[str, Change] = {}
        self.cursor: str | None = None
        self.resets = 0
        self.pages = 0

    async def catch_up(self, *, now_ms: int, limit: int = 2_000) -> list[str]:
        """Apply all there is and return the ids that were named, page by page."""
        named: list[str] = []
        for _ in range(_MOST_PAGES):
            ids, more = await self.turn_page(now_ms=now_ms, limit=limit)
            named += ids
            if not more:
                return named
        raise AssertionError("changes() never ends")

    async def turn_page(self, *, now_ms: int, limit: int) -> tuple[list[str], bool]:
        """Apply one answer; return the ids it named and whether there is more."""
        changes = await self._store.changes(
            self._partition, self.cursor, now_ms=now_ms, embedder=self._embedder, limit=limit
        )
        ids = [change.id for change in changes.items]
        assert len(ids) == len(set(ids)), "a memory is named twice in one answer"
        assert len(ids) <= limit, "an answer is longer than its limit"
        if changes.reset:
            self._known.clear()
            self.resets += self.cursor is not None
        for change in changes.items:
            self._apply(change)
        self.cursor = changes.cursor
        self.pages += 1
        return ids, changes.more

    def rows(self, now_ms: int) -> list[MemoryRow]:
        """Return the memories it believes to be live, in ascending order of id."""
        return [
            MemoryRow(change.id, change.body, change.expires_at_ms)
            for _, change in sorted(self._known.items())
            if change.body is not None and (change.expires_at_ms is None or change.expires_at_ms > now_ms)
        ]

    def vectors(self, now_ms: int) -> dict[str, bytes | None]:
        """Return the vector of each memory it believes to be live, None where it has none."""
        return {row.id: self._known[row.id].vector for row in self.rows(now_ms)}

    def _apply(self, change: Change) -> None:
        if change.body is None:
            self._known.pop(change.id, None)
        else:
            self._known[change.id] = change
