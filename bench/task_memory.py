"""Memlane as the retrieval benchmarks use it: empty, its vectors perhaps from a cache, a user a conversation.

Owns opening it and asking it. It must not know what is measured.
"""

import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

import memlane
from embedding_cache import CachedEmbedder, cache_file
from memlane.protocols.embedder import Embedder
from memlane.recall.weights import Weights
from memlane.wiring.embedders import open_embedder
from retrieval_data import Question

_DEPTH = 50


class TaskMemory:
    """A connection, and how long importing took altogether."""

    def __init__(self, memory: memlane.AsyncMemlane, url: str, used: Embedder | None, folder: Path) -> None:
        """Use an open connection to the store at `url`, its embedder, and a folder for passing files."""
        self._memory, self._url, self._used, self._file = memory, url, used, folder / "conversation.json"
        self.messages = 0
        self.restore_s = 0.0
        self.index_s = 0.0

    @property
    def from_cache(self) -> bool:
        """Whether any vector came from the cache."""
        return isinstance(self._used, CachedEmbedder) and self._used.hits > 0

    @asynccontextmanager
    async def user(self, conversation: dict[str, Any]) -> AsyncGenerator[memlane.AsyncUser]:
        """Do what `memlane import` does for a user of its own: restore the file, give every message its vector.

        The user is erased afterwards: hundreds of thousands of messages would pile up.
        """
        user = self._memory.user(conversation["id"], tenant="bench")
        self._file.write_bytes(msgspec.json.encode(conversation))
        start = time.perf_counter()
        self.messages += await user.restore(self._file)
        restored = time.perf_counter()
        await user.index()
        self.restore_s += restored - start
        self.index_s += time.perf_counter() - restored
        yield user
        await user.erase()

    @asynccontextmanager
    async def weighted(self, user: memlane.AsyncUser, weights: Weights) -> AsyncGenerator[memlane.AsyncUser]:
        """Lend the same user through another connection, which recalls with these weights."""
        async with memlane.connect_async(self._url, embedder=self._used, weights=weights) as memory:
            yield memory.user(user.id, tenant=user.tenant)


@asynccontextmanager
async def empty_memory(embedder: str, cache: str, store: str = "") -> AsyncGenerator[TaskMemory]:
    """Open an empty memory: in `store`, or in a file that vanishes; `cache` as `cache_file` reads it."""
    opened, vectors = open_embedder(embedder), cache_file(cache)
    used = CachedEmbedder(opened, vectors) if opened and vectors else opened
    with tempfile.TemporaryDirectory() as folder:
        url = store or f"sqlite:///{Path(folder) / 'memory.db'}?synchronous=normal"
        async with memlane.connect_async(url, embedder=used) as memory:
            yield TaskMemory(memory, url, used, Path(folder))
    for each in (used, opened):
        if each:
            await each.aclose()


async def ranked(user: memlane.AsyncUser, question: Question) -> tuple[dict[str, Any], float]:
    """Return a line of a run file, ids by `recall` and `episodes`, and the milliseconds that `recall` took."""
    at = asked_at(question)
    start = time.perf_counter_ns()
    recalled = await user.recall(question.question, limit=_DEPTH, at=at)
    taken = (time.perf_counter_ns() - start) / 1e6
    episodes = await user.episodes(question.question, limit=_DEPTH, at=at)
    messages = [message for found in recalled for message in found.memory.message_ids]
    sessions = [episode.session_id for episode in episodes]
    return {"question": question.id, "messages": messages, "sessions": sessions}, taken


def asked_at(question: Question) -> datetime | None:
    """Return when a question is asked; None for now."""
    return None if question.at is None else datetime.fromisoformat(question.at)
