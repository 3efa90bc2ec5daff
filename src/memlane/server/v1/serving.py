"""Serving an operation: from a request to an answer, with every check in its place.

First the credential's scope and user, then the query, then the body, and only then the handler.
"""

from collections.abc import Iterable
from typing import Any, cast

from litestar import Request
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp

from memlane.access.scope import Scope, credential_of
from memlane.errors import UsageError
from memlane.server.parts import App, Parts
from memlane.server.problems import FieldError, answer_to
from memlane.server.v1.answers import Headers, Tagged, Whole, encode, etag
from memlane.server.v1.matching import heed_none_match
from memlane.server.v1.operations import JSON, Operation
from memlane.server.v1.requests import body_reader, query_reader

_JSON_HEADERS: Headers = ((b"content-type", JSON.encode()),)
_EMPTY = Whole(204, b"", ())


class Serving:
    """Serves one operation."""

    def __init__(self, parts: Parts, operation: Operation) -> None:
        """Prepare what does not depend on the request."""
        self.operation = operation
        self._parts = parts
        self._query = query_reader(operation.asks)
        self._body = body_reader(operation)
        self._fields = _names(operation.asks) | _names(operation.takes)

    async def answer(self, request: Request[Any, Any, Any]) -> App:
        """Return the answer to a request.

        Raises:
            MemlaneError: as the handler.
            RequestError: the body is not JSON.
            FieldError: a field is not allowed.
        """
        operation, credential = self.operation, credential_of(cast("Scope", request.scope))
        if operation.scope is not None:
            credential.check_scope(operation.scope)
        if operation.whole_tenant:
            credential.check_whole_tenant()
        call = operation.kind(self._parts, credential, request, None, None)
        if operation.keyed:
            call.check_key()
        call.query = self._query(request.scope["query_string"])
        call.body = await self._body(request)
        try:
            given = await operation.run(call)
        except UsageError as exc:
            raise self._with_field(exc) from exc
        return self._answer(request, given)

    def _answer(self, request: Request[Any, Any, Any], given: Any) -> App:
        if given is None:
            return _EMPTY
        if self.operation.media:
            return given
        if isinstance(given, Tagged):
            return self._tagged(request, given)  # pyright: ignore[reportUnknownArgumentType] -- any record
        return Whole(self.operation.status, encode(given), _JSON_HEADERS)

    def _tagged(self, request: Request[Any, Any, Any], tagged: Tagged[Any]) -> App:
        body = encode(tagged.given)
        tag = etag(body, tagged.version)
        headers = (*_JSON_HEADERS, (b"etag", tag.encode()))
        if self.operation.method == "GET" and heed_none_match(request.headers.get("if-none-match"), tag):
            return Whole(304, b"", headers[1:])
        return Whole(self.operation.status, body, headers)

    def _with_field(self, exc: UsageError) -> UsageError:
        """Return the error with the field that its text begins with, where it is one of the request's."""
        if type(exc) is not UsageError:
            return exc
        name = str(exc).partition(" ")[0]
        return FieldError(name, str(exc)) if name in self._fields else exc


def route(parts: Parts, operation: Operation) -> HTTPRouteHandler:
    """Return the framework's handler of an operation; GET answers HEAD too (RFC 9110, 9.3.2)."""
    serving = Serving(parts, operation)

    async def handle(request: Request[Any, Any, Any]) -> ASGIApp:
        try:
            answer = await serving.answer(request)
        except Exception as exc:  # noqa: BLE001 -- every one has its document
            answer = answer_to(exc, request.scope)
        return cast("ASGIApp", answer)

    declared = HTTPRouteHandler(
        _template(operation.path),
        http_method=_methods(operation),
        name=operation.name,
        status_code=200,
        include_in_schema=False,
    )
    return declared(handle)


def choices(operations: Iterable[Operation]) -> list[HTTPRouteHandler]:
    """Return what answers OPTIONS at each path of some operations: all methods that there are (RFC 9110, 9.3.7)."""
    methods: dict[str, list[str]] = {}
    for operation in operations:
        methods.setdefault(operation.path, ["OPTIONS"]).extend(method.value for method in _methods(operation))
    return [_choice(path, ", ".join(sorted(allowed))) for path, allowed in methods.items()]


def _choice(path: str, allowed: str) -> HTTPRouteHandler:
    answer = Whole(204, b"", ((b"allow", allowed.encode()),))

    async def handle() -> ASGIApp:
        return cast("ASGIApp", answer)

    template = _template(path)
    return HTTPRouteHandler(template, http_method=HttpMethod.OPTIONS, status_code=200, include_in_schema=False)(handle)


def _methods(operation: Operation) -> list[HttpMethod]:
    return [HttpMethod.GET, HttpMethod.HEAD] if operation.method == "GET" else [HttpMethod(operation.method)]


def _template(path: str) -> str:
    return path.replace("}", ":str}")


def _names(kind: Any) -> frozenset[str]:
    return frozenset(getattr(kind, "__struct_fields__", ()))
