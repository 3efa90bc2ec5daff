"""The simplest thing by meaning: sentence-transformers on torch, one array, one product."""

import os
from typing import Any

from systems.shape import Found, Place, turns


class SentenceTransformers:
    """An array a conversation, in memory; it embeds with torch itself and uses no vectors computed before."""

    packages = ("sentence-transformers", "torch", "numpy")

    def __init__(self, place: Place) -> None:
        """Load the model."""
        os.environ["HF_HUB_OFFLINE"] = "1"
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415 -- only in its environment

        self._model: Any = SentenceTransformer(str(place.model_dir), device="cpu")
        self._vectors: Any = None
        self._ids: list[str] = []

    def load(self, conversation: dict[str, Any]) -> None:
        """Embed everything in one call."""
        said = turns(conversation)
        self._ids = [turn.message_id for turn in said]
        self._vectors = self._embed([turn.text for turn in said])

    def search(self, question: str, *, at: str | None, limit: int) -> list[str]:  # noqa: ARG002 -- it knows no time
        """Return the nearest, exactly."""
        likeness = self._vectors @ self._embed([question])[0]
        return [self._ids[row] for row in (-likeness).argsort(kind="stable")[:limit].tolist()]

    def found(self, question: str, *, at: str | None, limit: int) -> Found:
        """Return messages only."""
        return Found(self.search(question, at=at, limit=limit))

    def close(self) -> None:
        """Release nothing."""

    def _embed(self, texts: list[str]) -> Any:
        return self._model.encode(texts, batch_size=32, normalize_embeddings=True, show_progress_bar=False)


def open_system(place: Place) -> SentenceTransformers:
    """Return the system."""
    return SentenceTransformers(place)
