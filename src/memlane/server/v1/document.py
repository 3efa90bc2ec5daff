"""The OpenAPI document of `/v1` (spec.openapis.org, version 3.1), made from the operations and their records."""

from collections.abc import Iterable
from typing import Any, Final

from memlane._version import __version__
from memlane.api.bodies import Piece
from memlane.api.problems import CONTENT_TYPE, Problem
from memlane.server.v1.describing import about
from memlane.server.v1.operations import JSON, Operation, Operations
from memlane.server.v1.requests import is_required
from memlane.server.v1.schemas import Schema, Schemas, parameters_of
from memlane.server.v1.streaming import EVENTS, NDJSON
from memlane.types.ids import MAX_ID_CHARACTERS

_ABOUT: Final = (
    "Memory for LLM applications: sessions and what is remembered of people, per user. The tenant is that of the "
    "credential. Ids are opaque text and stand percent-encoded in paths, each in one segment. Every error is a problem "
    "document (RFC 9457) with a stable `code`, and says whether the same call may succeed later. Lists come in pages: "
    "pass `cursor` on until it is null."
)
_SCHEMES: Final = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key (`memlane keys create`), or a token of the identity provider that was set up.",
    },
    "key": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Memlane-Key",
        "description": "The same, in a header of its own.",
    },
}
_TITLES: Final = {
    400: "The body is not JSON.",
    401: "There is no credential, or not a valid one.",
    403: "The credential does not allow this.",
    404: "There is nothing with this id.",
    408: "The body did not come in time.",
    412: "It is no longer what If-Match says; nothing was written.",
    413: "The body, a message or a document is over the limit; nothing was written.",
    415: "The content type is another.",
    422: "A field, parameter or header is not allowed, or does not fit; nothing was written.",
    429: "Too many requests or tokens for now.",
    500: "Something went wrong that should not have.",
    501: "This server's stores, or what is installed on it, cannot do this.",
    502: "The model or embedder failed.",
    503: "A store or model is down or busy, or the server is stopping; try again.",
}
_STREAMED: Final[dict[str, Schema]] = {
    NDJSON: {"type": "string", "description": "One JSON object a line."},
    EVENTS: {
        "type": "object",
        "description": "Of each event; its data is the JSON of a `Piece`, a `Reply` or a `Problem`.",
        "properties": {
            "event": {"enum": ["piece", "reply", "problem"]},
            "data": {"type": "string", "contentMediaType": JSON},
        },
        "required": ["event", "data"],
    },
}
_ALWAYS: Final = (401, 403, 422, 429, 500, 503)
_WAITING: Final = (429, 503)
_NAMES: Final = {"user": "The user's id.", "session": "The session's id.", "memory": "The memory's id."}


def make_document(resources: Iterable[Operations]) -> dict[str, Any]:
    """Return the document of all operations of some resources, as JSON values."""
    listed = list(resources)
    operations = [operation for resource in listed for operation in resource.all]
    schemas = Schemas([Problem, Piece, *(kind for one in operations for kind in _types_of(one))])
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Memlane", "version": __version__, "description": _ABOUT},
        "servers": [{"url": "/"}],
        "tags": [{"name": resource.tag, "description": resource.about} for resource in listed],
        "paths": {path: paths[path] for path in sorted(paths)},
        "components": {
            "securitySchemes": _SCHEMES,
            "responses": {f"Problem{status}": _problem(status, schemas) for status in _TITLES},
            "schemas": {name: schemas.components[name] for name in sorted(schemas.components)},
        },
    }


def _types_of(operation: Operation) -> list[Any]:
    return [kind for kind in (operation.takes, operation.gives, operation.also) if kind is not None]


def _operation(operation: Operation, schemas: Schemas) -> dict[str, Any]:
    said = about(operation.run.__doc__)
    roles = [] if operation.scope is None else [operation.scope]
    made: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [operation.tag],
        "summary": said.partition(". ")[0].partition("\n")[0].rstrip("."),
        "description": said,
        "security": [{name: roles} for name in _SCHEMES],
        "parameters": [*_in_path(operation), *_in_query(operation), *_in_headers(operation)],
        "responses": _responses(operation, schemas),
    }
    if operation.takes is not None or operation.reads:
        made["requestBody"] = _body(operation, schemas)
    return made


def _in_path(operation: Operation) -> list[dict[str, Any]]:
    schema = {"type": "string", "minLength": 1, "maxLength": MAX_ID_CHARACTERS, "pattern": "^[^\\u0000]+$"}
    return [
        {"name": name, "in": "path", "required": True, "description": _NAMES[name], "schema": schema}
        for name in operation.named
    ]


def _in_query(operation: Operation) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "query", "required": required, "description": schema.pop("description"), "schema": schema}
        for name, required, schema in parameters_of(operation.asks)
    ]


def _in_headers(operation: Operation) -> list[dict[str, Any]]:
    headers: list[dict[str, Any]] = []
    if operation.keyed:
        said = "The same key and body again add nothing; a key that was used with another body is refused."
        schema: Schema = {"type": "string", "minLength": 1, "maxLength": MAX_ID_CHARACTERS}
        headers.append({"name": "Idempotency-Key", "in": "header", "description": said, "schema": schema})
    if operation.guarded:
        said = "Only if it still has this ETag; `*` for any, as long as it is there."
        headers.append({"name": "If-Match", "in": "header", "description": said, "schema": {"type": "string"}})
    if operation.tagged and operation.method == "GET":
        said = "Answer 304 if it still has this ETag."
        headers.append({"name": "If-None-Match", "in": "header", "description": said, "schema": {"type": "string"}})
    return headers


def _body(operation: Operation, schemas: Schemas) -> dict[str, Any]:
    if operation.reads:
        return {"required": True, "content": {media: {"schema": {}} for media in operation.reads}}
    content: dict[str, Any] = {"schema": schemas.of(operation.takes)}
    if operation.example is not None:
        content["example"] = operation.example
    return {"required": is_required(operation.takes), "content": {JSON: content}}


def _responses(operation: Operation, schemas: Schemas) -> dict[str, Any]:
    given: dict[str, Any] = {str(operation.status): _success(operation, schemas)}
    if operation.tagged and operation.method == "GET":
        given["304"] = {"description": "It still has the ETag of If-None-Match."}
    for status in _statuses(operation):
        given[str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
    return given


def _success(operation: Operation, schemas: Schemas) -> dict[str, Any]:
    content: dict[str, Any] = {}
    if operation.media:
        content[operation.media] = {"schema": _STREAMED[operation.media]}
    if (kind := operation.also or operation.gives) is not None:
        content[JSON] = {"schema": schemas.of(kind)}
    made: dict[str, Any] = {"description": "Done." if operation.status == 204 else "The answer."}  # noqa: PLR2004
    if content:
        made["content"] = content
    if operation.tagged:
        made["headers"] = {"ETag": {"description": "What If-Match takes.", "schema": {"type": "string"}}}
    return made


def _statuses(operation: Operation) -> list[int]:
    found: set[int] = set(_ALWAYS)
    if operation.takes is not None or operation.reads:
        found |= {400, 408, 413, 415}
    if "memory" in operation.named or operation.may_miss:
        found.add(404)
    if operation.guarded:
        found.add(412)
    if operation.optional or operation.asks_model:
        found.add(501)
    if operation.asks_model:
        found.add(502)
    return sorted(found)


def _problem(status: int, schemas: Schemas) -> dict[str, Any]:
    made: dict[str, Any] = {
        "description": _TITLES[status],
        "content": {CONTENT_TYPE: {"schema": schemas.of(Problem)}},
    }
    if status in _WAITING:
        made["headers"] = {
            "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}
        }
    if status == 401:  # noqa: PLR2004 -- the status is its own name
        made["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
    return made
