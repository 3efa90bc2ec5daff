"""The application behind the gate: `/v1`, its OpenAPI document and the page that explains it."""

from typing import Any, cast

from litestar import Litestar, Request, Response
from litestar.types import ASGIApp

from memlane.server.parts import App, Parts, Receive, Send
from memlane.server.problems import RequestError, answer_to
from memlane.server.v1.catalogue import OPERATIONS
from memlane.server.v1.explained import explaining
from memlane.server.v1.serving import choices, route

_NO_PATH = RequestError(404, "there is nothing at this address: one of its segments is empty")


def make_v1(parts: Parts) -> App:
    """Return the ASGI application of `/v1`, `/openapi.json` and `/docs`.

    It stands behind the edge, which sets the path to the raw one (still percent-encoded) and bounds bodies, and behind
    the gate, which notes the credential.
    """
    made = Litestar(
        route_handlers=[*choices(OPERATIONS), *(route(parts, operation) for operation in OPERATIONS), *explaining()],
        openapi_config=None,
        exception_handlers={Exception: _failed},
        logging_config=None,
        request_max_body_size=None,
    )
    inner = cast("App", cast("ASGIApp", made))  # the same thing, said in two vocabularies

    async def outer(scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _has_empty_segment(scope["path"]):
            await answer_to(_NO_PATH, scope)(scope, receive, send)
        else:
            await inner(scope, receive, send)

    return outer


def _has_empty_segment(path: str) -> bool:
    """Whether a path would name something else once its empty segments were dropped, as the framework does."""
    return "//" in path or (path.endswith("/") and path != "/")


def _failed(request: Request[Any, Any, Any], exc: Exception) -> Response[bytes]:
    """Answer what fails before an operation is found."""
    answer = answer_to(exc, request.scope)
    headers = {name.decode(): value.decode() for name, value in answer.headers}
    return Response(answer.body, status_code=answer.status, headers=headers, media_type=headers["content-type"])
