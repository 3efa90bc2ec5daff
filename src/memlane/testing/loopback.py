"""HTTP on a free loopback port: starting, stopping, seeing what arrives, and answering it well or badly.

Owns no protocol: a server subclasses `LoopbackServer` and says in `answer` what it does with a request.
"""

import json
import select
import socket
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final, Self, cast

_BLINK_S: Final = 0.01
_LONGEST_STALL_S: Final = 60.0


@dataclass(frozen=True)
class SeenRequest:
    """One request as it arrived; names of headers are in lower case, the body of what is no JSON object is empty."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


class Wire:
    """The way back to the client of one request."""

    def __init__(self, handler: BaseHTTPRequestHandler, closing: threading.Event) -> None:
        """Answer through `handler`, until `closing` is set."""
        self._handler = handler
        self._closing = closing

    def send(self, status: int, body: bytes, **headers: str) -> None:
        """Send a whole answer; in names of headers `_` stands for `-`."""
        self._begin(status, {"Content_Type": "application/json", "Content_Length": str(len(body)), **headers})
        self._handler.wfile.write(body)

    def send_json(self, status: int, value: object, **headers: str) -> None:
        """Send a JSON value."""
        self.send(status, json.dumps(value).encode(), **headers)

    @contextmanager
    def events(self, **headers: str) -> Generator[None]:
        """Send what `send_event` is given meanwhile as a stream that ends properly, unless it was cut."""
        self._begin(200, {"Content_Type": "text/event-stream", "Transfer_Encoding": "chunked", **headers})
        yield
        if not self._handler.close_connection:
            self._handler.wfile.write(b"0\r\n\r\n")

    def send_event(self, event: bytes) -> None:
        """Send a piece of a stream at once."""
        self._handler.wfile.write(b"%x\r\n%s\r\n" % (len(event), event))

    def cut(self) -> None:
        """Break the connection off without an end."""
        self._handler.close_connection = True
        self._handler.connection.shutdown(socket.SHUT_RDWR)

    def stall(self) -> bool:
        """Say nothing until the client hangs up or the server stops; say whether the client did."""
        self._handler.close_connection = True
        for _ in range(int(_LONGEST_STALL_S / _BLINK_S)):
            if self._closing.wait(_BLINK_S):
                return False
            if self.is_hung_up():
                return True
        return False

    def is_hung_up(self) -> bool:
        """Say whether the client has closed the connection."""
        connection = self._handler.connection
        readable, _, _ = select.select([connection], [], [], 0)
        return bool(readable) and connection.recv(1, socket.MSG_PEEK) == b""

    def _begin(self, status: int, headers: dict[str, str]) -> None:
        self._handler.send_response(status)
        for name, value in headers.items():
            self._handler.send_header(name.replace("_", "-"), value)
        self._handler.end_headers()


@dataclass
class LoopbackServer:
    """Serves on a loopback port while used as a context manager.

    Attributes:
        key: The key that is accepted, as a bearer token or in the headers that providers use; None: any, or none.
        port: Where to serve; 0 for a free port.
        requests: What arrived so far.
    """

    key: str | None = "sk-loopback"
    port: int = 0
    requests: list[SeenRequest] = field(default_factory=list[SeenRequest])
    _closing: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        """Begin to serve."""
        owner = self

        class Handler(_Handler):
            owned_by = owner

        self._http = _QuietServer(("127.0.0.1", self.port), Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(_BLINK_S,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop serving."""
        self._closing.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def answer(self, request: SeenRequest, wire: Wire) -> None:
        """Answer a request; called in a thread of its own for each connection."""
        raise NotImplementedError("a server says what it answers")

    def serve(self, request: SeenRequest, handler: BaseHTTPRequestHandler) -> None:
        """Note a request and answer it."""
        self.requests.append(request)
        self.answer(request, Wire(handler, self._closing))

    def is_allowed(self, request: SeenRequest) -> bool:
        """Say whether the request carries the key."""
        headers = request.headers
        bearer = headers.get("authorization", "").removeprefix("Bearer ")
        return self.key is None or self.key in {bearer, headers.get("api-key"), headers.get("x-api-key")}

    @property
    def address(self) -> str:
        """Scheme, host and port."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    @property
    def base_url(self) -> str:
        """The base URL as OpenAI would call it."""
        return f"{self.address}/v1"


class _QuietServer(ThreadingHTTPServer):
    """Serves each connection in a thread; a client that hangs up is not worth a traceback."""

    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # pyright: ignore[reportArgumentType] - socket or datagram


class _Handler(BaseHTTPRequestHandler):
    """Reads the requests of one connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    owned_by: LoopbackServer

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.owned_by.serve(SeenRequest(self.path, headers, _object(body)), self)

    def do_GET(self) -> None:
        self.do_POST()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - named by the standard library
        """Say nothing: tests read `requests`."""


def _object(body: bytes) -> dict[str, Any]:
    try:
        value: Any = json.loads(body)
    except ValueError:
        return {}
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}
