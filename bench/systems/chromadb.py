"""Chroma, embedded and on disk: a collection a conversation, cosine distance, vectors handed over in batches."""

import os
from typing import Any

from systems.minilm import Minilm
from systems.shape import Found, Place, Turn, turns

_BATCH = 256


class Chroma:
    """Its own default embedder would download a model; it gets the same one from Memlane instead."""

    packages = ("chromadb",)

    def __init__(self, place: Place) -> None:
        """Open the database."""
        os.environ["ANONYMIZED_TELEMETRY"] = "False"
        import chromadb  # noqa: PLC0415 -- only in its environment

        self._client: Any = chromadb.PersistentClient(path=str(place.folder))
        self._minilm = Minilm(place)
        self._collection: Any = None
        self._loaded = 0

    def load(self, conversation: dict[str, Any]) -> None:
        """Add everything to a new collection."""
        self._loaded += 1
        self._collection = self._client.create_collection(
            f"conversation-{self._loaded}", configuration={"hnsw": {"space": "cosine"}}, embedding_function=None
        )
        said = turns(conversation)
        for start in range(0, len(said), _BATCH):
            self._add(said[start : start + _BATCH])

    def search(self, question: str, *, at: str | None, limit: int) -> list[str]:  # noqa: ARG002 -- it knows no time
        """Return the nearest that its graph finds."""
        answer = self._collection.query(
            query_embeddings=[self._minilm.query(question)], n_results=limit, include=["metadatas"]
        )
        return [about["message"] for about in answer["metadatas"][0]]

    def found(self, question: str, *, at: str | None, limit: int) -> Found:
        """Return messages only."""
        return Found(self.search(question, at=at, limit=limit))

    def close(self) -> None:
        """Stop the embedder; the client has nothing to close."""
        self._minilm.close()

    def _add(self, said: list[Turn]) -> None:
        self._collection.add(
            ids=[f"{turn.session_id}/{turn.message_id}" for turn in said],
            documents=[turn.text for turn in said],
            metadatas=[{"session": turn.session_id, "message": turn.message_id} for turn in said],
            embeddings=self._minilm.documents([turn.text for turn in said]),
        )


def open_system(place: Place) -> Chroma:
    """Return the system."""
    return Chroma(place)
