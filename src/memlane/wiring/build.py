"""How a connection is put together from stores, embedder, counter and limits."""

import os
from collections.abc import Awaitable, Callable, Generator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, TypedDict, Unpack, cast
from urllib.parse import quote

import msgspec

from memlane.access.keys import Keys
from memlane.engine.client import AsyncMemlane
from memlane.engine.clock import SystemClock
from memlane.engine.core import Core, Limits
from memlane.engine.models import Models
from memlane.engine.numbers import check_count
from memlane.engine.plan import WorkPlan
from memlane.errors import SettingError, UsageError
from memlane.protocols.chat_model import ChatModel
from memlane.protocols.clock import Clock
from memlane.protocols.counter import TokenCounter
from memlane.protocols.embedder import Embedder
from memlane.protocols.memories import MemoryStore
from memlane.protocols.observer import Observer
from memlane.protocols.reranker import Reranker
from memlane.protocols.sessions import SessionStore
from memlane.protocols.usage import UsageStore
from memlane.protocols.work import WorkLedger
from memlane.recall.weights import DEFAULT, Weights
from memlane.sync.connection import Memlane
from memlane.types.times import check_ttl
from memlane.wiring.backends import Backend, open_backend, open_redis_client
from memlane.wiring.counters import open_counter
from memlane.wiring.embedders import open_embedder
from memlane.wiring.metering import observed, observed_model
from memlane.wiring.models import check_model_name, open_model
from memlane.wiring.remote import is_server, open_server, refuse_server_options

_MIB = 1024 * 1024


class Options(TypedDict, total=False):
    """What `connect` and `connect_async` take besides the stores.

    Attributes:
        embedder: `local` (default), `none`, `hashing`, `openai:<model>`, `azure:<deployment>`, an `Embedder`, or None.
        reranker: A `Reranker`, which judges the best results of each recall anew; None (default) for none.
        weights: How much each signal of recall counts, a `memlane.recall.weights.Weights`; None (default) for those
            that serve every kind of conversation.
        model: Which chat model replies and does background work: `anthropic:<model>`, `openai:<model>`,
            `azure:<deployment>`, `openai+http://host/v1#<model>`, a `ChatModel`; `none` or None (default) for none.
        offered_models: Names of further models, as of `model`, that turns may ask for; each is opened when it is first
            asked and closed with the connection. None by default. Over HTTP a turn may name these and no others.
        context_tokens: How many tokens the model's prompt and answer may come to together; None (default) for what is
            known of the model, or 8,192.
        work: When background work is done, a `WorkPlan`; None for its defaults, `off` to leave it to others.
        counter: `estimate`, `tiktoken:<encoding>`, `auto:<model>`, or a `TokenCounter`; None (default) for what suits
            `model`.
        session_ttl: Sliding time to live of sessions, a timedelta or seconds; None for never. By default an hour on
            Redis and never on SQLite.
        memories_ttl: Life of what is remembered of messages, a timedelta or seconds; None (default) for ever.
        max_message_bytes: Largest encoded message or memory; 1 MiB by default.
        cache_bytes: How much of hot users' memories is kept in this process; 512 MiB by default.
        embed_wait: How long a recall waits for memories that have no vector yet, a timedelta or seconds; 60 s.
        usage: Whether this connection counts how much is said, sent and recalled; True by default.
        observer: What is told of calls of stores, recall and models, a `memlane.protocols.observer.Observer`; for
            metrics and traces. None (default) for nobody.
        clock: Where time comes from; for tests.
        api_key: Of a connection to a server, the key or token that it is called with. The options above are the
            server's own there.
        timeout: Of a connection to a server, how long an ordinary call may take, a timedelta or seconds; 60 s.
    """

    embedder: str | Embedder | None
    reranker: Reranker | None
    weights: Weights | None
    model: str | ChatModel | None
    offered_models: Sequence[str]
    context_tokens: int | None
    work: WorkPlan | Literal["off"] | None
    counter: str | TokenCounter | None
    session_ttl: timedelta | float | Literal["default"] | None
    memories_ttl: timedelta | float | None
    max_message_bytes: int
    cache_bytes: int
    embed_wait: timedelta | float
    usage: bool
    observer: Observer | None
    clock: Clock
    api_key: str | None
    timeout: timedelta | float


class Connecting(Awaitable[AsyncMemlane]):
    """What `connect_async` returns: await it, or use it with `async with`."""

    def __init__(self, open_connection: Callable[[], AsyncMemlane]) -> None:
        """Open the connection when awaited or entered."""
        self._open = open_connection
        self._memlane: AsyncMemlane | None = None

    def __await__(self) -> Generator[Any, None, AsyncMemlane]:
        return self._opened().__await__()

    async def __aenter__(self) -> AsyncMemlane:
        self._memlane = await self._opened()
        return self._memlane

    async def __aexit__(self, *exc: object) -> None:
        if self._memlane is not None:
            await self._memlane.aclose()

    async def _opened(self) -> AsyncMemlane:
        return self._open()


def connect(url: object = None, *, memories: object = None, **options: Unpack[Options]) -> Memlane:
    """Return a blocking connection; use it with `with`, or close() it.

    Args:
        url: Where sessions live, and memories unless said otherwise: `sqlite:///file.db`, `redis://…`, `rediss://…`,
            `redis+sentinel://…`, `redis+cluster://…`; a `redis.asyncio` client or a `SessionStore` of your own; a
            server, `https://…`; None for one file in the user's data directory.
        memories: Another URL (or client, or `MemoryStore`) for long-term memories.
        **options: See `Options`.

    Raises:
        SettingError: a URL or option is not understood.
        MissingExtraError: the driver is not installed; says the pip line.
        ClosedError: called inside a running event loop; use `connect_async`.
    """
    return Memlane(connect_async(url, memories=memories, **options)._opened)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] -- same module


def connect_async(url: object = None, *, memories: object = None, **options: Unpack[Options]) -> Connecting:
    """Return a connection for asyncio: `await` it, or use it with `async with`. Arguments and errors as `connect`."""
    _refuse_unknown(options)
    if isinstance(url, str) and is_server(url):
        return Connecting(lambda: open_server(url, memories, options))
    refuse_server_options(options)
    return Connecting(lambda: AsyncMemlane(_core(url, memories, options)))


def default_url() -> str:
    """Return the URL of the embedded default: one file in the user's data directory."""
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return f"sqlite:///{quote(str(Path(base) / 'memlane' / 'memlane.db'))}"


def _core(url: object, memories: object, options: Options) -> Core:
    given = options.get("embedder", "local")
    observer = options.get("observer")
    models = _models(options, observer)
    embedder, counter = open_embedder(given), _counter(options.get("counter"), models.default)
    reranker, weights = _reranker(options.get("reranker")), _weights(options.get("weights"))
    backend = _backend(default_url() if url is None else url)
    shared = memories is None or memories == url
    other = backend if shared else _backend(memories)
    session_store, memory_store = backend.sessions(shared), other.memories()
    closers = [session_store.aclose, memory_store.aclose, backend.aclose]
    if not shared:
        closers.append(other.aclose)
    if embedder is not None and isinstance(given, str):
        closers.append(embedder.aclose)
    clock = options.get("clock") or SystemClock()
    records = None if backend.records is None else observed(backend.records(), observer, "records")
    return Core(
        sessions=observed(session_store, observer, "sessions"),
        memories=observed(memory_store, observer, "memories"),
        embedder=observed(embedder, observer, "embedder"),
        counter=counter,
        clock=clock,
        limits=_limits(backend, options),
        closers=closers,
        reranker=observed(reranker, observer, "reranker"),
        weights=weights,
        models=models,
        ledger=observed(_ledger(backend), observer, "work"),
        plan=_plan(options.get("work"), backend),
        observer=observer,
        usage=observed(_usage(backend), observer, "usage"),
        counts_usage=options.get("usage", True),
        records=records,
        keys=None if records is None else Keys(records, clock),
    )


def _models(options: Options, observer: Observer | None) -> Models:
    named = options.get("model")
    return Models(
        open_model(named),
        open_model,
        owned=isinstance(named, str),
        observed=_model_observer(observer),
        name=named if isinstance(named, str) else None,
        offered=_offered(options.get("offered_models", ())),
        counter_of=None if options.get("counter") else lambda identity: open_counter(f"auto:{identity}"),
    )


def _offered(given: object) -> list[str]:
    """Return the names of models; each is looked at, none opened.

    Raises:
        SettingError: not a list of names, or a name that is not understood.
    """
    names = [] if isinstance(given, str) or not isinstance(given, Sequence) else list(cast("Sequence[object]", given))
    if given and (not names or not all(isinstance(name, str) for name in names)):
        raise SettingError("offered_models must be a list of names")
    return [check_model_name(str(name)) for name in names]


def _backend(store: object) -> Backend:
    if isinstance(store, str):
        return open_backend(store)
    if type(store).__module__.startswith("redis."):
        return open_redis_client(store)
    if hasattr(store, "changes") or hasattr(store, "append"):
        return _own_stores(store)
    raise SettingError(f"a store must be a URL, a redis.asyncio client or a store object, not {type(store).__name__}")


def _own_stores(store: object) -> Backend:
    """Wrap a store object of the caller's, which stays the caller's to close."""

    async def keep_open() -> None:
        """Leave what the caller made to the caller."""

    def sessions(shared: bool) -> SessionStore:  # noqa: FBT001 -- the callback's shape
        own = cast("SessionStore", store)
        if not hasattr(store, "append") or own.shares_memories != shared:
            raise SettingError("the session store and the memory store given do not belong together")
        return own

    return Backend(
        sessions=sessions,
        memories=lambda: cast("MemoryStore", store),
        aclose=keep_open,
        work=(lambda: cast("WorkLedger", store)) if hasattr(store, "claim") else None,
    )


def _limits(backend: Backend, options: Options) -> Limits:
    session_ttl = options.get("session_ttl", "default")
    embed_wait_ms = check_ttl(options.get("embed_wait", timedelta(seconds=60)), "embed_wait")
    return Limits(
        session_ttl_ms=backend.session_ttl_ms if session_ttl == "default" else check_ttl(session_ttl, "session_ttl"),
        memories_ttl_ms=check_ttl(options.get("memories_ttl"), "memories_ttl"),
        message_bytes=_size(options.get("max_message_bytes", _MIB), "max_message_bytes"),
        resident_bytes=_size(options.get("cache_bytes", 512 * _MIB), "cache_bytes"),
        embed_wait=timedelta(milliseconds=embed_wait_ms or 0),
        context_tokens=check_count(options.get("context_tokens"), "context_tokens", least=1),
    )


def _counter(given: str | TokenCounter | None, model: ChatModel | None) -> TokenCounter:
    if given is not None:
        return open_counter(given)
    return open_counter("estimate" if model is None else f"auto:{model.identity}")


def _ledger(backend: Backend) -> WorkLedger | None:
    return None if backend.work is None else backend.work()


def _usage(backend: Backend) -> UsageStore | None:
    return None if backend.usage is None else backend.usage()


def _model_observer(observer: Observer | None) -> Callable[[ChatModel], ChatModel]:
    return lambda model: observed_model(model, observer) or model


def _plan(given: object, backend: Backend) -> WorkPlan:
    if given == "off":
        return WorkPlan(in_process=False)
    plan = WorkPlan() if given is None else given
    if not isinstance(plan, WorkPlan):
        raise SettingError(f"work must be a memlane.WorkPlan or `off`, not {type(plan).__name__}")
    here = backend.is_embedded if plan.in_process is None else plan.in_process
    return msgspec.structs.replace(plan, in_process=here)


def _reranker(given: Reranker | None) -> Reranker | None:
    """Return a re-ranker of the caller's, which stays the caller's to close."""
    if given is None or (callable(getattr(given, "score", None)) and isinstance(getattr(given, "identity", None), str)):
        return given
    raise SettingError(f"a re-ranker must have an identity and score(question, texts), unlike {type(given).__name__}")


def _weights(given: object) -> Weights:
    if given is None:
        return DEFAULT
    if isinstance(given, Weights):
        return given
    raise SettingError(f"weights must be memlane.recall.weights.Weights, not {type(given).__name__}")


def _size(value: object, what: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise UsageError(f"{what} must be a whole number of bytes, at least 1, not {value!r}")
    return value


def _refuse_unknown(options: Options) -> None:
    unknown = options.keys() - Options.__annotations__.keys()
    if unknown:
        known = ", ".join(sorted(Options.__annotations__))
        raise SettingError(f"connect has no option {', '.join(sorted(unknown))}; there are: {known}")
