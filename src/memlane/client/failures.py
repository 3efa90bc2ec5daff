"""What went wrong with a call: as the error that the caller gets, and whether and when to try again."""

from collections.abc import Mapping
from typing import Final

import httpx2
import msgspec

from memlane.api.problems import CONTENT_TYPE, Problem, error_of
from memlane.errors import (
    ClosedError,
    DurabilityError,
    MemlaneError,
    RateLimitError,
    StoreError,
    StoreUnavailableError,
)

_PASSING: Final = (StoreUnavailableError, DurabilityError, RateLimitError)
_BETWEEN: Final = (502, 503, 504)
_TOO_MANY: Final = 429
_NEVER_ARRIVED: Final = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError)


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """A call that failed.

    Attributes:
        error: What the caller gets.
        undone: Whether it is certain that the server did nothing.
        after: How long the server wants to be left alone, in seconds; None when it did not say.
    """

    error: MemlaneError
    undone: bool
    after: float | None = None

    @property
    def passes(self) -> bool:
        """Whether the same call may succeed soon. What a model or an embedder refuses is for the application."""
        return isinstance(self.error, _PASSING)


def unreachable(error: Exception, place: str) -> Failure:
    """Return the failure of a connection; `place` is shown."""
    kind = "took too long" if isinstance(error, (TimeoutError, httpx2.TimeoutException)) else "cannot be reached"
    if isinstance(error, httpx2.ReadError | httpx2.WriteError | httpx2.RemoteProtocolError):
        kind = "broke the connection off"
    reason = StoreUnavailableError(f"the server at {place} {kind}")
    return Failure(error=reason, undone=isinstance(error, _NEVER_ARRIVED))


def refused(status: int, headers: Mapping[str, str], content: bytes) -> Failure:
    """Return the failure that an answer says."""
    after = _seconds(headers.get("retry-after"))
    problem = _problem(headers, content)
    error = _without_words(status, after) if problem is None else error_of(problem)
    if isinstance(error, ClosedError):
        error = StoreUnavailableError("the server is stopping")
    return Failure(error=error, undone=isinstance(error, RateLimitError), after=after)


def problem_error(content: bytes) -> MemlaneError:
    """Return the error of a problem document; `StoreError` for what is none."""
    problem = _decoded(content)
    return StoreError("the server told of a problem in words not understood") if problem is None else error_of(problem)


def _problem(headers: Mapping[str, str], content: bytes) -> Problem | None:
    is_one = headers.get("content-type", "").partition(";")[0].strip().lower() == CONTENT_TYPE
    return _decoded(content) if is_one else None


def _decoded(content: bytes) -> Problem | None:
    try:
        return msgspec.json.decode(content, type=Problem)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


def _without_words(status: int, after: float | None) -> MemlaneError:
    """Return the error for an answer that is not Memlane's: of something between, or of another server."""
    said = f"the server answered {status} without a problem document"
    if status == _TOO_MANY:
        return RateLimitError(said, 1.0 if after is None else after)
    return StoreUnavailableError(said) if status in _BETWEEN else StoreError(f"{said}; is it a Memlane server?")


def _seconds(text: str | None) -> float | None:
    """Return the seconds of a `Retry-After`; None for a date, which needs clocks that agree."""
    return float(text) if text is not None and text.isascii() and text.isdigit() else None
