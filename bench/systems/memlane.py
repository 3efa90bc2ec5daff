"""Memlane through its public API, as `memlane import`, `recall` and `episodes` do: one SQLite file, its defaults."""

import asyncio
from datetime import datetime
from typing import Any

import msgspec

import memlane
from embedding_cache import CachedEmbedder
from memlane.adapters.embedders.local import OnnxEmbedder
from systems.shape import Found, Place

_SESSIONS = 50


class Memlane:
    """A user a conversation; it is the only one here that ranks sessions itself."""

    packages = ("memlane", "onnxruntime")

    def __init__(self, place: Place) -> None:
        """Load the model and connect."""
        self._runner = asyncio.Runner()
        self._local = OnnxEmbedder(model_dir=place.model_dir)
        self._runner.run(self._local.embed(["load everything"], purpose="query"))
        self._used = CachedEmbedder(self._local, place.vectors, queries=False) if place.vectors else self._local
        self._file = place.folder / "conversation.json"
        self._memory = self._runner.run(_connected(f"sqlite:///{place.folder / 'memory.db'}", self._used))
        self._user = self._memory.user("nobody")
        self._loaded = 0

    def load(self, conversation: dict[str, Any]) -> None:
        """Import the conversation for a new user and give every message its vector."""
        self._loaded += 1
        self._user = self._memory.user(f"conversation-{self._loaded}")
        self._file.write_bytes(msgspec.json.encode(conversation))
        self._runner.run(self._import())

    def search(self, question: str, *, at: str | None, limit: int) -> list[str]:
        """Return what `recall` returns."""
        moment = None if at is None else datetime.fromisoformat(at)
        recalled = self._runner.run(self._user.recall(question, limit=limit, at=moment))
        return [message for found in recalled for message in found.memory.message_ids]

    def found(self, question: str, *, at: str | None, limit: int) -> Found:
        """Return messages by `recall` and sessions by `episodes`."""
        moment = None if at is None else datetime.fromisoformat(at)
        episodes = self._runner.run(self._user.episodes(question, limit=_SESSIONS, at=moment))
        return Found(self.search(question, at=at, limit=limit), [episode.session_id for episode in episodes])

    def close(self) -> None:
        """Close everything."""
        for opened in (self._memory, self._used, self._local):
            self._runner.run(opened.aclose())
        self._runner.close()

    async def _import(self) -> None:
        await self._user.restore(self._file)
        await self._user.index()


async def _connected(url: str, embedder: Any) -> memlane.AsyncMemlane:
    return await memlane.connect_async(url, embedder=embedder)


def open_system(place: Place) -> Memlane:
    """Return the system."""
    return Memlane(place)
