"""Exceptions of a request to `/v1` become problem documents: Memlane's by its table, those of HTTP, and the unexpected.

The unexpected is logged with the request id and told without any detail of it.
"""

import logging
from typing import Any, Final

import msgspec
from litestar.exceptions import HTTPException, MethodNotAllowedException

from memlane.access.scope import request_id_of
from memlane.errors import MemlaneError, UsageError
from memlane.server.refusals import Headers, Refusal, refusal, refusal_of
from memlane.server.v1.answers import Whole

_log = logging.getLogger(__name__)
_HTTP: Final = {
    400: "the request is not understood",
    404: "there is nothing at this address",
    405: "this address does not take this method; the header Allow says which it takes",
}
_UNEXPECTED: Final = "something went wrong that should not have; the server's log says what, under the request id"


class FieldError(UsageError):
    """A field of the request is not allowed; nothing was written.

    Attributes:
        field: Which: a path within the body, a query parameter, a header, or what the path names; None for the whole.
    """

    def __init__(self, field: str | None, message: str) -> None:
        """Say which and what is allowed."""
        super().__init__(message)
        self.field = field


class RequestError(Exception):
    """The request itself, as HTTP, cannot be dealt with: what `memlane.errors` has no word for.

    Attributes:
        status: The HTTP status: 400, 404 or 415.
    """

    def __init__(self, status: int, detail: str) -> None:
        """Say what is wrong; `detail` quotes nothing of the request."""
        super().__init__(detail)
        self.status = status


def answer_to(exc: Exception, scope: Any) -> Whole:
    """Return the answer to a request that failed."""
    given = refusal_to(exc, request_id_of(scope))
    if given.problem.code == "unexpected":
        _log.error("unexpected error in request %s", given.problem.request_id, exc_info=exc)
    return Whole(given.problem.status, msgspec.json.encode(given.problem), given.headers)


def refusal_to(exc: Exception, request_id: str) -> Refusal:
    """Return what an exception is answered with."""
    if isinstance(exc, FieldError):
        given = refusal_of(exc, request_id)
        return msgspec.structs.replace(given, problem=msgspec.structs.replace(given.problem, field=exc.field))
    if isinstance(exc, MemlaneError):
        return refusal_of(exc, request_id)
    if isinstance(exc, RequestError):
        return refusal(exc.status, str(exc), request_id)
    if isinstance(exc, HTTPException) and exc.status_code in _HTTP:
        given = refusal(exc.status_code, _HTTP[exc.status_code], request_id)
        return msgspec.structs.replace(given, headers=[*given.headers, *_allowed(exc)])
    return refusal(500, _UNEXPECTED, request_id)


def _allowed(exc: HTTPException) -> Headers:
    """Return the header Allow, which a refused method must have (RFC 9110, 15.5.6)."""
    if not isinstance(exc, MethodNotAllowedException):
        return []
    allow = (exc.headers or {}).get("allow", "")
    return [(b"allow", ", ".join(sorted(allow.split(", "))).encode())]
