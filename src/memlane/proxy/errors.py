"""Problem documents of the proxy for what has no error of its own: a provider that cannot be reached, a wrong path."""

from typing import Final

import msgspec

from memlane.api.problems import Problem, headers_of, problem_of
from memlane.errors import MemlaneError, ModelUnavailableError, NotFoundError, StoreUnavailableError, UnsupportedError

Headers = list[tuple[bytes, bytes]]
_TITLES: Final = {502: "The provider cannot be reached", 504: "The provider is too slow"}


class UpstreamError(ModelUnavailableError):
    """The provider cannot be reached, or does not answer in time.

    Attributes:
        status: What the client is told: 502 or 504.
    """

    def __init__(self, message: str, status: int) -> None:
        """Say what happened."""
        super().__init__(message)
        self.status = status


class TooSlowError(StoreUnavailableError):
    """Memory did not answer within the time that a call may wait for it."""

    code = "too_slow"


def no_such_path() -> NotFoundError:
    """Return the error of a path that the proxy does not have."""
    return NotFoundError("there is nothing at this address")


def no_websockets() -> UnsupportedError:
    """Return the error of a websocket."""
    return UnsupportedError("websockets are not passed through")


def problem(error: MemlaneError, request_id: str) -> tuple[int, Headers, bytes]:
    """Return status, headers and body of the answer that an error becomes."""
    document = _document(error, request_id)
    return document.status, headers_of(document), msgspec.json.encode(document)


def _document(error: MemlaneError, request_id: str) -> Problem:
    document = problem_of(error, request_id=request_id)
    if not isinstance(error, UpstreamError):
        return document
    return msgspec.structs.replace(document, status=error.status, title=_TITLES[error.status])
