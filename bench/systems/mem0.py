"""mem0 without an LLM (`infer=False`): every message kept word for word, in its local Qdrant.

Its keyword search needs models that it downloads; offline it goes without, and says nothing of it in its results.
"""

import os
from typing import Any

from systems.minilm import DIMENSION, Minilm
from systems.shape import Found, Place, turns


class Mem0:
    """A user a conversation; one `add` a session."""

    packages = ("mem0ai", "qdrant-client")

    def __init__(self, place: Place) -> None:
        """Make the memory, with an embedder in the place of its own; the LLM it insists on is never called."""
        os.environ |= {"MEM0_TELEMETRY": "False", "MEM0_DIR": str(place.folder / "mem0")}
        from mem0 import Memory  # noqa: PLC0415 -- only in its environment

        qdrant = {"path": str(place.folder / "qdrant"), "embedding_model_dims": DIMENSION, "on_disk": True}
        key = {"api_key": "none"}
        settings = {
            "vector_store": {"provider": "qdrant", "config": qdrant},
            "embedder": {"provider": "openai", "config": key},
            "llm": {"provider": "openai", "config": key},
            "history_db_path": str(place.folder / "history.db"),
        }
        self._memory: Any = Memory.from_config(settings)
        self._minilm = Minilm(place)
        self._memory.embedding_model = _Embedding(self._minilm)
        self._user = ""
        self._loaded = 0
        self._message_of: dict[str, str] = {}

    def load(self, conversation: dict[str, Any]) -> None:
        """Add everything for a new user."""
        self._loaded += 1
        self._user = f"conversation-{self._loaded}"
        for session in conversation["sessions"]:
            said = turns({"sessions": [session]})
            given = [{"role": turn.role, "content": turn.text} for turn in said]
            added = self._memory.add(given, user_id=self._user, infer=False)["results"]
            if len(added) != len(said):
                raise SystemExit(f"mem0 kept {len(added)} of {len(said)} messages of a session")
            self._message_of |= {new["id"]: turn.message_id for new, turn in zip(added, said, strict=True)}

    def search(self, question: str, *, at: str | None, limit: int) -> list[str]:  # noqa: ARG002 -- it knows no time
        """Return the nearest, without mem0's threshold, which would leave results out."""
        answer = self._memory.search(question, filters={"user_id": self._user}, top_k=limit, threshold=0.0)
        return [self._message_of[memory["id"]] for memory in answer["results"]]

    def found(self, question: str, *, at: str | None, limit: int) -> Found:
        """Return messages only."""
        return Found(self.search(question, at=at, limit=limit))

    def close(self) -> None:
        """Close both."""
        self._memory.close()
        self._minilm.close()


class _Embedding:
    """What mem0 asks of an embedder."""

    def __init__(self, minilm: Minilm) -> None:
        self._minilm = minilm
        self.config = None

    def embed(self, text: str, memory_action: str | None = None) -> list[float]:
        vector: Any = self._minilm.query(text) if memory_action == "search" else self._minilm.documents([text])[0]
        return vector.tolist()

    def embed_batch(self, texts: list[str], memory_action: str = "add") -> list[list[float]]:  # noqa: ARG002 -- theirs
        return self._minilm.lists(texts)


def open_system(place: Place) -> Mem0:
    """Return the system."""
    return Mem0(place)
