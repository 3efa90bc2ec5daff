"""Memlane's local embedder, called through an event loop as applications do."""

import asyncio
from typing import Any, Literal

from memlane.adapters.embedders.local import OnnxEmbedder
from runtimes.shape import Embed, Setting


def open_runtime(setting: Setting) -> Embed:
    """Return the embedder with so many lanes; it runs one thread a batch, and chooses its batches.

    The loop's task must not return the vectors: `Runner.run` writes out the `repr` of the task when it puts the
    signal handler back, and the `repr` of an array takes longer than embedding a query.
    """
    runner = asyncio.Runner()
    embedder = OnnxEmbedder(model_dir=setting.model_dir, threads=setting.lanes or None)
    vectors: list[Any] = []

    async def embed(texts: list[str], purpose: Literal["query", "document"]) -> None:
        vectors[:] = [await embedder.embed(texts, purpose=purpose)]

    def run(texts: list[str], is_query: bool, _: int) -> Any:  # noqa: FBT001 -- the shape of them all
        runner.run(embed(texts, "query" if is_query else "document"))
        return vectors[0]

    return run
