"""What every handle of one connection shares: stores, embedder, weights, clock, limits and background work."""

import os
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import msgspec

from memlane.engine.clock import Stamps
from memlane.engine.counting import RememberingCounter
from memlane.engine.courier import Courier
from memlane.engine.erasures import Erasures
from memlane.engine.indexer import Indexer
from memlane.engine.models import Models
from memlane.engine.plan import WorkPlan
from memlane.engine.pressure import Pressure
from memlane.engine.reranking import Reranking
from memlane.engine.residents import Residents
from memlane.engine.tasks import Tasks
from memlane.engine.usage import Usage
from memlane.engine.uses import Uses
from memlane.errors import ClosedError, MemlaneError
from memlane.protocols.chat_model import ChatModel
from memlane.protocols.clock import Clock
from memlane.protocols.counter import TokenCounter
from memlane.protocols.embedder import Embedder
from memlane.protocols.keys import KeyList
from memlane.protocols.memories import MemoryStore
from memlane.protocols.observer import NoObserver, Observer
from memlane.protocols.records import RecordStore
from memlane.protocols.reranker import Reranker
from memlane.protocols.sessions import SessionStore
from memlane.protocols.usage import UsageStore
from memlane.protocols.work import WorkLedger
from memlane.recall.text import embedded_text
from memlane.recall.weights import DEFAULT, Weights
from memlane.types.ids import Partition, SessionKey, ulid
from memlane.types.memory import Memory

_UNKNOWN_CONTEXT_TOKENS = 8_192
"""What is assumed of a model of which nothing is known."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What one connection allows and defaults to.

    Attributes:
        session_ttl_ms: Sliding time to live of sessions without one of their own; None for never.
        memories_ttl_ms: Life of the memory of a message; None for never.
        message_bytes: Largest encoded message, memory or document.
        resident_bytes: How much of hot partitions is kept in memory.
        embed_wait: How long a recall waits for memories that have no vector yet.
        context_tokens: How many tokens a model's prompt and answer may come to together; None for what the model says.
    """

    session_ttl_ms: int | None = None
    memories_ttl_ms: int | None = None
    message_bytes: int = 1024 * 1024
    resident_bytes: int = 512 * 1024 * 1024
    embed_wait: timedelta = timedelta(seconds=60)
    context_tokens: int | None = None


class Core:
    """The parts behind a connection, put together by the wiring."""

    def __init__(
        self,
        *,
        sessions: SessionStore,
        memories: MemoryStore,
        embedder: Embedder | None,
        counter: TokenCounter,
        clock: Clock,
        limits: Limits,
        closers: list[Callable[[], Awaitable[None]]],
        reranker: Reranker | None = None,
        weights: Weights = DEFAULT,
        models: Models | None = None,
        ledger: WorkLedger | None = None,
        plan: WorkPlan | None = None,
        observer: Observer | None = None,
        usage: UsageStore | None = None,
        counts_usage: bool = True,
        records: RecordStore | None = None,
        keys: KeyList | None = None,
    ) -> None:
        """Hold the parts; `closers` release, in order, what the wiring opened."""
        self.sessions = sessions
        self.memories = memories
        self.counter = RememberingCounter(counter)
        self.clock = clock
        self.limits = limits
        self.weights = weights
        self.stamps = Stamps(clock)
        self.tasks = Tasks()
        self.courier = Courier(sessions, memories, clock, self.tasks)
        self.indexer = Indexer(memories, embedder, clock, self.tasks)
        self.residents = Residents(memories, self.indexer, clock, limits.resident_bytes)
        self.reranking = Reranking(reranker)
        self.uses = Uses(memories, clock, self.tasks)
        self.models = models or Models(None)
        self.ledger = ledger
        self.keys = keys
        self.plan = plan or WorkPlan(in_process=False)
        self.observer: Observer = observer or NoObserver()
        erasures = Erasures(records, clock)
        self.usage = Usage(usage, clock, self.tasks, self.observer, erasures, counts=counts_usage)
        self.pressure = self._pressure()
        self.turns: Counter[tuple[SessionKey, str]] = Counter()
        self.unkept: dict[object, Callable[[], Coroutine[Any, Any, None]]] = {}
        self.work_came: Callable[[], None] = _nobody_works
        self._closers = closers
        self._closed = False
        self._pid = os.getpid()

    def check_open(self) -> None:
        """Raise ClosedError when this connection was closed or crossed a fork."""
        if self._closed:
            raise ClosedError("this connection is closed")
        if self._pid != os.getpid():
            raise ClosedError("this connection was opened before a fork; open another in the child process")

    def context_tokens(self, model: ChatModel | Pressure) -> int:
        """Return how many tokens prompt and answer of a model may come to together.

        The limit of the connection is that of its own model, and of others only where nothing is known of them.
        """
        is_own = isinstance(model, Pressure) or self.models.default in (None, model)
        sizes = (self.limits.context_tokens, model.context_tokens)
        first, second = sizes if is_own else sizes[::-1]
        return first or second or _UNKNOWN_CONTEXT_TOKENS

    def new_id(self) -> str:
        """Return a new id, sortable by time."""
        return ulid(self.clock.now_ms(), os.urandom(10))

    def notice(self, partition: Partition, memories: Iterable[Memory]) -> None:
        """Embed memories soon that were just written."""
        self.indexer.notice(partition, {memory.id: embedded_text(memory) for memory in memories})

    def _pressure(self) -> Pressure | None:
        """Return the model that background work may ask; None when there is none."""
        if self.models.default is None or self.ledger is None:
            return None
        return Pressure(self.models.default, self.plan, self.ledger, self.counter, self.clock)

    async def aclose(self) -> None:
        """Stop background work and release everything; a second call does nothing."""
        if self._closed:
            return
        for keep in list(self.unkept.values()):  # streams that nobody ended: what had come is kept as cut
            with suppress(MemlaneError):
                await keep()
        self.unkept.clear()
        self._closed = True
        await self.tasks.aclose()
        await self.uses.write()
        await self.usage.write()
        self.residents.clear()
        await self.models.aclose()
        for close in self._closers:
            await close()


def _nobody_works() -> None:
    """Leave what has come to the workers of other processes."""
