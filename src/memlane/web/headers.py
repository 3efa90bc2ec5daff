"""What every answer of the app tells the browser: that nothing of another origin is loaded, called or framed.

The second line of defence: pages show what was said as text in the first place.
"""

import re
from base64 import b64encode
from collections.abc import Awaitable, Callable, MutableMapping
from hashlib import sha256
from typing import Any, Final

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
"""An ASGI application (asgi.readthedocs.io, version 3)."""
_SCRIPT: Final = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_SENT: Final = (
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"SAMEORIGIN"),
)


def content_policy(page: str) -> str:
    """Return the Content-Security-Policy (CSP Level 3) of the app.

    Streamlit's charts compile their expressions, and its styles are made in the page; both stay allowed. Pictures,
    fonts, scripts and connections are the app's own.

    Args:
        page: The HTML that the app begins with; the scripts inside it are allowed by their hashes.
    """
    scripts = " ".join(f"'sha256-{_hash(text)}'" for text in _SCRIPT.findall(page))
    rules = (
        "default-src 'self'",
        f"script-src 'self' blob: 'unsafe-eval' 'wasm-unsafe-eval' {scripts}".rstrip(),
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "frame-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
    return "; ".join(rules)


class Headers:
    """Wraps the app: adds the headers to every answer that does not bring them itself.

    Args:
        app: The application.
        policy: Its `content_policy`.
    """

    def __init__(self, app: App, policy: str) -> None:
        self._app = app
        self._sent = (*_SENT, (b"content-security-policy", policy.encode()))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def sending(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                given = list[tuple[bytes, bytes]](message.get("headers", ()))
                names = {name.lower() for name, _ in given}
                message["headers"] = given + [header for header in self._sent if header[0] not in names]
            await send(message)

        await self._app(scope, receive, sending)


def _hash(script: str) -> str:
    return b64encode(sha256(script.encode()).digest()).decode()
