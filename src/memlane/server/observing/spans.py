"""Several observers as one."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Final

from memlane.errors import MemlaneError
from memlane.protocols.observer import Observer

_CANCELLED: Final = "cancelled"
_UNEXPECTED: Final = "unexpected"
_ENDED: Final = (GeneratorExit, StopAsyncIteration)


class Both:
    """Tells every one of some observers."""

    def __init__(self, observers: Sequence[Observer]) -> None:
        """Tell them in this order."""
        self._observers = observers

    def span(self, name: str, **labels: str) -> AbstractContextManager[object]:
        """Time a piece of work with each."""
        return _Spans([observer.span(name, **labels) for observer in self._observers])

    def count(self, name: str, amount: float = 1.0, **labels: str) -> None:
        """Count with each."""
        for observer in self._observers:
            observer.count(name, amount, **labels)


class _Spans:
    """Enters spans in order and leaves them in reverse; an error passes through."""

    def __init__(self, spans: list[AbstractContextManager[object]]) -> None:
        self._spans = spans

    def __enter__(self) -> None:
        for span in self._spans:
            span.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for span in reversed(self._spans):
            span.__exit__(kind, error, trace)


def code_of(error: BaseException | None) -> str:
    """Return what metrics and traces call an error; empty text for none and for the end of a stream."""
    if error is None or isinstance(error, _ENDED):
        return ""
    if isinstance(error, MemlaneError):
        return error.code
    return _UNEXPECTED if isinstance(error, Exception) else _CANCELLED
