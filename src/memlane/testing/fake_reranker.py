"""A re-ranker that tests steer."""

import re
from collections.abc import Callable, Sequence


def words_in_common(question: str, text: str) -> float:
    """Return which share of the words of `question` stands in `text`, 0 to 1; 0 for a question without words."""
    asked, said = (set(re.findall(r"\w+", part.lower())) for part in (question, text))
    return len(asked & said) / max(1, len(asked))


class FakeReranker:
    """Scores each text by a plain function; keeps what it was asked, and raises while it is told to.

    Attributes:
        identity: As of `Reranker`.
        asked: Question and texts of each call.
        failure: Raised by score() while it is set.
    """

    def __init__(self, score: Callable[[str, str], float] = words_in_common, identity: str = "fake") -> None:
        """Score by `score(question, text)`."""
        self.identity = identity
        self.asked: list[tuple[str, list[str]]] = []
        self.failure: BaseException | None = None
        self._score = score

    async def score(self, question: str, texts: Sequence[str]) -> list[float]:
        """Return the score of each text."""
        self.asked.append((question, list(texts)))
        if self.failure is not None:
            raise self.failure
        return [self._score(question, text) for text in texts]
