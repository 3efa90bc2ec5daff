"""Reading a request: its query parameters and its body become records; what does not fit is told by field."""

import re
from collections.abc import AsyncGenerator, Callable
from datetime import datetime
from types import UnionType
from typing import Any, Union, cast, get_args, get_origin
from urllib.parse import parse_qsl

import msgspec
from litestar import Request

from memlane.access.scope import Scope
from memlane.server.headers import header_of
from memlane.server.problems import FieldError, RequestError
from memlane.server.v1.operations import JSON, Operation

_MOST_PARAMETERS = 200
_WHERE = re.compile(r"(?P<what>.*?)(?: - at `(?:key in )?\$?\.?(?P<where>[^`]*)`)?", re.DOTALL)
_NAMED = re.compile(r"field `([^`]+)`")


def query_reader(kind: type[msgspec.Struct]) -> Callable[[bytes], Any]:
    """Return what reads query parameters into a record of `kind`; a name that it has not is refused.

    Raises (when it reads):
        FieldError: a parameter is unknown, stands twice, or is not what it should be.
    """
    fields = msgspec.structs.fields(kind)
    lists = {field.encode_name for field in fields if _is_list(field.type)}
    others = {field.encode_name for field in fields if not _is(str, field.type)}
    times = {field.encode_name for field in fields if _is(datetime, field.type)}
    absent = msgspec.convert({}, kind) if not is_required(kind) else None

    def read(query: bytes) -> Any:
        if not query and absent is not None:
            return absent
        try:
            found = _parameters(query, lists)
            _refuse_lax(found, others, times)
            return msgspec.convert(found, kind, strict=False)
        except msgspec.ValidationError as exc:
            raise field_error(exc) from exc

    return read


def _parameters(query: bytes, lists: set[str]) -> dict[str, Any]:
    try:
        pairs = parse_qsl(query.decode(), keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS)
    except ValueError as exc:
        raise FieldError(None, "the query must be percent-encoded UTF-8, of at most 200 parameters") from exc
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in lists:
            found.setdefault(name, []).append(value)
        elif name in found:
            raise FieldError(name, f"the query parameter {name} stands twice")
        else:
            found[name] = value
    return found


def _refuse_lax(found: dict[str, Any], others: set[str], times: set[str]) -> None:
    """Refuse what would be read as something else than it says.

    The word null where no text is meant, as if the parameter were left out; a number as a time, in seconds since 1970.
    """
    for name in others & found.keys():
        if str(found[name]).lower() == "null":
            raise FieldError(name, f"{name} cannot be null; leave it out instead")
    for name in times & found.keys():
        if ":" not in found[name]:
            raise FieldError(name, f"{name} must be a time with its zone, such as 2026-05-01T12:00:00Z")


def body_reader(operation: Operation) -> Callable[[Request[Any, Any, Any]], Any]:
    """Return what reads the body of an operation, a coroutine function.

    Raises (when it reads):
        RequestError: another content type, not JSON, or broken off.
        FieldError: a field is not allowed.
    """
    if operation.takes is None:
        return _no_body
    decode = msgspec.json.Decoder(operation.takes).decode
    may_lack = not is_required(operation.takes)

    async def read(request: Request[Any, Any, Any]) -> Any:
        body = await _whole(request)
        if not body and may_lack:
            return decode(b"{}")
        check_media(request, (JSON,))
        try:
            return decode(body)
        except msgspec.ValidationError as exc:
            raise field_error(exc) from exc
        except (msgspec.DecodeError, UnicodeDecodeError) as exc:
            raise RequestError(400, f"the body is not JSON in UTF-8: {exc}") from exc
        except RecursionError as exc:
            raise RequestError(400, "the body is nested too deeply") from exc

    return read


async def pieces(request: Request[Any, Any, Any]) -> AsyncGenerator[bytes]:
    """Yield the body of a request as it comes.

    Raises:
        RequestError: the client went away before its end.
    """
    more = True
    while more:
        piece, more = await _piece(request)
        if piece:
            yield piece


async def _whole(request: Request[Any, Any, Any]) -> bytes:
    """Return the body, which mostly comes in one piece."""
    body, more = await _piece(request)
    return b"".join([body, *[piece async for piece in pieces(request)]]) if more else body


async def _piece(request: Request[Any, Any, Any]) -> tuple[bytes, bool]:
    """Return the next piece of a body, and whether more is to come."""
    message: Any = await request.receive()
    if message["type"] == "http.disconnect":
        raise RequestError(400, "the body broke off before its end")
    return message.get("body", b""), message.get("more_body", False)


def check_media(request: Request[Any, Any, Any], allowed: tuple[str, ...]) -> None:
    """Let pass a body of an allowed media type, or of none.

    Raises:
        RequestError: another one.
    """
    given = (header_of(cast("Scope", request.scope), b"content-type") or "").partition(";")[0].strip().lower()
    if given and given not in allowed:
        raise RequestError(415, f"the body must be {' or '.join(allowed)}, and Content-Type say so")


def field_error(exc: msgspec.ValidationError) -> FieldError:
    """Return the error of a value that a record does not take, with its place."""
    found = _WHERE.fullmatch(str(exc))
    what, where = (found["what"], found["where"] or "") if found else (str(exc), "")
    named = _NAMED.search(what)
    place = ".".join(part for part in (where, named[1] if named else "") if part)
    return FieldError(place or None, f"{what[:1].lower()}{what[1:]}" + (f" ({where})" if where else ""))


async def _no_body(request: Request[Any, Any, Any]) -> None:  # noqa: ARG001 -- it is left unread
    return None


def is_required(kind: Any) -> bool:
    """Whether a record cannot be made from nothing: some field has no default."""
    if not isinstance(kind, type) or not issubclass(kind, msgspec.Struct):
        return True
    return any(field.required for field in msgspec.structs.fields(kind))


def _is_list(annotation: Any) -> bool:
    if get_origin(annotation) in (Union, UnionType):
        return any(_is_list(arm) for arm in get_args(annotation))
    return get_origin(annotation) is list


def _is(kind: type, annotation: Any) -> bool:
    return annotation is kind or kind in get_args(annotation)
