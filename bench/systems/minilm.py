"""all-MiniLM-L6-v2 for the systems that leave embedding to their user: Memlane's local embedder, called blockingly.

The same runtime for all of them, so that what differs is what they do with vectors.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedding_cache import CachedEmbedder
from memlane.adapters.embedders.local import OnnxEmbedder
from memlane.protocols.embedder import Purpose
from systems.shape import Place

DIMENSION = 384


class Minilm:
    """Embeds texts, in batches as large as the system hands them over; call it from one thread at a time."""

    def __init__(self, place: Place) -> None:
        """Load the model."""
        self._local = OnnxEmbedder(model_dir=place.model_dir)
        self._used = CachedEmbedder(self._local, place.vectors, queries=False) if place.vectors else self._local
        self._runner = asyncio.Runner()
        self._runner.run(self._local.embed(["load everything"], purpose="query"))

    def documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return float32 of shape (n, 384), rows of unit length."""
        return self._embed(texts, "document")

    def query(self, text: str) -> NDArray[np.float32]:
        """Return float32 of shape (384,), of unit length."""
        return self._embed([text], "query")[0]

    def lists(self, texts: Sequence[str]) -> list[list[float]]:
        """Return the vectors of documents as lists, for systems that take nothing else."""
        rows: Any = self.documents(texts)
        return rows.tolist()

    def close(self) -> None:
        """Stop its threads."""
        for embedder in {self._used, self._local}:
            self._runner.run(embedder.aclose())
        self._runner.close()

    def _embed(self, texts: Sequence[str], purpose: Purpose) -> NDArray[np.float32]:
        return self._runner.run(self._used.embed(list(texts), purpose=purpose))
