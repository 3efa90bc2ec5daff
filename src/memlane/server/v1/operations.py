"""An operation of `/v1`: its address, who may call it, what it takes and gives, and what does it.

The declaration is the only place where these stand: routing, checks and the OpenAPI document are made from it. What an
operation takes and gives is read from the annotations of its handler.
"""

import re
from collections.abc import Awaitable, Callable
from typing import Any, get_args, get_origin, get_type_hints

import msgspec

from memlane.access.credential import Scope
from memlane.server.v1.answers import Stream, Tagged
from memlane.server.v1.calls import KINDS, CallKind, TenantCall

JSON = "application/json"
_NAMED = re.compile(r"\{(\w+)\}")
Handler = Callable[[Any], Awaitable[Any]]


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """What is declared of one operation.

    Attributes:
        name: Its stable id, e.g. `recall`.
        method: The HTTP method.
        path: The path, from `/v1` on, with `{user}`, `{session}` and `{memory}`.
        scope: What the credential must allow; None for nothing in particular.
        run: The handler.
        kind: What the handler gets.
        takes: The type of the body; None for none.
        asks: The type whose fields are the query parameters.
        gives: The type of the answer; None for none.
        status: Of an answer.
        tag: Which resource it belongs to.
        media: What a streamed answer is; empty text where the answer is JSON.
        also: The type of the JSON answer beside a streamed one.
        reads: Media types of a body that the handler reads by itself.
        tagged: Whether answers carry an ETag.
        guarded: Whether it heeds If-Match.
        keyed: Whether it heeds Idempotency-Key.
        asks_model: Whether a model, or the embedder, may fail it.
        optional: Whether it needs a power that a store may lack.
        may_miss: Whether what its path names may not be there, which is told as a problem; of a memory it always is.
        example: A body, as documentation shows it.
    """

    name: str
    method: str
    path: str
    scope: Scope | None
    run: Handler
    kind: CallKind
    takes: Any
    asks: Any
    gives: Any
    status: int
    tag: str
    media: str = ""
    also: Any = None
    reads: tuple[str, ...] = ()
    tagged: bool = False
    guarded: bool = False
    keyed: bool = False
    asks_model: bool = False
    optional: bool = False
    may_miss: bool = False
    example: Any = None

    @property
    def named(self) -> tuple[str, ...]:
        """What the path names."""
        return tuple(_NAMED.findall(self.path))

    @property
    def whole_tenant(self) -> bool:
        """Whether it concerns all users of a tenant."""
        return issubclass(self.kind, TenantCall) and self.scope == "admin"


class Operations:
    """The operations of one resource."""

    def __init__(self, tag: str, about: str | None) -> None:
        """Collect operations under `tag`; `about` says in a line what they are about."""
        self.all: list[Operation] = []
        self.tag = tag
        self.about = (about or "").strip()

    def at(  # noqa: D417 -- the options are described by Operation
        self, method: str, path: str, *, scope: Scope | None, status: int = 200, **more: Any
    ) -> Callable[[Handler], Handler]:
        """Declare a handler.

        Args:
            method: The HTTP method.
            path: The path behind `/v1`.
            scope: What the credential must allow; None for nothing in particular.
            status: Of an answer; 204 where the handler gives None.
        """

        def declare(run: Handler) -> Handler:
            hints = get_type_hints(run)
            kind, takes, asks = _call_of(hints["call"])
            gives, tagged = _answer_of(hints["return"])
            operation = Operation(
                name=run.__name__,
                method=method,
                path=f"/v1{path}",
                scope=scope,
                run=run,
                kind=kind,
                takes=takes,
                asks=asks,
                gives=gives,
                status=204 if gives is None and not more.get("media") else status,
                tag=self.tag,
                tagged=tagged,
                **more,
            )
            self.all.append(_checked(operation))
            return run

        return declare


def _call_of(annotation: Any) -> tuple[CallKind, Any, Any]:
    takes, asks = get_args(annotation)
    origin = get_origin(annotation)
    if origin is None:
        raise TypeError(f"{annotation} is not a kind of call")
    return origin, None if takes is type(None) else takes, asks


def _answer_of(annotation: Any) -> tuple[Any, bool]:
    if get_origin(annotation) is Tagged:
        return get_args(annotation)[0], True
    return (None, False) if annotation in (type(None), Stream) else (annotation, False)


def _checked(operation: Operation) -> Operation:
    """Refuse a handler that takes what its path does not name: each gets the handle of exactly what it names."""
    if KINDS[operation.named] is not operation.kind:
        raise TypeError(f"{operation.path} names {operation.named}; its handler takes a {operation.kind.__name__}")
    return operation
