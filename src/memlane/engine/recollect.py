"""Recall: bring the partition up to date, embed the question, search, and let a re-ranker judge, if there is one."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from memlane.engine.core import Core
from memlane.errors import UsageError
from memlane.protocols.memories import MemoryRow
from memlane.recall.index import PartitionIndex
from memlane.recall.search import Question, search, search_episodes
from memlane.types.ids import Partition, check_id, check_text, episode_id
from memlane.types.memory import Recalled, RecalledEpisode
from memlane.types.times import check_time, to_ms
from memlane.types.usage import Amounts
from memlane.types.values import check_object
from memlane.types.wire import decode_memory

_INLINE_ROWS = 20_000
_MOST_RESULTS = 10_000
_INDEX_STEP = timedelta(seconds=1)


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """Which memories a recall may return; None leaves a side open."""

    kinds: Collection[str] | None = None
    since: datetime | str | None = None
    until: datetime | str | None = None
    sessions: Collection[str] | None = None
    metadata: Mapping[str, Any] | None = None
    exclude: frozenset[str] = frozenset()


async def recall(
    core: Core,
    partition: Partition,
    query: object,
    *,
    limit: object,
    at: object,
    scope: Scope,
    session: str | None = None,
    ready: Callable[[], None] | None = None,
) -> list[Recalled]:
    """Return the memories that answer `query` best; see `AsyncUser.recall`.

    Args:
        core: The connection's parts.
        partition: Whose memories.
        query: What is asked.
        limit: The most results.
        at: The time asked about; None for now.
        scope: Which memories may be returned.
        session: In which this is asked.
        ready: Called once what is searched can change no more: what is stored from then on is not found.
    """
    question = _question(core, query, limit, at, scope)
    began = core.usage.moment()
    with core.observer.span("recall"):
        wider = msgspec.structs.replace(question, limit=core.reranking.wanted(question.limit))
        found: list[Recalled] = await _ask(core, partition, wider, search, ready)
        found = (await core.reranking.apply(question.text, found))[: question.limit]
    core.usage.note(partition, session, Amounts(recalls=1, hits=len(found)), since=began)
    return found


async def episodes(
    core: Core, partition: Partition, query: object, *, limit: object, at: object
) -> list[RecalledEpisode]:
    """Return the past sessions that answer `query` best; see `AsyncUser.episodes`."""
    question = _question(core, query, limit, at, Scope())
    began = core.usage.moment()
    with core.observer.span("episodes"):
        found: list[RecalledEpisode] = await _ask(core, partition, question, search_episodes)
        ids = [episode_id(episode.session_id) for episode in found]
        written = await core.memories.get(partition, ids, now_ms=core.clock.now_ms()) if ids else []
    core.usage.note(partition, None, Amounts(recalls=1, hits=len(found)), since=began)
    return [_told(episode, row) for episode, row in zip(found, written, strict=True)]


def _told(episode: RecalledEpisode, row: MemoryRow | None) -> RecalledEpisode:
    """Return an episode with what was written of it."""
    if row is None:
        return episode
    written = decode_memory(row.body).metadata
    return msgspec.structs.replace(
        episode,
        title=str(written.get("title", "")),
        summary=str(written.get("summary", "")),
        open_ends=list(written.get("open_ends", [])),
    )


async def index(core: Core, partition: Partition, progress: Callable[[int, int], None] | None) -> bool:
    """Give every memory of a partition its vector; see `AsyncUser.index`."""
    core.check_open()
    await core.courier.deliver(partition)
    before = -1
    while True:
        async with core.residents.fresh(partition, embed_wait=_INDEX_STEP) as resident:
            embedded, live = resident.coverage
        if progress:
            progress(embedded, live)
        if embedded in (live, before):
            return embedded == live
        before = embedded


async def _ask(
    core: Core, partition: Partition, question: Question, find: Any, ready: Callable[[], None] | None = None
) -> Any:
    core.check_open()
    await core.courier.deliver(partition)
    embedding = asyncio.ensure_future(core.indexer.query(question.text))
    try:
        async with core.residents.fresh(partition, embed_wait=core.limits.embed_wait) as index:
            vector = await embedding
            if ready is not None:
                ready()
                await asyncio.sleep(0)  # whoever waits for it begins before the search, which takes the loop
            question = msgspec.structs.replace(question, vector=vector, notes=_notes(core, index))
            if len(index) <= _INLINE_ROWS:
                return find(index, question, core.weights)
            return await asyncio.to_thread(find, index, question, core.weights)
    finally:
        embedding.cancel()


def _notes(core: Core, index: PartitionIndex) -> list[str]:
    if core.indexer.problem:
        return [f"found by keywords only: {core.indexer.problem}"]
    embedded, live = index.coverage
    if embedded < live:
        return [f"{live - embedded} of {live} memories are not yet embedded and were found by keywords only"]
    return []


def _question(core: Core, query: object, limit: object, at: object, scope: Scope) -> Question:
    if not isinstance(query, str):
        raise UsageError(f"query must be text, not {type(query).__name__}")
    now_ms = core.clock.now_ms()
    return Question(
        text=check_text(query, "query"),
        limit=check_limit(limit),
        now_ms=now_ms,
        at_ms=now_ms if at is None else to_ms(check_time(at, "at")),
        kinds=_ids(scope.kinds, "kinds"),
        since_ms=None if scope.since is None else to_ms(check_time(scope.since, "since")),
        until_ms=None if scope.until is None else to_ms(check_time(scope.until, "until")),
        sessions=_ids(scope.sessions, "sessions"),
        metadata=None if scope.metadata is None else check_object(scope.metadata, "metadata"),
        exclude=scope.exclude,
    )


def check_limit(limit: object) -> int:
    """Return `limit` when it is a whole number from 1 to 10,000.

    Raises:
        UsageError: it is not.
    """
    if not isinstance(limit, int) or isinstance(limit, bool) or not 1 <= limit <= _MOST_RESULTS:
        raise UsageError(f"limit must be a whole number from 1 to {_MOST_RESULTS:,}, not {limit!r}")
    return limit


def _ids(values: Collection[str] | None, what: str) -> frozenset[str] | None:
    if values is None:
        return None
    if isinstance(values, str):
        raise UsageError(f"{what} must be a list of texts, not one text")
    return frozenset(check_id(value, what) for value in values)
