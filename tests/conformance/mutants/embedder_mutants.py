"""Embedders that each break one promise, named for what they do wrong; the suite must fail on every one."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from memlane.adapters.embedders.hashing import HashingEmbedder
from memlane.protocols.embedder import Purpose


class _Distorts(HashingEmbedder):
    def distort(self, vectors: NDArray[np.float32], texts: Sequence[str]) -> NDArray[np.float32]:
        return vectors

    async def embed(self, texts: Sequence[str], *, purpose: Purpose) -> NDArray[np.float32]:
        return self.distort(await super().embed(texts, purpose=purpose), texts)


class IsNotOfUnitLength(_Distorts):
    """E1."""

    def distort(self, vectors: NDArray[np.float32], texts: Sequence[str]) -> NDArray[np.float32]:
        return vectors * np.float32(1.01)


class ReturnsDoubles(_Distorts):
    """E1."""

    def distort(self, vectors: NDArray[np.float32], texts: Sequence[str]) -> NDArray[np.float32]:
        return vectors.astype(np.float64)


class SortsByLength(_Distorts):
    """E1."""

    def distort(self, vectors: NDArray[np.float32], texts: Sequence[str]) -> NDArray[np.float32]:
        return vectors[np.argsort([len(text) for text in texts], kind="stable")]


class SaysTheSameOfEverything(_Distorts):
    """E1."""

    def distort(self, vectors: NDArray[np.float32], texts: Sequence[str]) -> NDArray[np.float32]:
        return np.repeat(vectors[:1], len(texts), axis=0)


class DependsOnTheBatch(_Distorts):
    """E2."""

    def distort(self, vectors: NDArray[np.float32], texts: Sequence[str]) -> NDArray[np.float32]:
        leaning = vectors + np.float32(0.1) * len(texts) * np.eye(1, self.dimension, dtype=np.float32)
        return leaning / np.linalg.norm(leaning, axis=1, keepdims=True)


class IsNotANumberOnNothing(_Distorts):
    """E3."""

    def distort(self, vectors: NDArray[np.float32], texts: Sequence[str]) -> NDArray[np.float32]:
        empty = np.array([not text.strip() for text in texts], dtype=bool)
        return np.where(empty[:, None], np.float32(np.nan), vectors)


class RefusesNul(_Distorts):
    """E3."""

    def distort(self, vectors: NDArray[np.float32], texts: Sequence[str]) -> NDArray[np.float32]:
        if any("\0" in text for text in texts):
            raise ValueError("embedded null character")
        return vectors


class ChangesItsIdentityOnUse(_Distorts):
    """E4."""

    used = False

    @property
    def identity(self) -> str:
        return f"hashing/{self.dimension}/{self.used}"

    def distort(self, vectors: NDArray[np.float32], texts: Sequence[str]) -> NDArray[np.float32]:
        self.used = True
        return vectors


class HasAnIdentityWithSpaces(HashingEmbedder):
    """E4."""

    @property
    def identity(self) -> str:
        return f"hashing embedder {self.dimension}"


class HasOneIdentityForAllSettings(HashingEmbedder):
    """E4."""

    @property
    def identity(self) -> str:
        return "hashing"


class SharesWhatItReturns(HashingEmbedder):
    """E2: whoever changes a vector changes it for all."""

    def __init__(self, dimension: int = 256) -> None:
        super().__init__(dimension)
        self._known: dict[tuple[str, ...], NDArray[np.float32]] = {}

    async def embed(self, texts: Sequence[str], *, purpose: Purpose) -> NDArray[np.float32]:
        if tuple(texts) not in self._known:
            self._known[tuple(texts)] = await super().embed(texts, purpose=purpose)
        return self._known[tuple(texts)]


class OpensFilesThoughItNeedsNone(HashingEmbedder):
    """E5."""

    async def embed(self, texts: Sequence[str], *, purpose: Purpose) -> NDArray[np.float32]:
        with open(__file__, "rb"):  # noqa: ASYNC230, PTH123 -- what it does wrong
            return await super().embed(texts, purpose=purpose)


MUTANTS: tuple[type[HashingEmbedder], ...] = tuple(
    value
    for name, value in dict(globals()).items()
    if isinstance(value, type) and value.__module__ == __name__ and not name.startswith("_")
)
