"""What counting usage costs the calls that are counted: the same calls with it and without, in turns.

Each connection has a user of its own in the same store. Counts are written every five seconds meanwhile, as ever.
"""

import argparse
import asyncio
import contextlib
import tempfile
import time
from pathlib import Path

import memlane
from made_up import Speech
from measure import Block, Timing, async_calls, interleaved, percentile
from memlane.testing.services.redis import redis_server
from report import SERVICES, Report, Table, Target, ms, run_script, versions

_MESSAGES = 1_000
_SESSIONS = 2_000
_CALLS = {
    "append": "`session.add`",
    "context": "`session.context(last=20)` with its recall",
    "recall": "`user.recall`",
}


def measure(options: argparse.Namespace) -> Report:
    """Measure on SQLite and on Redis, then one write of many counts."""
    SERVICES.mkdir(exist_ok=True)
    rounds, calls = int(options.rounds), int(options.calls)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-", dir=SERVICES)))
        server = stack.enter_context(redis_server())
        runner = stack.enter_context(asyncio.Runner())
        urls = {"SQLite": f"sqlite:///{folder / 'usage.db'}", "Redis": server.url}
        timings = {name: _timings(runner, url, rounds=rounds, calls=calls) for name, url in urls.items()}
        writes = {name: runner.run(_write(url)) for name, url in urls.items()}
    return _report(timings, writes)


def _timings(runner: asyncio.Runner, url: str, *, rounds: int, calls: int) -> dict[str, Timing]:
    counting, still = runner.run(_opened(url, usage=True)), runner.run(_opened(url, usage=False))
    try:
        return interleaved(
            {**_cases(runner, counting, "with"), **_cases(runner, still, "without")}, rounds=rounds, calls=calls
        )
    finally:
        runner.run(counting.aclose())
        runner.run(still.aclose())


async def _opened(url: str, *, usage: bool) -> memlane.AsyncMemlane:
    memory = await memlane.connect_async(url, embedder="none", work="off", usage=usage)
    turns = Speech(1).turns()
    await _session(memory).add_many([{"role": "user", "content": next(turns)} for _ in range(_MESSAGES)])
    return memory


def _session(memory: memlane.AsyncMemlane) -> memlane.AsyncSession:
    return memory.user(f"user {id(memory)}").session("s")


def _cases(runner: asyncio.Runner, memory: memlane.AsyncMemlane, name: str) -> dict[str, Block]:
    user, session, turns = memory.user(f"user {id(memory)}"), _session(memory), Speech(2).turns()
    questions = Speech(3).turns()
    appended = memory.user(f"appending {id(memory)}").session("s")
    return {
        f"append {name}": async_calls(runner, lambda: appended.add("user", next(turns))),
        f"context {name}": async_calls(runner, lambda: session.context(next(questions)[:40], last=20)),
        f"recall {name}": async_calls(runner, lambda: user.recall(next(questions)[:40])),
    }


async def _write(url: str) -> tuple[float, float, float]:
    """Return how long it takes to write many counts, and the p95 of appends beside it and without it, in ms."""
    async with memlane.connect_async(url, embedder="none", work="off") as memory:
        session = memory.user("beside").session("s")
        before = await _appends(session, until=asyncio.ensure_future(asyncio.sleep(0.5)))
        for number in range(_SESSIONS):
            await memory.user(f"many {number}").session("s").record_usage(memlane.Usage(input_tokens=1))
        start = time.perf_counter()
        writing = asyncio.ensure_future(memory.stats())
        beside = await _appends(session, until=writing)
        return (time.perf_counter() - start) * 1e3, percentile(beside, 95), percentile(before, 95)


async def _appends(session: memlane.AsyncSession, *, until: "asyncio.Future[object]") -> list[float]:
    taken: list[float] = []
    while not until.done():
        start = time.perf_counter()
        await session.add("user", "One message of usual length, as people write them.")
        taken.append((time.perf_counter() - start) * 1e3)
    await until
    return taken


def _report(timings: dict[str, dict[str, Timing]], writes: dict[str, tuple[float, float, float]]) -> Report:
    rows: list[list[str]] = []
    targets: list[Target] = []
    for store, found in timings.items():
        for call, shown in _CALLS.items():
            counted, plain = found[f"{call} with"], found[f"{call} without"]
            times = counted.times(plain)
            rows.append([f"{shown} on {store}", ms(plain.p50_ms), ms(counted.p50_ms), f"{times:.3f}"])
            targets.append(Target(f"{call} on {store} with usage counted, beside without", times, 1.05))
    written = [[store, *map(ms, found)] for store, found in writes.items()]
    beside = f"p95 ms of appends beside it (of {_SESSIONS:,} sessions)"
    return Report(
        title="Usage: what counting costs",
        about=f"The same calls on one store by a connection that counts usage and by one that does not. A session of "
        f"{_MESSAGES:,} messages.",
        tables=[
            Table("Calls", ["", "without, p50 ms", "with, p50 ms", "times"], rows),
            Table("Writing counts", ["", "ms in all", beside, "without it"], written),
        ],
        targets=targets,
        versions=versions("redis"),
    )


if __name__ == "__main__":
    run_script("Measure what counting usage costs.", ["rounds=11", "calls=200"], measure)
