"""Re-rankers that each break one promise, named for what they do wrong; the suite must fail on every one."""

import asyncio
import math
from collections.abc import Sequence

from memlane.testing.fakes import FakeReranker


class ForgetsOne(FakeReranker):
    """R1."""

    async def score(self, question: str, texts: Sequence[str]) -> list[float]:
        return (await super().score(question, texts))[: max(1, len(texts) - 1)]


class ScoresNothingToo(FakeReranker):
    """R1."""

    async def score(self, question: str, texts: Sequence[str]) -> list[float]:
        return await super().score(question, texts or [""])


class IsInfiniteOnTheBest(FakeReranker):
    """R1."""

    async def score(self, question: str, texts: Sequence[str]) -> list[float]:
        return [math.inf if score > 0.5 else score for score in await super().score(question, texts)]


class SortsItsScores(FakeReranker):
    """R2."""

    async def score(self, question: str, texts: Sequence[str]) -> list[float]:
        return sorted(await super().score(question, texts), reverse=True)


class SaysTheSameOfEverything(FakeReranker):
    """R2."""

    async def score(self, question: str, texts: Sequence[str]) -> list[float]:
        return [0.5 for _ in texts]


class TakesDistanceForSimilarity(FakeReranker):
    """R2."""

    async def score(self, question: str, texts: Sequence[str]) -> list[float]:
        return [-score for score in await super().score(question, texts)]


class RefusesNul(FakeReranker):
    """R3."""

    async def score(self, question: str, texts: Sequence[str]) -> list[float]:
        if any("\0" in text for text in texts):
            raise ValueError("embedded null character")
        return await super().score(question, texts)


class DividesByTheLengthOfTheQuestion(FakeReranker):
    """R3."""

    async def score(self, question: str, texts: Sequence[str]) -> list[float]:
        return [score / len(question.split()) for score in await super().score(question, texts)]


class TrimsWhatItIsGiven(FakeReranker):
    """R3."""

    async def score(self, question: str, texts: Sequence[str]) -> list[float]:
        if isinstance(texts, list):
            texts[:] = [text.strip() for text in texts]
        return await super().score(question, texts)


class KeepsTheQuestionOnItself(FakeReranker):
    """R4."""

    question = ""

    async def score(self, question: str, texts: Sequence[str]) -> list[float]:
        self.question = question
        await asyncio.sleep(0)
        return await super().score(self.question, texts)


class ChangesItsIdentityOnUse(FakeReranker):
    """R5."""

    async def score(self, question: str, texts: Sequence[str]) -> list[float]:
        self.identity = "loaded"
        return await super().score(question, texts)


class HasAnIdentityWithSpaces(FakeReranker):
    """R5."""

    def __init__(self) -> None:
        super().__init__(identity="a fake re-ranker")


MUTANTS: tuple[type[FakeReranker], ...] = tuple(
    value
    for name, value in dict(globals()).items()
    if isinstance(value, type) and value.__module__ == __name__ and not name.startswith("_")
)
