"""LangGraph's in-memory store with its vector index: a namespace a conversation, put in batches."""

from typing import Any

from systems.minilm import DIMENSION, Minilm
from systems.shape import Found, Place, Turn, turns

_BATCH = 256


class LangGraphStore:
    """Keeps everything in the process, vectors as lists."""

    packages = ("langgraph", "langgraph-checkpoint")

    def __init__(self, place: Place) -> None:
        """Make the store."""
        from langgraph.store.base import PutOp  # noqa: PLC0415 -- only in its environment
        from langgraph.store.memory import InMemoryStore  # noqa: PLC0415 -- as above

        self._minilm = Minilm(place)
        self._put: Any = PutOp
        index: Any = {"dims": DIMENSION, "embed": self._minilm.lists, "fields": ["text"]}
        self._store: Any = InMemoryStore(index=index)
        self._namespace: tuple[str, ...] = ()
        self._loaded = 0

    def load(self, conversation: dict[str, Any]) -> None:
        """Put everything into a new namespace."""
        self._loaded += 1
        self._namespace = (f"conversation-{self._loaded}",)
        for batch in batches(turns(conversation)):
            self._store.batch([self._put(self._namespace, *_item(turn)) for turn in batch])

    def search(self, question: str, *, at: str | None, limit: int) -> list[str]:  # noqa: ARG002 -- it knows no time
        """Return the nearest, exactly."""
        return [item.value["id"] for item in self._store.search(self._namespace, query=question, limit=limit)]

    def found(self, question: str, *, at: str | None, limit: int) -> Found:
        """Return messages only."""
        return Found(self.search(question, at=at, limit=limit))

    def close(self) -> None:
        """Stop the embedder."""
        self._minilm.close()


def batches(said: list[Turn]) -> list[list[Turn]]:
    """Return the turns in batches; no batch has the same text twice, which the store answers with an error."""
    made: list[list[Turn]] = [[]]
    texts: set[str] = set()
    for turn in said:
        if turn.text in texts or len(made[-1]) == _BATCH:
            made.append([])
            texts = set()
        made[-1].append(turn)
        texts.add(turn.text)
    return made


def _item(turn: Turn) -> tuple[str, dict[str, str]]:
    return f"{turn.session_id}/{turn.message_id}", {"text": turn.text, "id": turn.message_id}


def open_system(place: Place) -> LangGraphStore:
    """Return the system."""
    return LangGraphStore(place)
