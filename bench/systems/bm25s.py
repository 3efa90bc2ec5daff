"""Plain keyword search with bm25s: BM25 as Lucene computes it, its long list of stop words, Snowball stemming."""

from typing import Any

from systems.shape import Found, Place, turns


class Bm25s:
    """An index a conversation, in memory."""

    packages = ("bm25s", "PyStemmer")

    def __init__(self, _: Place) -> None:
        """Import the library."""
        import bm25s  # noqa: PLC0415 -- only in its environment
        import Stemmer  # noqa: PLC0415 -- as above

        self._library: Any = bm25s
        self._stemmer: Any = Stemmer.Stemmer("english")
        self._index: Any = None
        self._ids: list[str] = []

    def load(self, conversation: dict[str, Any]) -> None:
        """Build the index."""
        said = turns(conversation)
        self._ids = [turn.message_id for turn in said]
        self._index = self._library.BM25(k1=1.5, b=0.75, method="lucene")
        self._index.index(self._words([turn.text for turn in said]), show_progress=False)

    def search(self, question: str, *, at: str | None, limit: int) -> list[str]:  # noqa: ARG002 -- it knows no time
        """Return what has a word in common with the question."""
        words = self._words([question])
        if not words[0]:
            return []
        count = min(limit, len(self._ids))
        rows, scores = self._index.retrieve(words, k=count, show_progress=False)
        return [self._ids[row] for row, score in zip(rows[0].tolist(), scores[0].tolist(), strict=True) if score > 0]

    def found(self, question: str, *, at: str | None, limit: int) -> Found:
        """Return messages only."""
        return Found(self.search(question, at=at, limit=limit))

    def close(self) -> None:
        """Release nothing."""

    def _words(self, texts: list[str]) -> list[list[str]]:
        return self._library.tokenize(
            texts, stopwords="english_plus", stemmer=self._stemmer, return_ids=False, show_progress=False
        )


def open_system(place: Place) -> Bm25s:
    """Return the system."""
    return Bm25s(place)
