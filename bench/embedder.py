"""The local embedder beside sentence-transformers on torch: one query, many documents, memory, and the vectors.

    python bench/embedder.py --torch-python PATH

PATH is a Python that has sentence-transformers and torch (CPU). Without it, Memlane alone is measured. Each side runs
in a process of its own and answers in turns with the others.
"""

import argparse
import contextlib
import json
import math
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

from measure import Block, Timing, interleaved, percentile
from memlane.adapters.embedders import _minilm_files
from report import Report, Table, Target, ms, run_script, versions

_WORKER = Path(__file__).parent / "embedder_worker.py"
_OURS, _ONE_THREAD, _OWN_THREADS = "Memlane", "torch, 1 thread", "torch, its own threads"
_QUERY = "Which seat does Luke like on the plane?"
_SENTENCES = (
    "I'm vegetarian and I land in Oslo on Friday.",
    "The committee met on Tuesday to discuss the budget, and nobody could say where the money had gone.",
    "She prefers window seats, never flies before nine, and keeps her passport in the red suitcase by the door.",
    "ok thanks",
    "My sister plays the cello in an orchestra in Freiburg; they travel to Japan every other spring.",
)


class Worker:
    """A process with one embedder."""

    def __init__(self, python: str, *arguments: str) -> None:
        """Start it and wait until it has loaded its model."""
        command = [python, str(_WORKER), *arguments]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.load_s = float(self._read()["load_s"])

    def embed(self, texts: list[str], *, is_query: bool, calls: int = 1) -> dict[str, Any]:
        """Return what the worker says of so many calls."""
        assert self._process.stdin  # noqa: S101 - it was asked for
        self._process.stdin.write(json.dumps({"texts": texts, "is_query": is_query, "calls": calls}) + "\n")
        self._process.stdin.flush()
        return self._read()

    def block(self, texts: list[str], *, is_query: bool) -> Block:
        """Return the timed block of these texts."""
        return lambda calls: self.embed(texts, is_query=is_query, calls=calls)["ms"]

    def close(self) -> None:
        """End the process."""
        with self._process:
            self._process.terminate()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout  # noqa: S101 - it was asked for
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"the worker ended: {self._process.args}")
        return json.loads(line)


def measure(options: argparse.Namespace) -> Report:
    """Measure queries and documents in turns, then compare the vectors."""
    with _workers(options.torch_python) as workers:
        rounds = int(options.rounds)
        queries = _timed(workers, [_QUERY], is_query=True, rounds=rounds, calls=20)
        documents = _timed(workers, _documents(), is_query=False, rounds=max(2, rounds // 5), calls=1)
        worked = {name: worker.embed([_QUERY], is_query=True, calls=50) for name, worker in workers.items()}
        seen = {name: worker.embed(_documents(), is_query=False) for name, worker in workers.items()}
        rows = [
            [
                name,
                ms(queries[name].p50_ms),
                ms(queries[name].p95_ms),
                ms(percentile(worked[name]["cpu_ms"], 50)),
                f"{len(_documents()) / documents[name].p50_ms * 1_000:.0f}",
                f"{worker.load_s:.1f}",
                f"{seen[name].get('rss_mb', 0):.0f}",
                f"{seen[name].get('peak_mb', 0):.0f}",
            ]
            for name, worker in workers.items()
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
def _workers(torch_python: str) -> Generator[dict[str, Worker]]:
    model_dir = str(_minilm_files.find_model(None))
    starts = {_OURS: (sys.executable, "memlane", model_dir)}
    if torch_python:
        starts[_ONE_THREAD] = (torch_python, "torch", model_dir, "1")
        starts[_OWN_THREADS] = (torch_python, "torch", model_dir)
    with contextlib.ExitStack() as stack:
        workers: dict[str, Worker] = {}
        for name, command in starts.items():
            workers[name] = Worker(*command)
            stack.callback(workers[name].close)
        yield workers


def _timed(
    workers: dict[str, Worker], texts: list[str], *, is_query: bool, rounds: int, calls: int
) -> dict[str, Timing]:
    cases = {name: worker.block(texts, is_query=is_query) for name, worker in workers.items()}
    return interleaved(cases, rounds=rounds, calls=calls)


def _documents() -> list[str]:
    return [" ".join(_SENTENCES[: 1 + number % 5]) + f" ({number})" for number in range(128)]


def _targets(queries: dict[str, Timing], documents: dict[str, Timing], seen: dict[str, dict[str, Any]]) -> list[Target]:
    if _ONE_THREAD not in queries:
        return []
    peers = (_ONE_THREAD, _OWN_THREADS)
    return [
        *(_faster("a query", queries, peer, wanted=2) for peer in peers),
        *(_faster("documents", documents, peer, wanted=1) for peer in peers),
        Target("the least cosine to torch's vectors", _least_cosine(seen), 0.9999, at_least=True),
    ]


def _faster(what: str, timings: dict[str, Timing], peer: str, *, wanted: float) -> Target:
    times = timings[peer].times(timings[_OURS])
    return Target(f"{what}: times as fast as {peer}", times, wanted, at_least=True)


def _least_cosine(seen: dict[str, dict[str, Any]]) -> float:
    pairs = zip(seen[_OURS]["vectors"], seen[_ONE_THREAD]["vectors"], strict=True)
    return min(_product(*pair) for pair in pairs)


def _product(one: list[float], other: list[float]) -> float:
    return math.fsum(a * b for a, b in zip(one, other, strict=True))


if __name__ == "__main__":
    run_script("Compare the local embedder with sentence-transformers.", ["torch-python=", "rounds=15"], measure)
