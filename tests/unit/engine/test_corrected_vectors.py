"""A vector stands for what its memory says now, also when it says something else while the old words are embedded."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from memlane import AsyncMemlane
from memlane.testing.fakes import InMemoryBackend

Open = Callable[..., AsyncMemlane]


def slow(letters: type[Any]) -> Any:
    """Return an embedder that waits, with each batch of documents, until it is let go."""

    class Slow(letters):
        def __init__(self) -> None:
            super().__init__()
            self.begun, self.go = asyncio.Event(), asyncio.Event()

        async def embed(self, texts: Sequence[str], *, purpose: Any) -> Any:
            if purpose == "document":
                self.begun.set()
                await self.go.wait()
            return await super().embed(texts, purpose=purpose)

    return Slow()


async def test_words_corrected_while_the_old_ones_are_embedded_get_their_own_vector(
    open_one: Open, make_letters: type[Any]
) -> None:
    backend, embedder = InMemoryBackend(), slow(make_letters)
    here, there = open_one(backend, embedder=embedder), open_one(backend, embedder=make_letters())
    luke = here.user("luke")
    await luke.remember("zzzz", id="one")
    indexing = asyncio.ensure_future(luke.index())
    await embedder.begun.wait()
    await there.user("luke").correct("one", "qqqq")
    embedder.go.set()
    assert await indexing
    assert embedder.embedded[-1] == "qqqq"
    partition, identity = luke._partition, here._core.indexer.identity
    changes = await backend.memories().changes(partition, None, now_ms=0, embedder=identity)
    stored = np.frombuffer(changes.items[0].vector or b"", "<f2").astype(np.float32)
    (wanted,) = await make_letters().embed(["qqqq"], purpose="query")
    assert float(stored @ wanted) > 0.99


async def test_what_waits_to_be_embedded_is_the_newest_wording(open_one: Open, letters: Any) -> None:
    luke = open_one(InMemoryBackend(), embedder=letters).user("luke")
    await luke.remember("zzzz", id="one")
    await luke.correct("one", "qqqq")
    assert await luke.index()
    assert letters.embedded[-1] == "qqqq"
