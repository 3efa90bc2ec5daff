"""Who is calling: nothing behind this layer is reached without a credential.

It must not know what a credential allows: that is decided where something is done.
"""

from collections.abc import Mapping
from typing import Final

from memlane.access.credential import Gate, Meter
from memlane.access.scope import Scope, note_credential
from memlane.errors import RateLimitError
from memlane.protocols.observer import Observer
from memlane.server.parts import App, Receive, Send

OPEN_PATHS: Final = frozenset({"/health/live", "/health/ready", "/openapi.json", "/docs"})
"""What needs no credential; so does what lies below `/docs`."""
METRICS: Final = "/metrics"
_DOCS_BELOW: Final = "/docs/"


class Authenticated:
    """Wraps an application."""

    def __init__(self, app: App, gate: Gate, meter: Meter, observer: Observer, *, open_metrics: bool) -> None:
        """Let pass to `app` whom `gate` admits and `meter` has a request left for."""
        self._app = app
        self._gate = gate
        self._meter = meter
        self._observer = observer
        self._open_paths = OPEN_PATHS | {METRICS} if open_metrics else OPEN_PATHS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Find out who is calling, then serve the request.

        Raises:
            UnauthenticatedError: no credential, or not a valid one.
            RateLimitError: its budget of requests or tokens is spent.
            StoreUnavailableError: keys or budgets cannot be looked up.
        """
        if scope["type"] == "http" and not self._is_open(scope["path"]):
            credential = await self._gate.admit(secret_of(dict(scope["headers"])))
            note_credential(scope, credential)
            try:
                await self._meter.request(credential)
            except RateLimitError:
                self._observer.count("rate_limited")
                raise
        await self._app(scope, receive, send)

    def _is_open(self, path: str) -> bool:
        return path in self._open_paths or path.startswith(_DOCS_BELOW)


def secret_of(headers: Mapping[bytes, bytes]) -> str | None:
    """Return the key or token of a request: `X-Memlane-Key`, else `Authorization: Bearer`, else `x-api-key`."""
    own = headers.get(b"x-memlane-key")
    if own is not None:
        return own.decode("latin-1")
    scheme, _, token = headers.get(b"authorization", b"").partition(b" ")
    if scheme.lower() == b"bearer":
        return token.strip().decode("latin-1")
    given = headers.get(b"x-api-key")
    return None if given is None else given.decode("latin-1")
