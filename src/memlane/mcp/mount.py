"""Memlane over streamable HTTP: what a server mounts at `/mcp`.

It stands behind the gate: each request's credential is in its scope. Nothing is kept between requests, so that any
worker or replica may answer each. Answers are JSON; there is nothing to stream, so only POST is served.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qs, unquote

import msgspec

from memlane.access.scope import credential_of, request_id_of
from memlane.api.problems import Problem, headers_of, problem_of
from memlane.engine.client import AsyncMemlane
from memlane.errors import ForbiddenError, MissingExtraError, NotFoundError, UsageError
from memlane.mcp.caller import Caller, Toolset, check_toolset
from memlane.mcp.stdio import PIP_LINE
from memlane.wiring.settings import ServerSettings, Settings

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

HttpScope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
PATHS = ("", "/", "/mcp", "/mcp/")
USER_HEADER = b"x-memlane-user"
_WRONG_METHOD = 405


class McpMount:
    """The application, and the life of what serves it: enter it once, before the first request."""

    def __init__(self, memory: AsyncMemlane, settings: ServerSettings) -> None:
        """Serve from `memory`."""
        self._memory = memory
        self._settings = settings
        self._manager: StreamableHTTPSessionManager | None = None
        self._stopped = asyncio.Event()
        self._life: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._manager = _open_manager(self._memory, self._settings)
        started = asyncio.Event()
        self._life = asyncio.create_task(self._live(self._manager, started))
        await started.wait()
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._stopped.set()
        if self._life is not None:
            await self._life

    async def _live(self, manager: "StreamableHTTPSessionManager", started: asyncio.Event) -> None:
        """Keep the SDK's tasks in a task of our own: it ends them in the one that began them, and no other."""
        async with manager.run():
            started.set()
            await self._stopped.wait()

    async def app(self, scope: HttpScope, receive: Receive, send: Send) -> None:
        """Serve a request (ASGI 3)."""
        problem = self._problem(scope)
        if problem is not None:
            await _answer(problem, send)
        elif self._manager is not None:
            await self._manager.handle_request(scope, receive, send)
        else:
            raise RuntimeError("the mount was not entered")

    def _problem(self, scope: HttpScope) -> Problem | None:
        """Return what is wrong with a request before its body is read."""
        request_id = request_id_of(scope)
        if scope["path"] not in PATHS:
            return problem_of(NotFoundError("there is nothing at this address"), request_id=request_id)
        if scope["method"] != "POST":
            return _wrong_method(request_id)
        if not is_welcome(scope, self._settings):
            return problem_of(
                ForbiddenError("pages of this origin may not call; see server.cors_origins"), request_id=request_id
            )
        try:
            toolset_of(scope)
        except UsageError as exc:
            return problem_of(exc, request_id=request_id, field="tools")
        return None


def make_mcp(memory: AsyncMemlane, settings: Settings) -> McpMount:
    """Return what serves MCP over HTTP from `memory`, which stays the caller's to close.

    Raises:
        MissingExtraError: on entering it: the SDK is not installed.
    """
    return McpMount(memory, settings.server)


def caller_of(memory: AsyncMemlane, scope: HttpScope) -> Caller:
    """Return who sent a request.

    Raises:
        UsageError: the header that names the user, or the set of tools, is not understood.
    """
    given = next((value for key, value in scope["headers"] if key == USER_HEADER), None)
    try:
        named = None if given is None else unquote(given.decode(), errors="strict")
    except UnicodeDecodeError as exc:
        raise UsageError("the header X-Memlane-User must be UTF-8, percent-encoded where it is not ASCII") from exc
    return Caller(memory=memory, credential=credential_of(scope), named=named, toolset=toolset_of(scope))


def toolset_of(scope: HttpScope) -> Toolset:
    """Return which tools a request is to be offered: `?tools=memory`, `graph` or `all`.

    Raises:
        UsageError: none of them.
    """
    given = parse_qs(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True).get("tools", ["memory"])
    return check_toolset(given[-1])


def is_welcome(scope: HttpScope, settings: ServerSettings) -> bool:
    """Whether a request comes from a program, from a page of the server itself, or from one that is allowed for CORS.

    The protocol asks for it: a page of a stranger can make a browser send requests to any server. That without
    authentication only loopback may be named as the host is the edge's to see to.
    """
    origin = _header(scope, b"origin")
    if origin is None or origin in settings.cors_origins or "*" in settings.cors_origins:
        return True
    return origin.partition("://")[2] == (_header(scope, b"host") or "")


def _open_manager(memory: AsyncMemlane, settings: ServerSettings) -> "StreamableHTTPSessionManager":
    try:
        from mcp.server.streamable_http_manager import (  # noqa: PLC0415 -- it loads on use
            StreamableHTTPSessionManager,
        )

        from memlane.mcp.protocol import make_protocol  # noqa: PLC0415 -- likewise
    except ModuleNotFoundError as exc:
        raise MissingExtraError("MCP", PIP_LINE) from exc
    return StreamableHTTPSessionManager(
        make_protocol(lambda request: caller_of(memory, request.scope)),
        json_response=True,
        stateless=True,
        max_request_body_size=settings.max_body_bytes,
    )


def _header(scope: HttpScope, name: bytes) -> str | None:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), None)


def _wrong_method(request_id: str) -> Problem:
    return Problem(
        type="urn:memlane:problem:method",
        title="Wrong method",
        status=_WRONG_METHOD,
        detail="only POST is served here; nothing is streamed",
        code="method",
        retryable=False,
        request_id=request_id,
    )


async def _answer(problem: Problem, send: Send) -> None:
    body = msgspec.json.encode(problem)
    headers = [*headers_of(problem), (b"content-length", str(len(body)).encode())]
    if problem.status == _WRONG_METHOD:
        headers.append((b"allow", b"POST"))
    await send({"type": "http.response.start", "status": problem.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
