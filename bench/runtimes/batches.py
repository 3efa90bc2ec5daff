"""Around a runtime that takes batches of token numbers: tokens, order, lanes and unit length, the same for each."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from memlane.adapters._drivers.wordpiece import WordPieceTokenizer
from memlane.adapters.embedders._minilm import MAX_TOKENS
from memlane.adapters.embedders._minilm_files import TOKENIZER
from runtimes.shape import Embed, Setting

Numbers = list[list[int]]
Forward = Callable[[Numbers], NDArray[np.float32]]
"""Takes the token numbers of a batch and returns any multiple of the mean vectors, shape (texts, 384)."""


def padded(batch: Sequence[Sequence[int]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the numbers and their mask, both of shape (texts, tokens of the longest)."""
    ids = np.zeros((len(batch), max(map(len, batch))), np.int64)
    mask = np.zeros_like(ids)
    for row, numbers in enumerate(batch):
        ids[row, : len(numbers)] = numbers
        mask[row, : len(numbers)] = 1
    return ids, mask


def batched(setting: Setting, forward: Forward) -> Embed:
    """Return an embedder that sorts texts by their number of tokens and runs batches in as many lanes as told."""
    tokenizer = WordPieceTokenizer(setting.model_dir / TOKENIZER, max_tokens=MAX_TOKENS)
    pool = ThreadPoolExecutor(setting.lanes)

    def embed(texts: list[str], _: bool, size: int) -> NDArray[np.float32]:  # noqa: FBT001 -- the shape of them all
        numbers = [tokenizer.encode(text) for text in texts]
        order = sorted(range(len(texts)), key=lambda row: len(numbers[row]))
        rows = [order[start : start + size] for start in range(0, len(order), size)]
        batches = [[numbers[row] for row in batch] for batch in rows]
        found = pool.map(forward, batches) if len(batches) > 1 and setting.lanes > 1 else map(forward, batches)
        summed = np.concatenate(list(found))
        vectors = np.empty_like(summed)
        vectors[order] = summed / np.linalg.norm(summed, axis=1, keepdims=True)
        return vectors

    return embed
