"""Problem documents (RFC 9457): every error of Memlane as JSON, and back.

The one table of HTTP status by error stands here. A document carries the stable `code`, whether the same call may
succeed later, and what the error knows in numbers.
"""

from math import ceil
from typing import Any, Final

import msgspec

from memlane import errors
from memlane.errors import MemlaneError

CONTENT_TYPE: Final = "application/problem+json"
STATUS: Final[dict[type[MemlaneError], int]] = {
    errors.TooLargeError: 413,
    errors.UsageError: 422,
    errors.NotFoundError: 404,
    errors.PreconditionError: 412,
    errors.UnauthenticatedError: 401,
    errors.ForbiddenError: 403,
    errors.RateLimitError: 429,
    errors.UnsupportedError: 501,
    errors.MissingExtraError: 501,
    errors.ClosedError: 503,
    errors.StoreUnavailableError: 503,
    errors.DurabilityError: 503,
    errors.StoreVersionError: 500,
    errors.DamagedError: 500,
    errors.StoreError: 500,
    errors.EmbedderUnavailableError: 503,
    errors.EmbedderError: 502,
    errors.ModelUnavailableError: 503,
    errors.ModelRateLimitError: 429,
    errors.ModelError: 502,
    MemlaneError: 500,
}
"""Of a class that is not here, what its nearest base has."""
_TITLES: Final = {
    401: "Not authenticated",
    403: "Not allowed",
    404: "Not found",
    412: "Changed meanwhile",
    413: "Too large",
    422: "Not acceptable as given",
    429: "Too many requests",
    500: "Internal error",
    501: "Not supported here",
    502: "A model or embedder failed",
    503: "Unavailable for now",
}
_TOLD: Final[dict[type[MemlaneError], str]] = {
    errors.StoreUnavailableError: "a store cannot be reached, or cannot answer for now",
    errors.StoreError: "a store failed; the server's log says how, under the request id",
    errors.SettingError: "the server is not set up for this; its log says what is wrong, under the request id",
}
"""What callers are told of errors whose own words name the server's files, hosts and settings."""
_UNAUTHENTICATED: Final = 401
_LATER: Final = (429, 503)
_NUMBERS: Final = ("size_bytes", "limit_bytes", "needed_tokens", "budget_tokens", "retry_after", "pip_line")
_CLASSES: Final[dict[str, type[MemlaneError]]] = {}


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A problem document.

    Attributes:
        type: `urn:memlane:problem:` and the code.
        title: The status in words.
        status: The HTTP status.
        detail: What was wrong and what is allowed; no text of a conversation, no key, no place of the server's.
        code: Stable text for machines, as of `memlane.errors`.
        retryable: Whether the same call may succeed later.
        request_id: What the server's log calls the request.
        field: The field of the request that is wrong, where it is one.
        retry_after: After how many seconds to try again.
        size_bytes: Of what is too large.
        limit_bytes: The largest allowed.
        needed_tokens: The smallest budget that would do.
        budget_tokens: The budget given.
        pip_line: What the server's operator would have to install.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str
    retryable: bool
    request_id: str = ""
    field: str | None = None
    retry_after: float | None = None
    size_bytes: int | None = None
    limit_bytes: int | None = None
    needed_tokens: int | None = None
    budget_tokens: int | None = None
    pip_line: str | None = None


def status_of(error: MemlaneError) -> int:
    """Return the HTTP status of an error."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def told(error: MemlaneError) -> str:
    """Return what a caller is told of an error: its own words, unless they concern only those who run the server."""
    if isinstance(error, errors.DurabilityError):
        return str(error)
    return next((text for kind, text in _TOLD.items() if isinstance(error, kind)), str(error))


def problem_of(error: MemlaneError, *, request_id: str = "", field: str | None = None) -> Problem:
    """Return the document of an error."""
    status = status_of(error)
    known: dict[str, Any] = {name: getattr(error, name) for name in _NUMBERS if getattr(error, name, None) is not None}
    return Problem(
        type=f"urn:memlane:problem:{error.code}",
        title=_TITLES[status],
        status=status,
        detail=told(error),
        code=error.code,
        retryable=error.retryable,
        request_id=request_id,
        field=field,
        **known,
    )


def headers_of(problem: Problem) -> list[tuple[bytes, bytes]]:
    """Return the headers that belong to a document: its type, how to authenticate, and when to try again."""
    headers = [(b"content-type", CONTENT_TYPE.encode())]
    if problem.status == _UNAUTHENTICATED:
        headers.append((b"www-authenticate", b"Bearer"))
    if problem.status in _LATER:
        headers.append((b"retry-after", b"%d" % max(1, ceil(problem.retry_after or 1))))
    return headers


def error_of(problem: Problem) -> MemlaneError:
    """Return the error that a document stands for, with its text and numbers; `MemlaneError` for an unknown code."""
    kind = _class_of(problem.code)
    error = kind.__new__(kind)
    Exception.__init__(error, problem.detail)
    for name in _NUMBERS:
        value = getattr(problem, name)
        if value is not None or name == "retry_after":
            setattr(error, name, value)
    return error


def _class_of(code: str) -> type[MemlaneError]:
    if not _CLASSES:
        _CLASSES.update({kind.code: kind for kind in (MemlaneError, *_below(MemlaneError))})
    return _CLASSES.get(code, MemlaneError)


def _below(kind: type[MemlaneError]) -> list[type[MemlaneError]]:
    direct = kind.__subclasses__()
    return direct + [deeper for one in direct for deeper in _below(one)]
