"""Connections on in-memory stores, with parts that fail on demand."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from memlane.engine.client import AsyncMemlane
from memlane.engine.core import Core, Limits
from memlane.engine.models import Models
from memlane.engine.plan import WorkPlan
from memlane.errors import EmbedderUnavailableError, StoreUnavailableError
from memlane.protocols.chat_model import ChatModel
from memlane.protocols.embedder import Embedder, Purpose
from memlane.protocols.observer import Observer
from memlane.protocols.reranker import Reranker
from memlane.recall.weights import DEFAULT, Weights
from memlane.testing.fakes import FakeClock, InMemoryBackend


class Letters:
    """An embedder of 26 dimensions that counts letters; fails while `down`."""

    def __init__(self, identity: str = "letters") -> None:
        self.identity = identity
        self.dimension = 26
        self.down = False
        self.embedded: list[str] = []

    async def embed(self, texts: Sequence[str], *, purpose: Purpose) -> NDArray[np.float32]:
        if self.down:
            raise EmbedderUnavailableError("the letters have gone")
        if purpose == "document":
            self.embedded.extend(texts)
        counts = np.array([[text.lower().count(chr(97 + n)) + 0.01 for n in range(26)] for text in texts], np.float32)
        return counts / np.linalg.norm(counts, axis=1, keepdims=True)

    async def aclose(self) -> None:
        """Nothing was opened."""


class Failing:
    """Wraps a store; the named calls raise before or after they are made, as often as said."""

    def __init__(self, store: Any) -> None:
        self.store = store
        self.before: dict[str, int] = {}
        self.after: dict[str, int] = {}

    def __getattr__(self, name: str) -> Any:
        member = getattr(self.store, name)
        if not callable(member):
            return member

        async def call(*args: Any, **kwargs: Any) -> Any:
            self._maybe_fail(self.before, name)
            result = await member(*args, **kwargs)
            self._maybe_fail(self.after, name)
            return result

        return call

    def _maybe_fail(self, plan: dict[str, int], name: str) -> None:
        if plan.get(name, 0):
            plan[name] -= 1
            raise StoreUnavailableError(f"{name} failed on demand")


def open_memory(
    backend: InMemoryBackend,
    *,
    clock: FakeClock,
    sessions: Any = None,
    memories: Any = None,
    embedder: Embedder | None = None,
    limits: Limits | None = None,
    reranker: Reranker | None = None,
    weights: Weights = DEFAULT,
    model: ChatModel | None = None,
    plan: WorkPlan | None = None,
    usage: Any = None,
    counts_usage: bool = True,
    observer: Observer | None = None,
) -> AsyncMemlane:
    from memlane.adapters.counters.estimate import EstimateCounter  # noqa: PLC0415 -- its cost is this call's

    core = Core(
        sessions=sessions or backend.sessions(),
        memories=memories or backend.memories(),
        embedder=embedder,
        counter=EstimateCounter(),
        clock=clock,
        limits=limits or Limits(embed_wait=timedelta(seconds=30)),
        closers=[],
        reranker=reranker,
        weights=weights,
        models=Models(model),
        ledger=backend.work(),
        plan=plan,
        observer=observer,
        usage=usage or backend.usage(),
        counts_usage=counts_usage,
        records=backend.records(),
    )
    return AsyncMemlane(core)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def letters() -> Letters:
    return Letters()


@pytest.fixture
def make_letters() -> type[Letters]:
    return Letters


@pytest.fixture
def failing() -> type[Failing]:
    return Failing


@pytest.fixture
async def open_one(clock: FakeClock) -> AsyncIterator[Callable[..., AsyncMemlane]]:
    """Open connections that are closed after the test."""
    opened: list[AsyncMemlane] = []

    def open_memory_once(backend: InMemoryBackend, **parts: Any) -> AsyncMemlane:
        opened.append(open_memory(backend, clock=clock, **parts))
        return opened[-1]

    yield open_memory_once
    for memory in opened:
        await memory.aclose()
