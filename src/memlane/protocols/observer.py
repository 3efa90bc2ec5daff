"""What watches a connection at work: metrics and traces."""

from contextlib import AbstractContextManager, nullcontext
from typing import Protocol


class Observer(Protocol):
    """Is told what is done and how long it takes.

    Spans of the engine: `recall` and `episodes`, a search from the question to the results; `context`, the making of a
    context from the read of the session to the window, the recall in it included. It counts `usage.dropped`: counts of
    usage that were not written down.

    Names and label values are Memlane's own words, few and fixed (`recall`, `sessions.append`, a store's kind, an
    error's code): never an id, a text or a key. An observer must not raise, and must not wait.
    """

    def span(self, name: str, **labels: str) -> AbstractContextManager[object]:
        """Return what times a piece of work; an error that passes through it is counted by its code."""
        ...

    def count(self, name: str, amount: float = 1.0, **labels: str) -> None:
        """Count something that happened."""
        ...


class NoObserver:
    """Watches nothing."""

    def span(self, name: str, **labels: str) -> AbstractContextManager[object]:  # noqa: ARG002 -- the Protocol's names
        """Time nothing."""
        return nullcontext()

    def count(self, name: str, amount: float = 1.0, **labels: str) -> None:
        """Count nothing."""
