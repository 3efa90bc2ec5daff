"""One embedder in a process of its own, driven by lines of JSON on standard input; part of `embedder.py`.

    python embedder_worker.py memlane MODEL_DIR
    python embedder_worker.py torch MODEL_DIR [THREADS]

Answers each command with one line. Imports only the runtime asked for, so that it also runs where Memlane is absent.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

Embed = Callable[[list[str], bool], Any]
"""Takes texts and whether they are queries, and returns rows of unit length."""


def main() -> None:
    """Load the embedder, then do what each line says."""
    runtime, model_dir, *threads = sys.argv[1:]
    start = time.perf_counter()
    embed = memlane_embed(model_dir) if runtime == "memlane" else torch_embed(model_dir, *map(int, threads))
    embed(["load everything"], True)
    answer({"load_s": time.perf_counter() - start})
    for line in sys.stdin:
        answer(do(embed, **json.loads(line)))


def answer(values: dict[str, Any]) -> None:
    """Write one line."""
    print(json.dumps(values), flush=True)


def do(embed: Embed, *, texts: list[str], is_query: bool, calls: int) -> dict[str, Any]:
    """Embed `texts` so many times.

    Returns:
        Each call's milliseconds by the clock and of all cores together, the last vectors, and the memory in use.
    """
    taken: list[float] = []
    worked: list[float] = []
    vectors: Any = None
    for _ in range(calls):
        start, work_start = time.perf_counter_ns(), time.process_time_ns()
        vectors = embed(texts, is_query)
        taken.append((time.perf_counter_ns() - start) / 1e6)
        worked.append((time.process_time_ns() - work_start) / 1e6)
    return {"ms": taken, "cpu_ms": worked, "vectors": vectors.tolist(), **memory()}


def memory() -> dict[str, float]:
    """Return resident memory now and at its highest, in MiB; nothing where the system does not tell."""
    path = Path("/proc/self/status")
    lines = path.read_text().splitlines() if path.exists() else []
    found = {name: value.split()[0] for name, _, value in (line.partition(":") for line in lines) if value.strip()}
    names = {"rss_mb": "VmRSS", "peak_mb": "VmHWM"}
    return {ours: int(found[theirs]) / 1024 for ours, theirs in names.items() if theirs in found}


def memlane_embed(model_dir: str) -> Embed:
    """Return Memlane's local embedder, called through an event loop as applications do.

    The loop's task must not return the vectors: `Runner.run` writes out the `repr` of the task when it puts the
    signal handler back, and the `repr` of an array takes longer than embedding a query.
    """
    import asyncio  # noqa: PLC0415 - part of what is measured

    from memlane.adapters.embedders.local import OnnxEmbedder  # noqa: PLC0415

    runner = asyncio.Runner()
    embedder = OnnxEmbedder(model_dir=Path(model_dir))
    vectors: list[Any] = []

    async def embed(texts: list[str], purpose: Literal["query", "document"]) -> None:
        vectors[:] = [await embedder.embed(texts, purpose=purpose)]

    def run(texts: list[str], purpose: Literal["query", "document"]) -> Any:
        runner.run(embed(texts, purpose))
        return vectors[0]

    return lambda texts, is_query: run(texts, "query" if is_query else "document")


def torch_embed(model_dir: str, threads: int | None = None) -> Embed:
    """Return sentence-transformers on the CPU, with its own number of threads or the one given."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    import torch  # noqa: PLC0415 - only where it is asked for
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415

    if threads:
        torch.set_num_threads(threads)
    model = SentenceTransformer(model_dir, device="cpu")
    return lambda texts, _: model.encode(texts, batch_size=32, normalize_embeddings=True, show_progress_bar=False)


if __name__ == "__main__":
    main()
