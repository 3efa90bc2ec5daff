"""One embedder in a process of its own, driven by lines of JSON; part of `embedder.py` and `embedder_runtimes.py`.

    python embedder_worker.py RUNTIME MODEL_DIR LANES THREADS NUMBERS

RUNTIME is a module of `runtimes`; `runtimes.shape.Setting` says what the rest is. The first line that it writes says
how long loading took; then it answers each command with one line. Imports only the runtime asked for, so that it also
runs where Memlane is absent.
"""

import importlib
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from memory_worker import memory
from runtimes.shape import Embed, Setting


def main() -> None:
    """Load the embedder, then do what each line says."""
    runtime, model_dir, lanes, threads, numbers = sys.argv[1:]
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        setting = Setting(Path(model_dir), int(lanes), int(threads), numbers, Path(folder))
        embed: Embed = importlib.import_module(f"runtimes.{runtime}").open_runtime(setting)
        embed(["load everything"], True, 1)
        answer({"load_s": time.perf_counter() - start})
        for line in sys.stdin:
            answer(do(embed, **json.loads(line)))


def answer(values: dict[str, Any]) -> None:
    """Write one line."""
    print(json.dumps(values), flush=True)


def do(embed: Embed, *, texts: list[str], is_query: bool = False, calls: int = 1, batch: int = 32) -> dict[str, Any]:
    """Embed `texts` so many times.

    Returns:
        Each call's milliseconds by the clock and of all cores together, the last vectors, and the memory in use.
    """
    taken: list[float] = []
    worked: list[float] = []
    vectors: Any = None
    for _ in range(calls):
        start, work_start = time.perf_counter_ns(), time.process_time_ns()
        vectors = embed(texts, is_query, batch)
        taken.append((time.perf_counter_ns() - start) / 1e6)
        worked.append((time.process_time_ns() - work_start) / 1e6)
    return {"ms": taken, "cpu_ms": worked, "vectors": vectors.tolist(), **memory()}


if __name__ == "__main__":
    main()
