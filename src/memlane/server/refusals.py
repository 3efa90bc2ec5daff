"""Problem documents as answers of an ASGI application, for what is refused before or beside `/v1`."""

import logging
from typing import Final

import msgspec

from memlane.api.problems import Problem, headers_of, problem_of
from memlane.errors import MemlaneError
from memlane.server.parts import Send

_TITLES: Final = {
    400: "Not understood",
    403: "Not allowed",
    404: "Not found",
    405: "Wrong method",
    408: "Too slow",
    415: "Unknown content type",
    500: "Internal error",
    503: "Unavailable for now",
}
_CODES: Final = {
    400: "malformed",
    403: "forbidden",
    404: "not_found",
    405: "method",
    408: "timeout",
    415: "media_type",
    500: "unexpected",
    503: "overloaded",
}
_LATER: Final = frozenset({408, 503})
_log = logging.getLogger(__name__)
_encode = msgspec.json.Encoder().encode
Headers = list[tuple[bytes, bytes]]


class Refusal(msgspec.Struct, frozen=True):
    """An answer that refuses: a problem document, and the headers that belong to it."""

    problem: Problem
    headers: Headers


def refusal_of(error: MemlaneError, request_id: str) -> Refusal:
    """Return what an error is answered with; what concerns only those who run the server goes to the log."""
    problem = problem_of(error, request_id=request_id)
    if problem.detail != str(error):
        _log.warning("%s: %s", error.code, error)
    return Refusal(problem, headers_of(problem))


def refusal(status: int, detail: str, request_id: str, *, code: str | None = None) -> Refusal:
    """Return an answer for what is no error of the core: 400, 404, 405, 408, 415, 500 or 503."""
    code = code or _CODES[status]
    later = status in _LATER
    problem = Problem(
        type=f"urn:memlane:problem:{code}",
        title=_TITLES[status],
        status=status,
        detail=detail,
        code=code,
        retryable=later,
        request_id=request_id,
    )
    return Refusal(problem, headers_of(problem))


async def refuse(send: Send, given: Refusal, *, head: bool = False, close: bool = False) -> None:
    """Send a refusal as the whole answer; `head` leaves its body out, `close` ends the connection after it."""
    body = _encode(given.problem)
    headers = [*given.headers, (b"content-length", str(len(body)).encode())]
    if close:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": given.problem.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head else body, "more_body": False})
