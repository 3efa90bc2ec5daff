"""The whole server as one ASGI application: edge, gate, and behind them `/v1`, the mounts, health and metrics."""

from collections.abc import Awaitable, Callable
from typing import Final

import msgspec

from memlane.access.scope import Scope, credential_of, request_id_of
from memlane.errors import ForbiddenError
from memlane.server.app import make_v1
from memlane.server.authentication import METRICS, Authenticated
from memlane.server.edge import Continue, Edge
from memlane.server.health import Check, Readiness, Ready, gate_check
from memlane.server.logs import LogLines
from memlane.server.parts import Parts, Receive, Send
from memlane.server.refusals import refusal, refuse

LIVE: Final = "/health/live"
READY: Final = "/health/ready"
Answer = Callable[[], Awaitable[tuple[int, bytes, str]]]
"""Returns status, body and content type."""
Exposition = Callable[[], Awaitable[tuple[bytes, str]]]
"""Returns metrics and their content type."""
_JSON: Final = "application/json"
_ALIVE: Final = b'{"alive":true}'
_OK, _UNAVAILABLE = 200, 503


class Whole:
    """What a process serves."""

    def __init__(
        self,
        parts: Parts,
        *,
        checks: dict[str, Check] | None = None,
        exposition: Exposition | None = None,
        lines: LogLines | None = None,
        continued: Continue | None = None,
    ) -> None:
        """Put the application together; see `make_server`."""
        settings = parts.settings.server
        self.readiness = Readiness({**(checks or {}), "keys": gate_check(parts.gate)})
        self._exposition = exposition
        self._needs_scope = settings.auth and not settings.open_metrics
        self._v1 = make_v1(parts)
        self._mounts = parts.mounts
        behind = Authenticated(self._route, parts.gate, parts.meter, parts.observer, open_metrics=not self._needs_scope)
        self.edge = Edge(behind, settings, parts.observer, lines, continued=continued)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or the life of the process."""
        await self.edge(scope, receive, send)

    def stop(self) -> None:
        """Say from now on that this process is not ready; what runs goes on."""
        self.readiness.is_stopping = True
        self.edge.is_stopping = True

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._v1(scope, receive, send)
        path: str = scope["path"]
        if path == READY:
            return await self._here(scope, send, self._ready)
        if path == LIVE:
            return await self._here(scope, send, _alive)
        if path == METRICS and self._exposition is not None:
            if self._needs_scope:
                credential_of(scope).check_scope("admin")
                credential_of(scope).check_whole_tenant()
            return await self._here(scope, send, self._metrics)
        mount = self._mounts.get(path[1:].partition("/")[0])
        return await (self._v1 if mount is None else mount)(scope, receive, send)

    async def _here(self, scope: Scope, send: Send, answer: Answer) -> None:
        is_head = scope["method"] == "HEAD"
        if not is_head and scope["method"] != "GET":
            given = refusal(405, "this address is only read", request_id_of(scope))
            given.headers.append((b"allow", b"GET, HEAD"))
            return await refuse(send, given)
        status, body, kind = await answer()
        headers = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        return await send({"type": "http.response.body", "body": b"" if is_head else body})

    async def _ready(self) -> tuple[int, bytes, str]:
        found: Ready = await self.readiness.look()
        return _OK if found.ready else _UNAVAILABLE, msgspec.json.encode(found), _JSON

    async def _metrics(self) -> tuple[int, bytes, str]:
        if self._exposition is None:
            raise ForbiddenError("no metrics are kept")
        text, kind = await self._exposition()
        return _OK, text, kind


def make_server(
    parts: Parts,
    *,
    checks: dict[str, Check] | None = None,
    exposition: Exposition | None = None,
    lines: LogLines | None = None,
    continued: Continue | None = None,
) -> Whole:
    """Return the whole server as an ASGI application.

    Args:
        parts: What it is put together from.
        checks: What `/health/ready` tries, by name, besides that keys can be looked up.
        exposition: What `/metrics` answers; without it there is no such address.
        lines: The log; None for none.
        continued: Continues a caller's trace.

    Raises:
        MissingExtraError: the framework is not installed.
    """
    return Whole(parts, checks=checks, exposition=exposition, lines=lines, continued=continued)


async def _alive() -> tuple[int, bytes, str]:
    return _OK, _ALIVE, _JSON
