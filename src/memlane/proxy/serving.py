"""One provider's API as an ASGI application: calls with memory, everything else passed through."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import msgspec

from memlane.access.credential import Credential
from memlane.access.scope import credential_of, request_id_of
from memlane.errors import MemlaneError
from memlane.proxy.calls import Calls, Prepared
from memlane.proxy.collecting import Answer
from memlane.proxy.errors import Headers, no_such_path, no_websockets
from memlane.proxy.headers import answer_headers, first, upstream_headers
from memlane.proxy.keeping import Keeper
from memlane.proxy.upstream import Upstream
from memlane.proxy.wire import ClientGoneError, Incoming, Outgoing, Receive, Scope, Send

if TYPE_CHECKING:
    from memlane.proxy.way import Reply

_GOOD: Final = range(200, 300)
_LENGTH: Final = b"content-length"


class Request(msgspec.Struct, frozen=True):
    """What is called, and by whom.

    Attributes:
        method: In capitals.
        path: Behind the mount, percent-encoded.
        query: Without its question mark.
        headers: As they came.
        credential: Who is calling.
    """

    method: str
    path: str
    query: bytes
    headers: Headers
    credential: Credential


class Provider:
    """The application of one provider."""

    def __init__(self, mount: str, upstream: Upstream, calls: Mapping[str, Calls], keeper: Keeper) -> None:
        """Serve below `mount`; `calls` are those with memory, by path."""
        self._mount = mount
        self._upstream = upstream
        self._calls = calls
        self._keeper = keeper

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        outgoing, extra = Outgoing(scope, send), list[tuple[bytes, bytes]]()
        try:
            request = self._request(scope)
            calls = self._calls.get(request.path) if request.method == "POST" else None
            if calls is None:
                await self._pass(request, Incoming(receive), outgoing)
            else:
                await self._remember(request, calls, Incoming(receive), outgoing, extra)
        except ClientGoneError:
            return
        except MemlaneError as exc:
            if outgoing.has_begun:
                raise
            await outgoing.refuse(exc, request_id_of(scope), extra)

    async def aclose(self) -> None:
        """Close the connections to the provider."""
        await self._upstream.aclose()

    def _request(self, scope: Scope) -> Request:
        """Return what is called.

        Raises:
            UnsupportedError: it is a websocket.
            ForbiddenError: the caller may not.
            NotFoundError: the path is not below the mount.
        """
        if scope["type"] == "websocket":
            raise no_websockets()
        credential = credential_of(scope)
        credential.check_scope("read")
        credential.check_scope("write")
        path: str = scope["path"]
        if not path.startswith(f"{self._mount}/") or not path.isascii():
            raise no_such_path()
        return Request(
            method=scope["method"],
            path=path[len(self._mount) :],
            query=scope.get("query_string", b""),
            headers=list(scope["headers"]),
            credential=credential,
        )

    async def _pass(self, request: Request, incoming: Incoming, outgoing: Outgoing) -> None:
        """Send a request on and its answer back."""
        headers = upstream_headers(request.headers, request.credential, self._upstream.key, identity=False)
        length = first(request.headers, _LENGTH)
        has_body = length not in (None, b"0") or first(request.headers, b"transfer-encoding") is not None
        content = incoming.pieces() if has_body else None
        if not has_body:
            incoming.skip()
        if length is not None:
            headers.append((_LENGTH, length))

        async def work() -> None:
            response = await self._upstream.send(request.method, request.path, request.query, headers, content)
            try:
                await self._relay(response, outgoing, None, [])
            finally:
                await response.aclose()

        await incoming.while_there(work())

    async def _remember(
        self, request: Request, calls: Calls, incoming: Incoming, outgoing: Outgoing, extra: Headers
    ) -> None:
        """Make a call with memory; `extra` gets the headers that tell of it."""
        data = await incoming.whole()

        async def work() -> None:
            prepared = await calls.prepare(request.credential, request.headers, data)
            extra[:] = prepared.headers()
            await self._call(request, prepared, calls, outgoing, extra)

        await incoming.while_there(work())

    async def _call(
        self, request: Request, prepared: Prepared, calls: Calls, outgoing: Outgoing, extra: Headers
    ) -> None:
        headers = upstream_headers(request.headers, request.credential, self._upstream.key, identity=True)
        response = await self._upstream.send("POST", request.path, request.query, headers, prepared.data)
        answer, is_whole = _read_along(response, calls), False
        try:
            extra[:] = await prepared.settled()
            await self._relay(response, outgoing, answer, extra)
            is_whole = True
        finally:
            if answer is not None:
                finished = prepared.finished(answer, request.credential, self._keeper, is_whole=is_whole)
                self._keeper.finish(prepared.key, finished)
            await response.aclose()

    async def _relay(self, response: "Reply", outgoing: Outgoing, answer: Answer | None, extra: Headers) -> None:
        """Send an answer back piece by piece, as it comes; `answer` reads along behind each piece."""
        await outgoing.begin(response.status, [*answer_headers(response.headers), *extra])
        async for piece in response.pieces():
            await outgoing.piece(piece)
            if answer is not None:
                answer.feed(piece)
        await outgoing.piece(b"", more=False)


def _read_along(response: "Reply", calls: Calls) -> Answer | None:
    """Return what reads an answer on its way; None for an error."""
    if response.status not in _GOOD:
        return None
    names = (b"content-type", b"content-encoding")
    kind, encoding = (first(response.headers, name) or b"" for name in names)
    return calls.answer(kind, encoding)
