"""Made-up conversations: words as frequent as in natural speech, and random vectors for an embedder's.

Nothing here is anybody's conversation. The same seed gives the same text on every machine.
"""

import random
import string
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate, cycle

import numpy as np
from numpy.typing import NDArray

from memlane.protocols.embedder import Purpose

BEGAN = datetime(2025, 1, 1, tzinfo=UTC)
_TURNS_A_SESSION = 20
_KERNEL = 1_500
_COMMON = ("the", "and", "to", "of", "i", "a", "in", "that", "it", "is", "was", "you", "for", "on", "my", "with")


class Speech:
    """Speaks in words of a made-up language, the commonest of which are English stop words.

    A word's frequency falls with its rank, and faster beyond the kernel of words that everybody uses: the two regimes
    of R. Ferrer i Cancho and R. V. Sole (Journal of Quantitative Linguistics 8, 2001). The kernel is chosen so that
    10,000 turns have about as many different words as 10,000 turns of chat logs, some 15,000, and 100,000 some 40,000.
    """

    def __init__(self, seed: int, words: int = 70_000) -> None:
        """Make the vocabulary."""
        self._random = random.Random(seed)
        made = sorted({self._word() for _ in range(words)})
        self._random.shuffle(made)
        self._vocabulary = [*_COMMON, *made]
        self._weights = list(accumulate(_frequency(rank) for rank in range(1, len(self._vocabulary) + 1)))

    def text(self, size_bytes: int = 200) -> str:
        """Return a turn of exactly so many bytes."""
        words = self._words(size_bytes // 4 + 1)
        return " ".join(words).ljust(size_bytes, ".")[:size_bytes]

    def turns(self, count: int = 1_000) -> Iterator[str]:
        """Return turns of 200 bytes without end, made beforehand so that making them is not measured."""
        return cycle([self.text() for _ in range(count)])

    def question(self) -> str:
        """Return a question of six words, at least three of them rare enough to mean something."""
        rare = [self._vocabulary[self._random.randrange(100, 5_000)] for _ in range(3)]
        return " ".join([*self._words(3), *rare]) + "?"

    def _words(self, count: int) -> list[str]:
        return self._random.choices(self._vocabulary, cum_weights=self._weights, k=count)

    def _word(self) -> str:
        return "".join(self._random.choices(string.ascii_lowercase, k=self._random.randint(3, 9)))


def _frequency(rank: int) -> float:
    return min(1.0, _KERNEL / rank) / rank


class RandomEmbedder:
    """Gives every text a random unit vector at no cost: for measuring what surrounds an embedder."""

    identity = "random/384"
    dimension = 384

    def __init__(self, seed: int = 7) -> None:
        """Draw from `seed`."""
        self._generator = np.random.default_rng(seed)

    async def embed(self, texts: Sequence[str], *, purpose: Purpose) -> NDArray[np.float32]:  # noqa: ARG002 -- protocol
        """Return float32 of shape (n, 384), rows of unit length."""
        return self.vectors(len(texts))

    def vectors(self, count: int) -> NDArray[np.float32]:
        """Return float32 of shape (count, 384), rows of unit length."""
        drawn = self._generator.standard_normal((count, self.dimension), dtype=np.float32)
        return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)

    async def aclose(self) -> None:
        """Release nothing."""


def turn_place(number: int) -> tuple[str, datetime]:
    """Return session and time of the n-th turn: twenty turns a session, a session a day."""
    session, turn = divmod(number, _TURNS_A_SESSION)
    return f"session {session}", BEGAN + timedelta(days=session, minutes=turn)
