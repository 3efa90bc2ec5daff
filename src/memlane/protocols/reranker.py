"""What a re-ranker promises."""

from collections.abc import Sequence
from typing import Protocol


class Reranker(Protocol):
    """Judges how well texts answer a question by reading both together: a cross-encoder, or a language model.

    Recall works without one. `connect(reranker=…)` gives it the best results of each recall; the object stays yours
    to close.

    Promises (each is a test in `memlane.testing.rerankers`):
        R1 score() returns one finite number a text, in the order given; no texts, no numbers.
        R2 of a text that answers the question and one that has nothing to do with it, the first has the greater number,
           wherever it stands.
        R3 any text and question is accepted: empty, 1 MiB, emoji, NUL; what is given is left alone.
        R4 concurrent calls do not mix.
        R5 `identity` is at hand before the first score() and stays.

    Numbers of one call are compared with each other only, so any scale will do. What score() raises does not fail the
    recall: results come back as they were, with a note that names the exception; the message is shown only of a
    `MemlaneError`, because others may quote what was said.

    Example, with `pip install sentence-transformers`:

        class CrossEncoderReranker:
            identity = "cross-encoder/ms-marco-MiniLM-L6-v2"

            def __init__(self):
                self._model = CrossEncoder(self.identity)
                self._thread = ThreadPoolExecutor(1)  # its tokenizer is not for two threads at once

            async def score(self, question, texts):
                pairs = [(question, text) for text in texts]
                if not pairs:
                    return []
                scores = await get_running_loop().run_in_executor(self._thread, self._model.predict, pairs)
                return scores.tolist()
    """

    @property
    def identity(self) -> str:
        """Name of the model, as notes and logs show it; 1-128 characters of `[A-Za-z0-9._:/+-]`."""
        ...

    async def score(self, question: str, texts: Sequence[str]) -> Sequence[float]:
        """Return how well each text answers `question`; greater is better.

        Args:
            question: What was asked, in ordinary words.
            texts: What was found: date, speaker and words, e.g. `8 May 2023, Caroline: I went to a support group.`
        """
        ...
