"""Addresses of pages: that of the page which Streamlit serves as `/` leads there by its name, too."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
"""An ASGI application (asgi.readthedocs.io, version 3)."""
FIRST_PAGE: Final = "chat"
_MOVED: Final = 307


class Addresses:
    """Wraps the app: what asks for its first page by name is sent to `/`, with its parameters.

    Args:
        app: The application.
    """

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["path"].strip("/") != FIRST_PAGE:
            await self._app(scope, receive, send)
            return
        query: bytes = scope.get("query_string", b"")
        headers = [(b"location", b"/?" + query if query else b"/"), (b"content-length", b"0")]
        await send({"type": "http.response.start", "status": _MOVED, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
