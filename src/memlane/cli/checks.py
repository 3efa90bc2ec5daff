"""What `memlane doctor` checks: the parts that settings name, each opened alone, and the real thing tried.

What is said of a part that works, or not, is `engine.health`'s. None of these raises.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from memlane.cli.config import shown_place
from memlane.cli.server_checks import checked_server
from memlane.engine.health import (
    Found,
    Warned,
    about,
    counter_found,
    fault,
    no_embedder,
    no_model,
    store_found,
    told,
    work_found,
)
from memlane.errors import MemlaneError
from memlane.protocols.chat_model import Prompt
from memlane.types.message import make_message
from memlane.types.state import HealthCheck
from memlane.wiring.connecting import connected
from memlane.wiring.counters import open_counter
from memlane.wiring.embedders import open_embedder
from memlane.wiring.models import open_model
from memlane.wiring.remote import is_server
from memlane.wiring.settings import EmbedderSettings, ModelSettings, Settings, StoreSettings

if TYPE_CHECKING:
    from memlane.protocols.chat_model import ChatModel, Completion
    from memlane.protocols.embedder import Embedder

_SAMPLE = "The train to Oslo leaves at noon."


def all_checks(settings: Settings) -> Iterator[HealthCheck]:
    """Yield the result of every check."""
    yield from about()
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
    chosen = "estimate" if counter == "auto:none" else counter
    yield from _checked("token counter", lambda: counter_found(open_counter(chosen)))
    yield from _checked("chat model", lambda: _model(settings.model))
    if found[0].state != "fault":
        yield from _checked("background work", lambda: _work(settings))
        yield from _checked("server", lambda: _server(settings))


def _checked(name: str, check: Callable[[], Found]) -> Iterator[HealthCheck]:
    try:
        found = check()
    except MemlaneError as exc:
        yield fault(name, exc)
        return
    yield from told(name, found)


def _store(store: StoreSettings) -> Found:
    alone = Settings(store=store, embedder=EmbedderSettings(name="none"))
    with connected(alone) as memory:
        return store_found(memory.ping()["sessions"], shown_place(alone))


def _embedder(name: str) -> Found:
    embedder = open_embedder(name)
    if embedder is None:
        return no_embedder()
    began = time.perf_counter()
    asyncio.run(_embed_one(embedder))
    milliseconds = (time.perf_counter() - began) * 1000
    return Found(f"{name}: {embedder.identity}, loaded and embedded a text in {milliseconds:.0f} ms")


async def _embed_one(embedder: "Embedder") -> None:
    try:
        await embedder.embed([_SAMPLE], purpose="query")
    finally:
        await embedder.aclose()


def _model(settings: ModelSettings) -> Found:
    """Ask the chat model, and open those offered beside it, which asks nobody."""
    offered = [name for name in settings.offered if open_model(name) is not None]
    beside = f"; offered beside it: {', '.join(offered)}" if offered else ""
    model = open_model(settings.name)
    if model is None:
        return Found(no_model().detail + beside)
    began = time.perf_counter()
    answer = asyncio.run(_ask_one(model))
    milliseconds = (time.perf_counter() - began) * 1000
    return Found(f"{model.identity}: answered in {milliseconds:.0f} ms, stop {answer.stop}{beside}")


async def _ask_one(model: "ChatModel") -> "Completion":
    message = make_message("user", "Reply with the word ok.", id="1", created_at=datetime.now(UTC))
    try:
        return await model.complete(Prompt(messages=[message], max_output_tokens=64))
    finally:
        await model.aclose()


def _work(settings: Settings) -> Found:
    alone = Settings(store=settings.store, embedder=EmbedderSettings(name="none"))
    with connected(alone, in_process=False) as memory:
        return work_found(memory.work(limit=10_000))


def _server(settings: Settings) -> Found:
    detail, warnings = checked_server(settings)
    return Found(detail, tuple(Warned(*warning) for warning in warnings))
