"""Ways to compare a question with every vector of a partition: what each holds, costs and gets wrong.

The first is the one that Memlane uses; the others show what holding fewer bytes would save. Plain NumPy, one thread.
"""

from collections.abc import Callable

import msgspec
import numpy as np
from numpy.typing import NDArray

from made_up import RandomEmbedder
from measure import interleaved, plain_calls
from memlane.recall.vectors import Vectors

_ROWS_AT_ONCE = 256  # as float32 they stay in a core's own cache
_RESCORED = 400
_BEST = 200

Way = Callable[[NDArray[np.float32]], NDArray[np.float32]]


class Product(msgspec.Struct):
    """One way: the bytes it holds a vector, the time of a question, and how many of the best 200 it misses."""

    name: str
    size_bytes: int
    p50_ms: float
    missed: int


def products(count: int, rounds: int) -> list[Product]:
    """Measure every way on `count` random vectors, interleaved."""
    embedder = RandomEmbedder()
    halves = embedder.vectors(count).astype("<f2")
    question = embedder.vectors(1)[0]
    ways: dict[str, tuple[int, Way]] = {
        "float32, as it is": (4, _as_it_is(halves)),
        "float16, widened piece by piece": (2, _widened(halves)),
        "int8 widened piece by piece, the best 400 again from float16": (3, _coded(halves)),
    }
    timings = interleaved(
        {name: plain_calls(lambda w=way: w(question)) for name, (_, way) in ways.items()}, rounds=rounds, calls=5
    )
    truth = _best(halves.astype(np.float64) @ question)
    return [
        Product(name, size * halves.shape[1], timings[name].p50_ms, len(truth - _best(way(question))))
        for name, (size, way) in ways.items()
    ]


def _best(scores: NDArray[np.floating]) -> set[int]:
    return set(np.argsort(-scores)[:_BEST].tolist())


def _as_it_is(halves: NDArray[np.float16]) -> Way:
    vectors = Vectors(halves.shape[1])
    vectors.grow(len(halves))
    vectors.put(range(len(halves)), halves.astype(np.float32))
    return vectors.similarities


def _widened(rows: NDArray[np.generic]) -> Way:
    piece = np.empty((_ROWS_AT_ONCE, rows.shape[1]), np.float32)

    def similarities(question: NDArray[np.float32]) -> NDArray[np.float32]:
        found = np.empty(len(rows), np.float32)
        for first in range(0, len(rows), _ROWS_AT_ONCE):
            part = rows[first : first + _ROWS_AT_ONCE]
            np.copyto(piece[: len(part)], part, casting="unsafe")
            np.matmul(piece[: len(part), None, :], question, out=found[first : first + len(part), None])
        return found

    return similarities


def _coded(halves: NDArray[np.float16]) -> Way:
    exact = halves.astype(np.float32)
    scales = np.abs(exact).max(axis=1, keepdims=True) / 127
    roughly = _widened(np.round(exact / scales).astype(np.int8))

    def similarities(question: NDArray[np.float32]) -> NDArray[np.float32]:
        found = roughly(question) * scales[:, 0]
        best = np.argpartition(found, -_RESCORED)[-_RESCORED:]
        found[best] = halves[best].astype(np.float32) @ question
        return found

    return similarities
