"""What `memlane doctor` checks. Each check tries the real thing and returns what it found; none raises."""

import asyncio
import platform
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from enum import Enum
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import msgspec

import memlane
from memlane.cli.config import shown_place
from memlane.cli.lines import plural
from memlane.cli.server_checks import checked_server
from memlane.errors import MemlaneError, MissingExtraError, SettingError, StoreUnavailableError
from memlane.protocols.chat_model import Prompt
from memlane.types.message import make_message
from memlane.wiring.connecting import connected
from memlane.wiring.counters import open_counter
from memlane.wiring.embedders import open_embedder
from memlane.wiring.models import open_model
from memlane.wiring.remote import is_server
from memlane.wiring.settings import EmbedderSettings, Settings, StoreSettings

if TYPE_CHECKING:
    from memlane.protocols.chat_model import ChatModel, Completion
    from memlane.protocols.embedder import Embedder

_PACKAGES = (
    *("msgspec", "numpy", "redis", "onnxruntime", "tokenizers", "openai", "anthropic", "tiktoken", "httpx2"),
    *("litestar", "uvicorn", "mcp"),
)
_SAMPLE = "The train to Oslo leaves at noon."
_NO_AOF = "no append-only file: what was written since the last snapshot is lost when the server stops"


class State(Enum):
    """How a check went."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """What one check found, and the command or setting that mends it."""

    name: str
    state: State
    detail: str
    fix: str = ""


def all_checks(settings: Settings) -> Iterator[Check]:
    """Yield the result of every check."""
    yield Check(name="memlane", state=State.OK, detail=f"{memlane.__version__}, Python {platform.python_version()}")
    yield Check(name="packages", state=State.OK, detail=", ".join(_installed()))
    url, memories_url = settings.store.url, settings.store.memories_url
    if url is not None and is_server(url.reveal()):
        yield from _checked("server", lambda: _store(settings.store))
        return
    found = list(_checked("sessions" if memories_url else "store", lambda: _store(StoreSettings(url=url))))
    yield from found
    if memories_url:
        yield from _checked("memories", lambda: _store(StoreSettings(url=memories_url)))
    yield from _checked("embedder", lambda: _embedder(settings.embedder.name))
    counter = f"auto:{settings.model.name}" if settings.tokens.counter == "auto" else settings.tokens.counter
    yield from _checked("token counter", lambda: _counter("estimate" if counter == "auto:none" else counter))
    yield from _checked("chat model", lambda: _model(settings.model.name))
    if found[0].state is not State.FAULT:
        yield from _checked("background work", lambda: _work(settings))
        yield from _checked("server", lambda: checked_server(settings))


def _checked(name: str, check: Callable[[], tuple[str, list[tuple[str, str]]]]) -> Iterator[Check]:
    """Yield what `check` found: its facts, then its warnings with what mends each."""
    try:
        facts, warnings = check()
    except MemlaneError as exc:
        yield Check(name=name, state=State.FAULT, detail=f"{exc} ({exc.code})", fix=_fix(name, exc))
        return
    yield Check(name=name, state=State.OK, detail=facts)
    for warning, fix in warnings:
        yield Check(name=name, state=State.WARNING, detail=warning, fix=fix)


def _store(store: StoreSettings) -> tuple[str, list[tuple[str, str]]]:
    alone = Settings(store=store, embedder=EmbedderSettings(name="none"))
    with connected(alone) as memory:
        facts = memory.ping()["sessions"]
    warnings: list[tuple[str, str]] = []
    if "evicts" in facts:
        warnings.append((f"evicts {facts['evicts']}", "redis-cli CONFIG SET maxmemory-policy noeviction"))
    if facts.get("aof") == "no":
        warnings.append((_NO_AOF, "redis-cli CONFIG SET appendonly yes"))
    told = ", ".join(f"{name} {value}" for name, value in facts.items() if name != "evicts")
    return f"{shown_place(alone)}: {told}", warnings


def _embedder(name: str) -> tuple[str, list[tuple[str, str]]]:
    embedder = open_embedder(name)
    if embedder is None:
        return "none", [("recall finds by keywords only", "set embedder.name to local")]
    began = time.perf_counter()
    asyncio.run(_embed_one(embedder))
    milliseconds = (time.perf_counter() - began) * 1000
    return f"{name}: {embedder.identity}, loaded and embedded a text in {milliseconds:.0f} ms", []


async def _embed_one(embedder: "Embedder") -> None:
    try:
        await embedder.embed([_SAMPLE], purpose="query")
    finally:
        await embedder.aclose()


def _counter(name: str) -> tuple[str, list[tuple[str, str]]]:
    counter = open_counter(name)
    kind = "exact" if counter.exact else "an estimate"
    return f"{counter.name}, {kind}: {counter.count(_SAMPLE)} tokens in a sample of {len(_SAMPLE)} characters", []


def _model(name: str) -> tuple[str, list[tuple[str, str]]]:
    model = open_model(name)
    if model is None:
        return "none: replies quote memory, facts are found by patterns", []
    began = time.perf_counter()
    answer = asyncio.run(_ask_one(model))
    milliseconds = (time.perf_counter() - began) * 1000
    return f"{model.identity}: answered in {milliseconds:.0f} ms, stop {answer.stop}", []


async def _ask_one(model: "ChatModel") -> "Completion":
    message = make_message("user", "Reply with the word ok.", id="1", created_at=datetime.now(UTC))
    try:
        return await model.complete(Prompt(messages=[message], max_output_tokens=64))
    finally:
        await model.aclose()


def _work(settings: Settings) -> tuple[str, list[tuple[str, str]]]:
    alone = Settings(store=settings.store, embedder=EmbedderSettings(name="none"))
    with connected(alone, in_process=False) as memory:
        sessions = [due for listed in memory.work(limit=10_000) for due in listed.sessions]
    aside = [due for due in sessions if due.set_aside]
    told = f"{plural(len(sessions) - len(aside), 'session')} due, {len(aside)} set aside"
    fix = "memlane work list, then memlane work retry"
    return told, [(f"{plural(len(aside), 'session')} set aside", fix)] if aside else []


def _fix(name: str, error: MemlaneError) -> str:
    if isinstance(error, MissingExtraError):
        return error.pip_line
    if isinstance(error, StoreUnavailableError):
        return "start the server, or name another store; `memlane config show` says where the URL comes from"
    if isinstance(error, SettingError):
        return "correct the setting; `memlane config show` says where it comes from"
    return "" if name != "embedder" else "--embedder none recalls by keywords only"


def _installed() -> Iterator[str]:
    for package in _PACKAGES:
        try:
            yield f"{package} {version(package)}"
        except PackageNotFoundError:
            yield f"{package} not installed"
