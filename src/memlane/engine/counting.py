"""Counting the same text once, over many contexts, without keeping what was said."""

from memlane.protocols.counter import TokenCounter

_MOST_COUNTS = 65_536


class RememberingCounter:
    """A token counter that remembers its counts by the hash of the text, never the text.

    A conversation is counted anew for each context although only its end is new. Hashes are Python's own, 64 bits and
    salted for each process; together with the length of the text they do not collide in practice.
    """

    def __init__(self, counter: TokenCounter) -> None:
        self._counter = counter
        self._counts: dict[tuple[int, int], int] = {}

    @property
    def name(self) -> str:
        """Which tokenizer or estimate counts."""
        return self._counter.name

    @property
    def exact(self) -> bool:
        """Whether the count is the model's own."""
        return self._counter.exact

    def count(self, text: str) -> int:
        """Return the number of tokens of `text`."""
        key = (hash(text), len(text))
        tokens = self._counts.get(key)
        if tokens is None:
            if len(self._counts) >= _MOST_COUNTS:
                self._counts.clear()
            tokens = self._counts[key] = self._counter.count(text)
        return tokens
