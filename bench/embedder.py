"""The local embedder beside sentence-transformers on torch: one query, many documents, memory, and the vectors.

    python bench/embedder.py --torch-python PATH

PATH is a Python that has sentence-transformers and torch (CPU). Without it, Memlane alone is measured. Each side runs
in a process of its own and answers in turns with the others.
"""

import argparse
import contextlib
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Any

from embedder_process import EmbedderProcess, least_cosine
from measure import Timing, interleaved, percentile
from report import Report, Table, Target, ms, run_script, versions

_OURS, _ONE_THREAD, _OWN_THREADS = "Memlane", "torch, 1 thread", "torch, its own threads"
_QUERY = "Which seat does Luke like on the plane?"
_SENTENCES = (
    "I'm vegetarian and I land in Oslo on Friday.",
    "The committee met on Tuesday to discuss the budget, and nobody could say where the money had gone.",
    "She prefers window seats, never flies before nine, and keeps her passport in the red suitcase by the door.",
    "ok thanks",
    "My sister plays the cello in an orchestra in Freiburg; they travel to Japan every other spring.",
)


def measure(options: argparse.Namespace) -> Report:
    """Measure queries and documents in turns, then compare the vectors."""
    with _processes(options.torch_python) as processes:
        rounds = int(options.rounds)
        queries = _timed(processes, [_QUERY], is_query=True, rounds=rounds, calls=20)
        documents = _timed(processes, _documents(), is_query=False, rounds=max(2, rounds // 5), calls=1)
        worked = {name: process.embed([_QUERY], is_query=True, calls=50) for name, process in processes.items()}
        seen = {name: process.embed(_documents()) for name, process in processes.items()}
        rows = [
            [
                name,
                ms(queries[name].p50_ms),
                ms(queries[name].p95_ms),
                ms(percentile(worked[name]["cpu_ms"], 50)),
                f"{len(_documents()) / documents[name].p50_ms * 1_000:.0f}",
                f"{process.load_s:.1f}",
                f"{seen[name].get('rss_mb', 0):.0f}",
                f"{seen[name].get('peak_mb', 0):.0f}",
            ]
            for name, process in processes.items()
        ]
    header = ["", "query p50 ms", "p95 ms", "CPU ms", "documents/s", "load s", "memory MiB", "peak MiB"]
    return Report(
        title="The local embedder",
        about=f"all-MiniLM-L6-v2 on the CPU: a query of {len(_QUERY.split())} words, and {len(_documents())} documents "
        "in one call. CPU is the time of all cores together, which a busy machine does not stretch. The load includes "
        "importing the runtime.",
        tables=[Table("Processes of their own, in turns", header, rows)],
        targets=_targets(queries, documents, seen),
        versions=versions("onnxruntime", "tokenizers", "numpy"),
    )


@contextlib.contextmanager
def _processes(torch_python: str) -> Generator[dict[str, EmbedderProcess]]:
    starts: dict[str, tuple[str, str, int]] = {_OURS: (sys.executable, "memlane", 0)}
    if torch_python:
        starts[_ONE_THREAD] = (torch_python, "torch", 1)
        starts[_OWN_THREADS] = (torch_python, "torch", 0)
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        processes: dict[str, EmbedderProcess] = {}
        for name, (python, runtime, threads) in starts.items():
            processes[name] = EmbedderProcess(python, runtime, Path(folder) / "log", lanes=0, threads=threads)
            stack.enter_context(processes[name].worker)
        yield processes


def _timed(
    processes: dict[str, EmbedderProcess], texts: list[str], *, is_query: bool, rounds: int, calls: int
) -> dict[str, Timing]:
    cases = {name: process.block(texts, is_query=is_query) for name, process in processes.items()}
    return interleaved(cases, rounds=rounds, calls=calls)


def _documents() -> list[str]:
    return [" ".join(_SENTENCES[: 1 + number % 5]) + f" ({number})" for number in range(128)]


def _targets(queries: dict[str, Timing], documents: dict[str, Timing], seen: dict[str, dict[str, Any]]) -> list[Target]:
    if _ONE_THREAD not in queries:
        return []
    peers = (_ONE_THREAD, _OWN_THREADS)
    cosine = least_cosine(seen[_OURS]["vectors"], seen[_ONE_THREAD]["vectors"])
    return [
        *(_faster("a query", queries, peer, wanted=2) for peer in peers),
        *(_faster("documents", documents, peer, wanted=1) for peer in peers),
        Target("the least cosine to torch's vectors", cosine, 0.9999, at_least=True),
    ]


def _faster(what: str, timings: dict[str, Timing], peer: str, *, wanted: float) -> Target:
    times = timings[peer].times(timings[_OURS])
    return Target(f"{what}: times as fast as {peer}", times, wanted, at_least=True)


if __name__ == "__main__":
    run_script("Compare the local embedder with sentence-transformers.", ["torch-python=", "rounds=15"], measure)
