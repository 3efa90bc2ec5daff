"""A loopback server that speaks OpenAI's and Azure's embeddings API, and misbehaves on demand.

Strict where the real one is: it refuses wrong keys, unknown models, empty texts and texts that are too long. Its
vectors are those of `HashingEmbedder`, scaled, so that similar texts are near each other.
"""

import base64
import json
import sys
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final, Self, cast

import numpy as np
from numpy.typing import NDArray

from memlane.adapters.embedders.hashing import hashed_vector

_SCALE: Final = 3.0  # so that whoever forgets to normalise is found out
_MOST_TEXTS: Final = 2_048


class Misbehaviour(Enum):
    """What the server can do wrong with one request."""

    RATE_LIMITED = auto()
    FAILING = auto()
    FORBIDDEN = auto()
    SLOW = auto()
    CUT = auto()
    NOT_JSON = auto()
    OTHER_JSON = auto()
    BAD_BASE64 = auto()
    SHORT_VECTORS = auto()
    ONE_MISSING = auto()
    SAME_INDEX = auto()
    ZERO_VECTOR = auto()
    NAN_VECTOR = auto()
    REVERSED = auto()
    PLAIN_FLOATS = auto()
    NO_INDEX = auto()


@dataclass(frozen=True)
class SeenRequest:
    """One request as it arrived; names of headers are in lower case."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass
class OpenAIEmbeddingServer:
    """Serves on a free loopback port while used as a context manager.

    Attributes:
        key: The API key, and for Azure the token, that is accepted.
        model: The only model, and for Azure the only deployment, that exists.
        dimension: Length of a vector when the request does not ask for another.
        longest_bytes: The longest text that is accepted, in bytes of UTF-8.
        retry_after: What a rate-limited answer tells the client to wait, in seconds.
        requests: What arrived so far.
    """

    key: str = "sk-loopback"
    model: str = "text-embedding-3-small"
    dimension: int = 1_536
    longest_bytes: int = 8_191
    retry_after: str = "0.01"
    requests: list[SeenRequest] = field(default_factory=list[SeenRequest])
    _planned: deque[Misbehaviour] = field(default_factory=deque[Misbehaviour])
    _closing: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        """Begin to serve."""
        owner = self

        class Handler(_Handler):
            server_of = owner

        self._http = _QuietServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)
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

    @property
    def address(self) -> str:
        """The endpoint as Azure would call it: scheme, host and port."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    @property
    def base_url(self) -> str:
        """The base URL as OpenAI would call it."""
        return f"{self.address}/v1"

    def misbehave(self, *misbehaviours: Misbehaviour) -> None:
        """Do these with the next requests, one each, in this order."""
        self._planned.extend(misbehaviours)

    def next_misbehaviour(self) -> Misbehaviour | None:
        """Take what is planned for the request that has just arrived."""
        return self._planned.popleft() if self._planned else None

    def stall(self) -> None:
        """Wait until the server stops; clients give up before."""
        self._closing.wait(timeout=60)

    def is_known(self, request: SeenRequest) -> bool:
        """Say whether path and model name something that exists."""
        path = request.path.partition("?")[0]
        azure = f"/openai/deployments/{self.model}/embeddings"
        return path == azure or (path == "/v1/embeddings" and request.body.get("model") == self.model)

    def is_allowed(self, request: SeenRequest) -> bool:
        """Say whether the request carries the key."""
        headers = request.headers
        return self.key in {headers.get("api-key"), headers.get("authorization", "").removeprefix("Bearer ")}

    def refusal(self, request: SeenRequest) -> str | None:
        """Return why the input is not acceptable, or None."""
        texts = request.body.get("input")
        if not isinstance(texts, list) or not 1 <= len(cast("list[object]", texts)) <= _MOST_TEXTS:
            return "'$.input' is invalid"
        for text in cast("list[object]", texts):
            if not isinstance(text, str) or not text:
                return "'$.input' is invalid"
            if len(text.encode()) > self.longest_bytes:
                return f"maximum context length is {self.longest_bytes} tokens, you sent: {text[:20]}"
        return None


class _QuietServer(ThreadingHTTPServer):
    """Serves each connection in a thread; a client that hangs up is not worth a traceback."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # pyright: ignore[reportArgumentType] - socket or datagram


class _Handler(BaseHTTPRequestHandler):
    """Answers one connection."""

    protocol_version = "HTTP/1.1"
    server_of: OpenAIEmbeddingServer

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = SeenRequest(self.path, headers, json.loads(body))
        self.server_of.requests.append(request)
        misbehaviour = self.server_of.next_misbehaviour()
        refused = _FAILURES.get(misbehaviour) if misbehaviour else None
        if refused:
            refused(self)
        elif not self.server_of.is_allowed(request):
            # The real one repeats most of the key, too.
            self.send_error_body(401, f"Incorrect API key provided: {self.server_of.key}", "invalid_api_key")
        elif not self.server_of.is_known(request):
            self.send_error_body(404, "The model does not exist", "model_not_found")
        elif reason := self.server_of.refusal(request):
            self.send_error_body(400, reason, None)
        else:
            self.send_body(200, _answer(self.server_of, request.body, misbehaviour))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - named by the standard library
        """Say nothing: tests read `requests`."""

    def send_body(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def send_error_body(self, status: int, message: str, code: str | None, **headers: str) -> None:
        error = {"message": message, "type": "invalid_request_error", "param": None, "code": code}
        self.send_body(status, json.dumps({"error": error}).encode(), **headers)

    def rate_limit(self) -> None:
        self.send_error_body(429, "Rate limit reached", "rate_limit_exceeded", Retry_After=self.server_of.retry_after)

    def stall(self) -> None:
        self.server_of.stall()
        self.close_connection = True

    def cut(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "100000")
        self.end_headers()
        self.wfile.write(b'{"object": "list", "data": [')
        self.close_connection = True


_FAILURES: Final[dict[Misbehaviour, Callable[[_Handler], None]]] = {
    Misbehaviour.RATE_LIMITED: _Handler.rate_limit,
    Misbehaviour.FAILING: lambda handler: handler.send_error_body(500, "The server had an error", None),
    Misbehaviour.FORBIDDEN: lambda handler: handler.send_error_body(403, "Not allowed", "unsupported_country"),
    Misbehaviour.SLOW: _Handler.stall,
    Misbehaviour.CUT: _Handler.cut,
    Misbehaviour.NOT_JSON: lambda handler: handler.send_body(200, b"<html>welcome to the proxy</html>"),
    Misbehaviour.OTHER_JSON: lambda handler: handler.send_body(200, b'{"data": "none"}'),
}


def _answer(server: OpenAIEmbeddingServer, body: dict[str, Any], misbehaviour: Misbehaviour | None) -> bytes:
    dimension = int(body.get("dimensions", server.dimension))
    if misbehaviour is Misbehaviour.SHORT_VECTORS:
        dimension -= 1
    vectors = [hashed_vector(text, dimension) * np.float32(_SCALE) for text in body["input"]]
    if misbehaviour is Misbehaviour.ZERO_VECTOR:
        vectors[-1][:] = 0
    if misbehaviour is Misbehaviour.NAN_VECTOR:
        vectors[-1][0] = np.nan
    as_base64 = body.get("encoding_format") == "base64" and misbehaviour is not Misbehaviour.PLAIN_FLOATS
    items = [_item(number, vector, as_base64=as_base64) for number, vector in enumerate(vectors)]
    _spoil(items, misbehaviour)
    usage = {"prompt_tokens": len(vectors), "total_tokens": len(vectors)}
    return json.dumps({"object": "list", "model": server.model, "data": items, "usage": usage}).encode()


def _item(number: int, vector: NDArray[np.float32], *, as_base64: bool) -> dict[str, Any]:
    encoded = base64.b64encode(vector.astype("<f4").tobytes()).decode()
    return {"object": "embedding", "index": number, "embedding": encoded if as_base64 else vector.tolist()}


def _spoil(items: list[dict[str, Any]], misbehaviour: Misbehaviour | None) -> None:
    if misbehaviour is Misbehaviour.REVERSED:
        items.reverse()
    elif misbehaviour is Misbehaviour.ONE_MISSING:
        items.pop()
    elif misbehaviour is Misbehaviour.SAME_INDEX:
        items[-1]["index"] = 0
    elif misbehaviour is Misbehaviour.BAD_BASE64:
        items[-1]["embedding"] = "!" + items[-1]["embedding"]
    elif misbehaviour is Misbehaviour.NO_INDEX:
        for item in items:
            del item["index"]
