"""Calls of `/v1` for one tenant: what a handle asks its server with."""

import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Protocol, TypeVar

import msgspec

from memlane.api.paths import WHOAMI
from memlane.client.bodies import decoded, encoded, query_of
from memlane.client.transport import Answer, Call, Content, Transport
from memlane.errors import ForbiddenError

OWN_TENANT = "default"
"""What a tenant is called where none is named: that of the key."""
PAGE = 1_000
"""How many things a page of a list may hold."""

_Record = TypeVar("_Record")


class Page(Protocol):
    """A page of a list."""

    @property
    def cursor(self) -> str | None:
        """Where the list goes on; None at its end."""
        ...


_Page = TypeVar("_Page", bound=Page)


class Who(msgspec.Struct, frozen=True):
    """Whose key it is."""

    tenant: str


class KeyTenant:
    """The tenant of the key, which the server knows; asked for once."""

    def __init__(self, transport: Transport) -> None:
        """Ask through `transport`."""
        self._transport = transport
        self._name: str | None = None

    async def name(self) -> str:
        """Return it; errors as `Transport.send`."""
        if self._name is None:
            answer = await self._transport.send(Call(method="GET", target=WHOAMI))
            self._name = decoded(answer.content, Who).tenant
        return self._name

    async def check(self, tenant: str) -> None:
        """Let pass what the key may name: its own tenant, and `default` for that.

        Raises:
            ForbiddenError: it is another.
        """
        if tenant != OWN_TENANT and tenant != await self.name():
            raise ForbiddenError("the key is for another tenant; a server takes the tenant from the key")


class Caller:
    """Asks one server, for one tenant."""

    def __init__(self, transport: Transport, key_tenant: KeyTenant, tenant: str = OWN_TENANT) -> None:
        """Ask through `transport`; the key must be of `tenant`."""
        self._transport = transport
        self._key_tenant = key_tenant
        self._tenant = tenant

    def for_tenant(self, tenant: str) -> "Caller":
        """Return what asks the same server for a tenant."""
        return Caller(self._transport, self._key_tenant, tenant)

    def check_open(self) -> None:
        """Raise ClosedError when the connection was closed or crossed a fork."""
        self._transport.check_open()

    async def get(self, path: str, kind: type[_Record], /, **query: Any) -> _Record:
        """Read something; errors as `Transport.send`."""
        return decoded((await self.send("GET", path, query=query)).content, kind)

    async def tagged(self, path: str, kind: type[_Record]) -> tuple[_Record, str]:
        """Read something together with its entity tag."""
        answer = await self.send("GET", path)
        return decoded(answer.content, kind), answer.etag

    async def post(self, path: str, body: object, kind: type[_Record], *, slow: bool = False) -> _Record:
        """Send something and return what it gave."""
        return decoded((await self.send("POST", path, body, slow=slow)).content, kind)

    async def send(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        query: Mapping[str, Any] | None = None,
        etag: str | None = None,
        slow: bool = False,
        once: bool = False,
    ) -> Answer:
        """Send a call; errors as `Transport.send`.

        Args:
            method: The HTTP method.
            path: The path, its ids encoded.
            body: What is sent as JSON; None for nothing.
            query: The parameters of the query.
            etag: Do it only if the thing still has this entity tag.
            slow: Whether a model, an import or background work is waited for.
            once: Whether it must not be sent again when it may have been done already.

        Raises:
            ForbiddenError: the key is of another tenant.
        """
        content = b"" if body is None else encoded(body)
        headers = {"Content-Type": "application/json"} if content else {}
        if etag is not None:
            headers["If-Match"] = etag
        elif method == "POST" and not once:
            headers["Idempotency-Key"] = uuid.uuid4().hex
        target = path + query_of(query or {})
        once = once or etag is not None
        await self._key_tenant.check(self._tenant)
        return await self._transport.send(
            Call(method=method, target=target, content=content, headers=headers, slow=slow, once=once)
        )

    async def upload(self, path: str, content: Content, kind: type[_Record], /, **query: Any) -> _Record:
        """Send a long body piece by piece and return what it gave."""
        await self._key_tenant.check(self._tenant)
        headers = {"Content-Type": "application/x-ndjson"}
        call = Call(method="POST", target=path + query_of(query), content=content, headers=headers, slow=True)
        return decoded((await self._transport.send(call)).content, kind)

    @asynccontextmanager
    async def open(
        self, method: str, path: str, body: object = None, *, slow: bool = False
    ) -> AsyncGenerator[AsyncGenerator[bytes]]:
        """Give the bytes of a long answer as they come; leaving ends the call."""
        content = b"" if body is None else encoded(body)
        await self._key_tenant.check(self._tenant)
        headers = {"Content-Type": "application/json"} if content else {}
        call = Call(method=method, target=path, content=content, headers=headers, slow=slow)
        async with self._transport.open(call) as pieces:
            yield pieces

    async def pages(self, path: str, kind: type[_Page], /, **query: Any) -> AsyncIterator[_Page]:
        """Yield every page of a list; `limit` is how many things a page may hold."""
        cursor: str | None = None
        while True:
            page = await self.get(path, kind, **{"limit": PAGE, **query, "cursor": cursor})
            yield page
            cursor = page.cursor
            if cursor is None:
                return

    async def own_tenant(self) -> str:
        """Return the tenant of the key."""
        return await self._key_tenant.name()

    async def aclose(self) -> None:
        """Close the connections to the server."""
        await self._transport.aclose()
