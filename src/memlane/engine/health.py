"""Whether the parts of a connection work: what `health`, `memlane doctor` and the server say of them.

Stores are asked, and an embedder that runs here; chat models and embedders of providers are named only, since each
question costs. Nothing here says where a store is: those who may know ask `ping`.
"""

import platform
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Final, NamedTuple

from memlane._version import __version__
from memlane.engine.core import Core
from memlane.errors import (
    EmbedderUnavailableError,
    MemlaneError,
    MissingExtraError,
    SettingError,
    StoreUnavailableError,
)
from memlane.protocols.counter import TokenCounter
from memlane.protocols.work import DuePartition
from memlane.types.state import HealthCheck

_PACKAGES: Final = (
    *("msgspec", "numpy", "redis", "onnxruntime", "tokenizers", "openai", "anthropic", "tiktoken", "httpx2"),
    *("litestar", "uvicorn", "mcp", "streamlit"),
)
_NO_AOF: Final = "no append-only file: what was written since the last snapshot is lost when the server stops"
_NOT_TOLD: Final = frozenset({"evicts", "file", "size_bytes"})
_SAMPLE: Final = "The train to Oslo leaves at noon."
_READY: Final = "ready"
_MOST_COUNTED: Final = 10_000
_KIB: Final = 1_024


class Warned(NamedTuple):
    """What should be done about something that works."""

    detail: str
    fix: str


class Found(NamedTuple):
    """What was found of a part that works."""

    detail: str
    warnings: tuple[Warned, ...] = ()


async def health(core: Core) -> list[HealthCheck]:
    """Return what was found of every part; see `AsyncMemlane.health`."""
    core.check_open()
    parts: dict[str, Callable[[], Awaitable[Found]]] = dict(_stores(core))
    parts |= {"embedder": lambda: _embedder(core), "background work": lambda: _work(core)}
    found = {name: await _tried(name, ask) for name, ask in parts.items()}
    work = found.pop("background work")
    rest = [*told("token counter", counter_found(core.counter)), *told("chat model", _model(core)), *work]
    return [*about(), *(check for checks in found.values() for check in checks), *rest]


def about() -> Iterator[HealthCheck]:
    """Yield what this is: Memlane, Python and the packages that matter."""
    yield HealthCheck(name="memlane", state="ok", detail=f"{__version__}, Python {platform.python_version()}")
    yield HealthCheck(name="packages", state="ok", detail=", ".join(_installed()))


def told(name: str, found: Found) -> Iterator[HealthCheck]:
    """Yield what was found of a part, then its warnings with what mends each."""
    yield HealthCheck(name=name, state="ok", detail=found.detail)
    for warning in found.warnings:
        yield HealthCheck(name=name, state="warning", detail=warning.detail, fix=warning.fix)


def fault(name: str, error: MemlaneError) -> HealthCheck:
    """Return that a part does not work, why, and what mends it."""
    return HealthCheck(name=name, state="fault", detail=f"{error} ({error.code})", fix=_fix(name, error))


def store_found(facts: Mapping[str, str], place: str = "") -> Found:
    """Return what a store says of itself; `place` is where it is, for those who may know."""
    warnings: list[Warned] = []
    if "evicts" in facts:
        warnings.append(Warned(f"evicts {facts['evicts']}", "redis-cli CONFIG SET maxmemory-policy noeviction"))
    if facts.get("aof") == "no":
        warnings.append(Warned(_NO_AOF, "redis-cli CONFIG SET appendonly yes"))
    shown = [f"{name} {value}" for name, value in facts.items() if name not in _NOT_TOLD]
    if "size_bytes" in facts:
        shown.append(f"size {size_text(int(facts['size_bytes']))}")
    listed = ", ".join(shown)
    return Found(f"{place}: {listed}" if place else listed, tuple(warnings))


def counter_found(counter: TokenCounter) -> Found:
    """Return how tokens are counted."""
    kind = "exact" if counter.exact else "an estimate"
    return Found(f"{counter.name}, {kind}: {counter.count(_SAMPLE)} tokens in a sample of {len(_SAMPLE)} characters")


def work_found(listed: Iterable[DuePartition]) -> Found:
    """Return how much background work waits."""
    sessions = [due for partition in listed for due in partition.sessions]
    aside = sum(due.set_aside for due in sessions)
    detail = f"{_sessions(len(sessions) - aside)} due, {aside} set aside"
    warning = Warned(f"{_sessions(aside)} set aside", "memlane work list, then memlane work retry")
    return Found(detail, (warning,) if aside else ())


def no_embedder() -> Found:
    """Return that nothing finds by meaning."""
    return Found("none", (Warned("recall finds by keywords only", "set embedder.name to local"),))


def no_model() -> Found:
    """Return that no model replies."""
    return Found("none: replies quote memory, facts are found by patterns")


def size_text(size_bytes: int) -> str:
    """Return a size for people, e.g. `12.3 MiB`."""
    size, units = float(size_bytes), ["B", "KiB", "MiB", "GiB", "TiB"]
    while size >= _KIB and len(units) > 1:
        size, units = size / _KIB, units[1:]
    return f"{size:.0f} {units[0]}" if units[0] == "B" else f"{size:.1f} {units[0]}"


def _stores(core: Core) -> Iterator[tuple[str, Callable[[], Awaitable[Found]]]]:
    is_one = core.sessions.shares_memories
    yield "store" if is_one else "sessions", lambda: _store(core.sessions.ping)
    if not is_one:
        yield "memories", lambda: _store(core.memories.ping)


async def _store(ping: Callable[[], Awaitable[dict[str, str]]]) -> Found:
    return store_found(await ping())


async def _tried(name: str, ask: Callable[[], Awaitable[Found]]) -> list[HealthCheck]:
    try:
        return list(told(name, await ask()))
    except MemlaneError as exc:
        return [fault(name, exc)]


async def _embedder(core: Core) -> Found:
    indexer = core.indexer
    if indexer.identity is None:
        return no_embedder()
    if ":" not in indexer.identity:  # a provider's is called `provider:model`
        await indexer.query(_READY)
    if indexer.problem is not None:
        raise EmbedderUnavailableError(f"{indexer.identity}: {indexer.problem}")
    return Found(indexer.identity)


def _model(core: Core) -> Found:
    names = core.models.names
    if names.default is None and not names.offered:
        return no_model()
    return Found(f"{', '.join(names.offered)}; not asked")


async def _work(core: Core) -> Found:
    if core.ledger is None:
        return Found("none: this store keeps no list of it")
    who = "by this process" if core.plan.in_process else "by workers"
    found = work_found(await core.ledger.partitions(now_ms=core.clock.now_ms(), limit=_MOST_COUNTED))
    return Found(f"{found.detail}, done {who}", found.warnings)


def _sessions(count: int) -> str:
    return f"{count:,} session{'' if count == 1 else 's'}"


def _installed() -> Iterator[str]:
    for package in _PACKAGES:
        try:
            yield f"{package} {version(package)}"
        except PackageNotFoundError:
            yield f"{package} not installed"


def _fix(name: str, error: MemlaneError) -> str:
    if isinstance(error, MissingExtraError):
        return error.pip_line
    if isinstance(error, StoreUnavailableError):
        return "start the server, or name another store; `memlane config show` says where the URL comes from"
    if isinstance(error, SettingError):
        return "correct the setting; `memlane config show` says where it comes from"
    return "" if name != "embedder" else "--embedder none recalls by keywords only"
