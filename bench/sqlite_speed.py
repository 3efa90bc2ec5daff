"""The embedded store: how fast a context is read, and what durable appends gain from company.

The file lies beside the repository's other things, not in a temporary directory, which is often memory.
"""

import argparse
import asyncio
import contextlib
import os
import statistics
import tempfile
import time
from pathlib import Path

import memlane
from made_up import Speech
from measure import Timing, async_calls, interleaved, percentile, plain_calls
from report import SERVICES, Report, Table, Target, machine, ms, run_script

_MESSAGES = 1_000
_LAST = 20
_WRITERS = 16


def measure(options: argparse.Namespace) -> Report:
    """Measure reads, then appends of one writer and of sixteen in turns."""
    SERVICES.mkdir(exist_ok=True)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-", dir=SERVICES)))
        runner = stack.enter_context(asyncio.Runner())
        reads = _reads(runner, f"sqlite:///{folder / 'read.db'}", rounds=int(options.rounds), calls=int(options.calls))
        alone, together = runner.run(_writers(f"sqlite:///{folder / 'write.db'}", float(options.seconds)))
        flush = _flush_ms(folder)
    return _report(reads, alone, together, flush)


def _reads(runner: asyncio.Runner, url: str, *, rounds: int, calls: int) -> dict[str, Timing]:
    with memlane.connect(url, embedder="none") as blocking:
        _fill(blocking.user("luke").session("s"))
        opened = runner.run(_opened(url))
        awaited, plain = opened.user("luke").session("s"), blocking.user("luke").session("s")
        cases = {
            "`session.context(recall=0, last=20)`": async_calls(runner, lambda: awaited.context(recall=0, last=_LAST)),
            "`session.messages(last=20)`": async_calls(runner, lambda: awaited.messages(_LAST)),
            "the context through the blocking face": plain_calls(lambda: plain.context(recall=0, last=_LAST)),
        }
        try:
            return interleaved(cases, rounds=rounds, calls=calls)
        finally:
            runner.run(opened.aclose())


def _fill(session: memlane.Session) -> None:
    turns = Speech(1).turns()
    session.add_many([{"role": "user", "content": next(turns)} for _ in range(_MESSAGES)])
    session.instruct("You are a brief assistant.")


async def _opened(url: str) -> memlane.AsyncMemlane:
    return await memlane.connect_async(url, embedder="none")


async def _writers(url: str, seconds: float, rounds: int = 7) -> tuple[list[float], list[float]]:
    """Return acknowledged appends a second, a number a round: of one writer, and of sixteen at once."""
    alone: list[float] = []
    together: list[float] = []
    async with memlane.connect_async(url, embedder="none") as memory:
        await _appends_a_second(memory, _WRITERS, seconds / 4)
        for _ in range(rounds):
            alone.append(await _appends_a_second(memory, 1, seconds))
            together.append(await _appends_a_second(memory, _WRITERS, seconds))
    return alone, together


async def _appends_a_second(memory: memlane.AsyncMemlane, writers: int, seconds: float) -> float:
    start = time.perf_counter()
    counts = await asyncio.gather(*(_write(memory, number, start + seconds) for number in range(writers)))
    return sum(counts) / (time.perf_counter() - start)


async def _write(memory: memlane.AsyncMemlane, number: int, until: float) -> int:
    session = memory.user(f"writer {number}").session("s")
    text = Speech(number, words=500).text()
    count = 0
    while time.perf_counter() < until:
        await session.add("user", text)
        count += 1
    return count


def _flush_ms(folder: Path, times: int = 100) -> float:
    """Return what one small write with fsync takes here: it bounds what one writer can do."""
    taken: list[float] = []
    handle = os.open(folder / "flush", os.O_CREAT | os.O_WRONLY, 0o600)
    try:
        for _ in range(times):
            start = time.perf_counter_ns()
            os.write(handle, bytes(4_096))
            os.fsync(handle)
            taken.append((time.perf_counter_ns() - start) / 1e6)
    finally:
        os.close(handle)
    return percentile(taken, 50)


def _report(reads: dict[str, Timing], alone: list[float], together: list[float], flush_ms: float) -> Report:
    gain = statistics.median(many / one for one, many in zip(alone, together, strict=True))
    writers = [["1", f"{statistics.median(alone):,.0f}"], [str(_WRITERS), f"{statistics.median(together):,.0f}"]]
    context = next(iter(reads.values()))
    return Report(
        title="SQLite: context reads and durable appends",
        about=f"One file, `synchronous=FULL`: an append is acknowledged once it is on the disk. A session of "
        f"{_MESSAGES:,} messages of 200 bytes.",
        tables=[
            Table("Read", ["", "p50 ms", "p95 ms"], [[name, ms(t.p50_ms), ms(t.p95_ms)] for name, t in reads.items()]),
            Table("Durable appends", ["writers at once", "acknowledged a second"], writers),
        ],
        targets=[
            Target("context read, p50", context.p50_ms, 1.0, "ms"),
            Target(f"throughput of {_WRITERS} writers beside one", gain, 5, at_least=True, remark=_GAIN_REMARK),
        ],
        remarks=[f"A bare write of 4 KiB with fsync takes {ms(flush_ms)} ms (p50) on this disk."],
        versions={"SQLite": machine()["SQLite"]},
    )


_GAIN_REMARK = (
    "sixteen writers share one flush of the disk; where a flush is fast beside the rest of an append there is little "
    "to share."
)


if __name__ == "__main__":
    run_script("Measure the embedded store.", ["rounds=15", "calls=200", "seconds=1.0"], measure)
