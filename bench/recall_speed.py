"""Recall besides embedding the question: warm, cold, taking in, and how much memory a memory takes.

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
from made_up import RandomEmbedder, Speech
from measure import async_calls, interleaved, percentile
from memlane.engine.verbatim import memory_row
from memlane.protocols.memories import MemoryStore
from memlane.recall.text import RECIPE
from memlane.types.ids import Partition
from memlane.wiring.backends import open_backend
from recall_parts import Held, Taken, memory, take_in
from recall_products import Product, products
from recall_residency import Residency, residency
from report import SERVICES, Report, Table, Target, ms, run_script, versions

_PARTITION = Partition("default", "luke")
_PUT_AT_ONCE = 1_000
_SINGLES = 10_000
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class Alone(msgspec.Struct):
    """What was measured of the index by itself, by the number of memories in it."""

    taken: dict[int, Taken]
    held: dict[int, Held]
    products: dict[int, list[Product]]
    residency: Residency


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
        many = runner.run(
            residency(f"sqlite:///{folder / 'many.db'}", users=int(options.users), memories_each=20, recalls=5_000)
        )
    found = {count: take_in(count, _SINGLES) for count in (small, large)}
    alone = Alone(
        taken={count: taken for count, (taken, _) in found.items()},
        held={count: held for count, (_, held) in found.items()},
        products={count: products(count, int(options.rounds)) for count in (small, large)},
        residency=many,
    )
    return _report(warm, cold, {name: count for name, (_, count) in urls.items()}, alone)


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
    memories = [memory(number, speech.text()) for number in numbers]
    halves = embedder.vectors(len(memories)).astype("<f2")
    now_ms = time.time_ns() // 1_000_000
    await store.put(_PARTITION, [memory_row(memory) for memory in memories], now_ms=now_ms)
    vectors = {memory.id: halves[row].tobytes() for row, memory in enumerate(memories)}
    await store.put_vectors(_PARTITION, f"{embedder.identity}+{RECIPE}", vectors, now_ms=now_ms)


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
        index_bytes = memory._core.residents.stats.size_bytes  # noqa: SLF001 -- what the cache limit counts
        return Opened(cold_ms=taken, index_bytes=index_bytes, rss_bytes=_rss_bytes() - rss)


def _rss_bytes() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _PAGE_BYTES


def _report(
    warm: dict[str, dict[str, float]], cold: dict[str, list[Opened]], counts: dict[str, int], alone: Alone
) -> Report:
    cold_ms = {name: percentile([once.cold_ms for once in found], 50) for name, found in cold.items()}
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
            *_tables(alone),
        ],
        targets=[*_recall_targets(warm, cold_ms), *_index_targets(alone)],
        remarks=[
            "The process grows by more than the index at first: decoding and building leave free space behind.",
            _TAKING_IN,
        ],
        versions=versions("numpy", "PyStemmer", "msgspec", "redis"),
    )


def _tables(alone: Alone) -> list[Table]:
    parts = list(next(iter(alone.held.values())).parts)
    many = alone.residency
    return [
        Table(
            "Taking in, an index without a store",
            ["memories", "at once, a second", "then one by one, p50 ms", "p99 ms", "longest, own time, ms"],
            [
                [f"{n:,}", f"{t.a_second:,.0f}", *map(ms, (t.single_p50_ms, t.single_p99_ms, t.single_longest_ms))]
                for n, t in alone.taken.items()
            ],
        ),
        Table(
            "What the index holds, bytes a memory",
            ["memories", *parts, "all but the bodies"],
            [
                [f"{n:,}", *(f"{held.parts[part]:,.0f}" for part in parts), f"{held.besides_text:,.0f}"]
                for n, held in alone.held.items()
            ],
        ),
        Table(
            "Every vector beside the question's",
            ["memories", "held as", "bytes a vector", "p50 ms", "of the best 200 missed"],
            [
                [f"{n:,}", way.name, f"{way.size_bytes:,}", ms(way.p50_ms), f"{way.missed}"]
                for n, ways in alone.products.items()
                for way in ways
            ],
        ),
        Table(
            f"{many.users:,} users of {many.memories_each} memories in one process, an eighth of which fit its limit",
            ["limit MiB", "in use MiB", "users in memory", "hits", "evictions", "recall, in memory, p50 ms", "evicted"],
            [
                [
                    *(f"{size / 2**20:.1f}" for size in (many.limit_bytes, many.size_bytes)),
                    f"{many.partitions:,}",
                    f"{many.hit_rate:.0%}",
                    f"{many.evictions:,}",
                    ms(many.in_memory_p50_ms),
                    ms(many.evicted_p50_ms),
                ]
            ],
        ),
    ]


def _recall_targets(warm: dict[str, dict[str, float]], cold_ms: dict[str, float]) -> list[Target]:
    small_sqlite, small_redis, large = warm
    limits = {small_sqlite: 2.0, small_redis: 2.0, large: 15.0}
    medians = [
        Target(
            f"warm recall, {name}, p50",
            found["recall p50_ms"],
            limits[name],
            "ms",
            remark=_LARGE_REMARK if name == large else _SMALL_REMARK,
        )
        for name, found in warm.items()
    ]
    spreads = [
        Target(f"warm recall, {name}, p95 beside p50", found["recall p95_ms"] / found["recall p50_ms"], 2, "times")
        for name, found in warm.items()
    ]
    opening = [
        Target(f"opening, {name}", cold_ms[name], 400, "ms", remark=_COLD_REMARK)
        for name in (small_sqlite, small_redis)
    ]
    return [*medians, *spreads, *opening]


def _index_targets(alone: Alone) -> list[Target]:
    return [
        *(
            Target(f"index of {n:,}, bytes a memory besides its text", held.besides_text, 2_500)
            for n, held in alone.held.items()
        ),
        *(
            Target(f"taking in {n:,}, messages a second", taken.a_second, 5_000, at_least=True)
            for n, taken in alone.taken.items()
        ),
        *(
            Target(f"one more beside {n:,}, the longest of {_SINGLES:,}, own time", taken.single_longest_ms, 20, "ms")
            for n, taken in alone.taken.items()
        ),
    ]


_SMALL_REMARK = (
    "the product with all vectors is about two fifths of it; the rest is some two hundred short steps over arrays: "
    "words and sessions, the candidates, a dozen signals, and asking the store what changed."
)
_LARGE_REMARK = "each question reads every vector (1.5 KB a memory), with two threads: the memory's bandwidth decides."
_TAKING_IN = (
    "Taking in is all of indexing but the embedder: decoding, terms, stems, postings, vectors. No addition rebuilds "
    "anything; the longest makes room for the next vectors, up to 4,096 of them."
)
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
        run_script("Measure recall.", ["rounds=7", "small=10000", "large=100000", "users=10000"], measure)
