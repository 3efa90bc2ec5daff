"""An embedder that needs no model: it compares words and spelling, not meaning.

Depends on nothing but NumPy; must stay deterministic across machines, processes and versions of `identity`.
"""

import asyncio
import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from memlane.errors import SettingError
from memlane.protocols.embedder import Purpose

_WORD: Final = re.compile(r"\w+")
_TRIGRAM_WEIGHT: Final = 0.5
_SMALLEST, _LARGEST = 8, 8_192
_MULTIPLIERS: Final = np.array([0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D], np.uint64)  # the primes of xxHash32
_MIX: Final = np.uint64(0x165667B1)


class HashingEmbedder:
    """Embeds by hashing words and character trigrams into a fixed number of places.

    For tests and for places without a model: texts that share words or spelling are near each other, synonyms are not.

    Promises: those of `Embedder`.
    """

    def __init__(self, dimension: int = 256) -> None:
        """Choose the length of a vector.

        Raises:
            SettingError: not within 8-8192.
        """
        if not _SMALLEST <= dimension <= _LARGEST:
            raise SettingError(f"the dimension must be {_SMALLEST}-{_LARGEST}, not {dimension}")
        self._dimension = dimension

    @property
    def identity(self) -> str:
        """Name of the vector space."""
        return f"hashing-v1/{self._dimension}"

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._dimension

    async def embed(self, texts: Sequence[str], *, purpose: Purpose) -> NDArray[np.float32]:  # noqa: ARG002 - both alike
        """Return one unit vector a text: float32, shape (n, dimension)."""
        return await asyncio.to_thread(self._embed, texts)

    async def aclose(self) -> None:
        """Release nothing: nothing was opened."""

    def _embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), self._dimension), np.float32)
        for row, text in enumerate(texts):
            vectors[row] = hashed_vector(text, self._dimension)
        return vectors


def hashed_vector(text: str, dimension: int) -> NDArray[np.float32]:
    """Return the unit vector of a text: signed feature hashing (Weinberger et al. 2009) of words and trigrams.

    A word weighs 1 + log(occurrences), longer words up to twice as much as short ones; a trigram half of it.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    vector = np.zeros(dimension, np.float64)
    _add_words(vector, folded)
    _add_trigrams(vector, folded)
    length = float(np.linalg.norm(vector))
    if length == 0:  # an empty text, or features that cancelled each other
        vector[0] = length = 1.0
    return (vector / length).astype(np.float32)


def _add_words(vector: NDArray[np.float64], folded: str) -> None:
    for word, count in Counter(_WORD.findall(folded)).items():
        hashed = zlib.crc32(word.encode(errors="surrogatepass"))
        weight = (1 + np.log(count)) * min(2.0, 0.8 + len(word) / 10)
        vector[(hashed >> 1) % len(vector)] += weight if hashed & 1 else -weight


def _add_trigrams(vector: NDArray[np.float64], folded: str) -> None:
    spaced = " ".join(("", *folded.split(), ""))
    codes = np.frombuffer(spaced.encode("utf-32-le", errors="surrogatepass"), np.uint32).astype(np.uint64)
    if len(codes) < len(_MULTIPLIERS):
        return
    mixed = np.zeros(len(codes) - 2, np.uint64)
    for offset, multiplier in enumerate(_MULTIPLIERS):
        mixed = ((mixed ^ (codes[offset : offset + len(mixed)] * multiplier)) * _MIX) & np.uint64(0xFFFFFFFF)
    hashed, counts = np.unique(mixed ^ (mixed >> np.uint64(15)), return_counts=True)
    weights = (1 + np.log(counts)) * _TRIGRAM_WEIGHT * np.where(hashed & np.uint64(1), 1.0, -1.0)
    places = (hashed >> np.uint64(1)) % np.uint64(len(vector))
    vector += np.bincount(places.astype(np.intp), weights=weights, minlength=len(vector))
