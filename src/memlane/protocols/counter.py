"""What a token counter promises."""

from typing import Protocol


class TokenCounter(Protocol):
    """Counts tokens of text and says whether the count is exact.

    Promises: count("") is 0; count is deterministic, never negative, and accepts any text.
    """

    @property
    def name(self) -> str:
        """Which tokenizer or estimate counted, e.g. `tiktoken:o200k_base` or `estimate`."""
        ...

    @property
    def exact(self) -> bool:
        """Whether the count is the model's own."""
        ...

    def count(self, text: str) -> int:
        """Return the number of tokens of `text`."""
        ...
