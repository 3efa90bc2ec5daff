"""Gives memories their vectors, off the append path.

What this process appended is embedded shortly after, in batches; what another process left without a vector is
found when a recall opens the partition. Without an embedder everything else goes on, lexically.
"""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from memlane.engine.tasks import Tasks
from memlane.errors import EmbedderError, MissingExtraError, SettingError, StoreError
from memlane.protocols.clock import Clock
from memlane.protocols.embedder import Embedder
from memlane.protocols.memories import MemoryStore
from memlane.recall.text import RECIPE, embedded_text
from memlane.types.ids import Partition
from memlane.types.wire import decode_memory

_log = logging.getLogger(__name__)
_QUIET_SECONDS = 0.25
_LONGEST_SECONDS = 5.0
_MOST_WAITING = 20_000
_BATCH = 128
_RETRY_SECONDS = 30.0
_QUERIES_KEPT = 256


class Indexer:
    """Embeds texts and stores their vectors under the embedder's identity."""

    def __init__(self, memories: MemoryStore, embedder: Embedder | None, clock: Clock, tasks: Tasks) -> None:
        """Embed with `embedder`; None leaves every recall lexical."""
        self._memories = memories
        self._embedder = embedder
        self._clock = clock
        self._tasks = tasks
        self._waiting: dict[Partition, dict[str, str]] = {}
        self._count = 0
        self._noticed_at = 0.0
        self._running = False
        self._queries: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._failed_at = -_RETRY_SECONDS
        self._failed_for_good = False
        self.problem: str | None = None if embedder else "no embedder is configured"

    @property
    def identity(self) -> str | None:
        """Name of the vector space: the embedder's and that of the text it is given; None without an embedder."""
        return f"{self._embedder.identity}+{RECIPE}" if self._embedder else None

    @property
    def dimension(self) -> int | None:
        """Length of a vector; None without an embedder."""
        return self._embedder.dimension if self._embedder else None

    @property
    def usable(self) -> bool:
        """Whether trying to embed now makes sense: there is an embedder and it has not just failed."""
        if self._embedder is None or self._failed_for_good:
            return False
        return time.monotonic() - self._failed_at >= _RETRY_SECONDS

    def notice(self, partition: Partition, texts: Mapping[str, str]) -> None:
        """Embed these memories (id → searchable text) soon; more than fit the queue are left to the next recall."""
        if not texts or not self.usable or self._count + len(texts) > _MOST_WAITING:
            return
        waiting = self._waiting.setdefault(partition, {})
        before = len(waiting)
        waiting.update(texts)
        self._count += len(waiting) - before
        self._noticed_at = time.monotonic()
        if not self._running:
            self._running = True
            self._tasks.start(self._work_off())

    def forget(self, partition: Partition) -> None:
        """Drop what waits for a partition."""
        self._count -= len(self._waiting.pop(partition, {}))

    async def embed(self, partition: Partition, texts: Sequence[tuple[str, str]]) -> bool:
        """Embed and store vectors of (id, searchable text); return whether that worked.

        Raises:
            StoreError: the vectors could not be stored.
        """
        vectors = await self.vectors(texts)
        if vectors is None:
            return False
        await self.store(partition, texts, vectors)
        return True

    async def vectors(self, texts: Sequence[tuple[str, str]]) -> dict[str, bytes] | None:
        """Embed (id, searchable text) and return by id what is stored of each; None when that did not work."""
        vectors = await self._try([text for _, text in texts], document=True)
        if vectors is None:
            return None
        halves = vectors.astype("<f2")
        return {memory_id: halves[row].tobytes() for row, (memory_id, _) in enumerate(texts)}

    async def store(self, partition: Partition, texts: Sequence[tuple[str, str]], vectors: Mapping[str, bytes]) -> None:
        """Store what `vectors` returned of these texts.

        Raises:
            StoreError: they could not be stored.
        """
        await self._memories.put_vectors(partition, self.identity or "", vectors, now_ms=self._clock.now_ms())
        self._drop(partition, texts)
        changed = await self._changed(partition, dict(texts))
        if changed:
            await self.embed(partition, changed)

    async def _changed(self, partition: Partition, texts: Mapping[str, str]) -> list[tuple[str, str]]:
        """Return which of these say something else by now: their vectors came too late, and stand for the old words."""
        rows = await self._memories.get(partition, list(texts), now_ms=self._clock.now_ms())
        now = {row.id: embedded_text(decode_memory(row.body)) for row in rows if row is not None}
        return [(memory_id, text) for memory_id, text in now.items() if text != texts[memory_id]]

    async def query(self, text: str) -> NDArray[np.float32] | None:
        """Return the vector of a question, float32 of shape (dimension,); None when there is no usable embedder."""
        if text in self._queries:
            self._queries.move_to_end(text)
            return self._queries[text]
        vectors = await self._try([text], document=False)
        if vectors is None:
            return None
        self._queries[text] = vectors[0]
        if len(self._queries) > _QUERIES_KEPT:
            self._queries.popitem(last=False)
        return vectors[0]

    async def _try(self, texts: list[str], *, document: bool) -> NDArray[np.float32] | None:
        if self._embedder is None or not self.usable:
            return None
        try:
            vectors = await self._embedder.embed(texts, purpose="document" if document else "query")
        except (EmbedderError, MissingExtraError, SettingError) as exc:
            self._failed_at = time.monotonic()
            self._failed_for_good = not isinstance(exc, EmbedderError)
            self.problem = str(exc)
            _log.warning("recall goes on without meaning: %s", exc)
            return None
        self.problem = None
        return vectors

    async def _work_off(self) -> None:
        try:
            while self._waiting:
                await self._until_quiet()
                for partition, texts in list(self._waiting.items())[:1]:  # an erasure may have emptied it meanwhile
                    await self._embed_waiting(partition, texts)
        finally:
            self._running = False

    async def _until_quiet(self) -> None:
        """Let a burst of appends pass first: embedding in its midst would slow each of them."""
        deadline = time.monotonic() + _LONGEST_SECONDS
        noticed_at = 0.0
        while noticed_at != self._noticed_at and time.monotonic() < deadline:
            noticed_at = self._noticed_at
            await asyncio.sleep(_QUIET_SECONDS)

    async def _embed_waiting(self, partition: Partition, texts: dict[str, str]) -> None:
        batch = list(texts.items())[:_BATCH]
        try:
            if not await self.embed(partition, batch):
                self._waiting.clear()
                self._count = 0
        except StoreError as exc:
            _log.warning("vectors could not be stored: %s", exc.code)
            self._drop(partition, batch)

    def _drop(self, partition: Partition, texts: Sequence[tuple[str, str]]) -> None:
        """Take texts off what waits: they were embedded, here or by a recall that could not wait."""
        waiting = self._waiting.get(partition, {})
        for memory_id, text in texts:
            if waiting.get(memory_id) == text:  # else it says something else by now, which still waits
                del waiting[memory_id]
                self._count -= 1
        if not waiting:
            self._waiting.pop(partition, None)
