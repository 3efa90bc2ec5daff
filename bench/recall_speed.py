"""Recall besides embedding the question: warm, cold, and how much memory a memory takes.

The memories are made up: words as frequent as in natural speech, random unit vectors stored through `put_vectors`, and
an embedder that costs nothing. So what is measured is the store, the index and the ranking.
"""

import argparse
import asyncio
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

import memlane
from made_up import RandomEmbedder, Speech, turn_place
from measure import async_calls, interleaved, percentile
from memlane.engine.verbatim import memory_row
from memlane.protocols.memories import MemoryStore
from memlane.recall.text import RECIPE
from memlane.types.ids import Partition
from memlane.types.memory import Memory
from memlane.wiring.backends import open_backend
from report import SERVICES, Report, Table, Target, ms, run_script, versions

_PARTITION = Partition("default", "luke")
_PUT_AT_ONCE = 1_000
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class Opened(msgspec.Struct):
    """What opening a partition in a new process took."""

    cold_ms: float
    index_bytes: int
    rss_bytes: int


def measure(options: argparse.Namespace) -> Report:
    """Fill the stores, then measure warm recalls here and cold ones in new processes."""
    small, large = int(options.small), int(options.large)
    SERVICES.mkdir(exist_ok=True)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-", dir=SERVICES)))
        runner = stack.enter_context(asyncio.Runner())
        urls = {
            f"SQLite, {small:,}": (f"sqlite:///{folder / 'small.db'}", small),
            f"Redis, {small:,}": (_redis(stack), small),
            f"SQLite, {large:,}": (f"sqlite:///{folder / 'large.db'}", large),
        }
        for url, count in urls.values():
            runner.run(_fill(url, count))
        warm = {name: _warm(runner, url, rounds=int(options.rounds)) for name, (url, _) in urls.items()}
        cold = {name: _cold(url) for name, (url, _) in urls.items()}
    return _report(warm, cold, {name: count for name, (_, count) in urls.items()})


def _redis(stack: contextlib.ExitStack) -> str:
    from memlane.testing.services.redis import redis_server  # noqa: PLC0415 -- the child processes need no server

    return stack.enter_context(redis_server()).url


async def _fill(url: str, count: int) -> None:
    backend = open_backend(url)
    store = backend.memories()
    speech, embedder = Speech(1), RandomEmbedder()
    try:
        for first in range(0, count, _PUT_AT_ONCE):
            await _put(store, range(first, min(count, first + _PUT_AT_ONCE)), speech, embedder)
    finally:
        await store.aclose()
        await backend.aclose()


async def _put(store: MemoryStore, numbers: range, speech: Speech, embedder: RandomEmbedder) -> None:
    memories = [_memory(number, speech.text()) for number in numbers]
    halves = embedder.vectors(len(memories)).astype("<f2")
    now_ms = time.time_ns() // 1_000_000
    await store.put(_PARTITION, [memory_row(memory) for memory in memories], now_ms=now_ms)
    vectors = {memory.id: halves[row].tobytes() for row, memory in enumerate(memories)}
    await store.put_vectors(_PARTITION, f"{embedder.identity}+{RECIPE}", vectors, now_ms=now_ms)


def _memory(number: int, text: str) -> Memory:
    session, at = turn_place(number)
    return Memory(
        id=f"m-{number:032x}",
        text=text,
        kind="message",
        created_at=at,
        session_id=session,
        message_ids=[str(number)],
        role="user" if number % 2 else "assistant",
    )


def _warm(runner: asyncio.Runner, url: str, *, rounds: int, calls: int = 40) -> dict[str, float]:
    """Return p50 and p95 in milliseconds of recall and episodes on an open partition; every question is new."""
    memory = runner.run(_opened(url))
    user, questions = memory.user("luke"), _questions()
    cases = {
        "recall": async_calls(runner, lambda: user.recall(next(questions))),
        "episodes": async_calls(runner, lambda: user.episodes(next(questions))),
    }
    try:
        found = interleaved(cases, rounds=rounds, calls=calls)
    finally:
        runner.run(memory.aclose())
    return {f"{name} {kind}": getattr(timing, kind) for name, timing in found.items() for kind in ("p50_ms", "p95_ms")}


def _questions() -> Iterator[str]:
    speech = Speech(1)
    while True:
        yield speech.question()


async def _opened(url: str) -> memlane.AsyncMemlane:
    return await memlane.connect_async(url, embedder=RandomEmbedder(), cache_bytes=2**32)


def _cold(url: str, times: int = 5) -> list[Opened]:
    """Return what opening took, each time in a process of its own."""
    command = [sys.executable, __file__, "--open", url]
    outputs = [subprocess.run(command, check=True, capture_output=True).stdout for _ in range(times)]
    return [msgspec.json.decode(output.splitlines()[-1], type=Opened) for output in outputs]


async def _open_once(url: str) -> Opened:
    """Open the partition by a first recall; what any process loads once is loaded before, by another user's recall."""
    async with memlane.connect_async(url, embedder=RandomEmbedder(), cache_bytes=2**32) as memory:
        question = next(_questions())
        await memory.user("nobody").recall(question)
        rss = _rss_bytes()
        start = time.perf_counter_ns()
        await memory.user("luke").recall(question)
        taken = (time.perf_counter_ns() - start) / 1e6
        index_bytes = memory._core.residents.size_bytes  # noqa: SLF001 -- what the cache limit counts
        return Opened(cold_ms=taken, index_bytes=index_bytes, rss_bytes=_rss_bytes() - rss)


def _rss_bytes() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _PAGE_BYTES


def _report(warm: dict[str, dict[str, float]], cold: dict[str, list[Opened]], counts: dict[str, int]) -> Report:
    small_sqlite, small_redis, large = warm
    cold_ms = {name: percentile([once.cold_ms for once in found], 50) for name, found in cold.items()}
    limits = {small_sqlite: 3.0, small_redis: 3.0, large: 20.0}
    return Report(
        title="Recall: warm, cold, and its memory",
        about="Made-up turns of 200 bytes, twenty a session, vectors of 384. A question of six words, never asked "
        "before; embedding it costs nothing here. Each recall first asks the store what changed. Cold: the first "
        "recall of a partition in a new process.",
        tables=[
            Table("Warm", ["memories in", *_WARM], [[name, *(ms(w[c]) for c in _WARM)] for name, w in warm.items()]),
            Table(
                "Cold, and memory",
                ["memories in", "opening p50 ms", "index counts, bytes a memory", "process grows, bytes a memory"],
                [[name, ms(cold_ms[name]), *_bytes_a_memory(found, counts[name])] for name, found in cold.items()],
            ),
        ],
        targets=[
            *(
                Target(f"warm recall, {name}, p50", found["recall p50_ms"], limits[name], "ms", remark=_WARM_REMARK)
                for name, found in warm.items()
            ),
            *(
                Target(f"opening, {name}", cold_ms[name], 400, "ms", remark=_COLD_REMARK)
                for name in (small_sqlite, small_redis)
            ),
        ],
        remarks=["The process grows by more than the index at first: decoding and building leave free space behind."],
        versions=versions("numpy", "PyStemmer", "msgspec", "redis"),
    )


_WARM_REMARK = "each question reads every vector (1.5 KB a memory): above some 50,000 the memory's bandwidth decides."
_COLD_REMARK = "a new process has met no word yet; once it has, another partition opens about a quarter faster."
_WARM = ["recall p50_ms", "recall p95_ms", "episodes p50_ms", "episodes p95_ms"]


def _bytes_a_memory(found: list[Opened], count: int) -> list[str]:
    index = statistics.median(once.index_bytes for once in found) / count
    rss = statistics.median(once.rss_bytes for once in found) / count
    return [f"{index:,.0f}", f"{rss:,.0f}"]


if __name__ == "__main__":
    if sys.argv[1:2] == ["--open"]:
        print(msgspec.json.encode(asyncio.run(_open_once(sys.argv[2]))).decode())
    else:
        run_script("Measure recall.", ["rounds=7", "small=10000", "large=100000"], measure)
