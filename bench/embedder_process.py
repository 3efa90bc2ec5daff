"""Processes with one embedder each, and what is asked of them; part of `embedder.py` and `embedder_runtimes.py`."""

import math
from pathlib import Path
from typing import Any

from measure import Block
from memlane.adapters.embedders._minilm_files import find_model
from workers import Worker

_WORKER = Path(__file__).parent / "embedder_worker.py"


class EmbedderProcess:
    """A worker and how long it took to load."""

    def __init__(
        self, python: str, runtime: str, log: Path, *, lanes: int = 1, threads: int = 1, numbers: str = "float32"
    ) -> None:
        """Start it and wait until it has loaded the model; `runtimes.shape.Setting` says what the arguments mean.

        Raises:
            WorkerFailedError: it could not load.
        """
        setting = (str(find_model(None)), str(lanes), str(threads), numbers)
        self.worker = Worker([python, str(_WORKER), runtime, *setting], log)
        self.load_s = float(self.worker.ready["load_s"])

    def embed(self, texts: list[str], **how: Any) -> dict[str, Any]:
        """Return what `embedder_worker.do` says of these texts."""
        return self.worker.ask({"texts": texts, **how})

    def block(self, texts: list[str], **how: Any) -> Block:
        """Return the timed block of these texts."""
        return lambda calls: self.embed(texts, calls=calls, **how)["ms"]


def least_cosine(vectors: list[list[float]], others: list[list[float]]) -> float:
    """Return the least cosine between vectors of the same text, all of unit length."""
    products = (map(float.__mul__, *pair) for pair in zip(vectors, others, strict=True))
    return min(map(math.fsum, products))
