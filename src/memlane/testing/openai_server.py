"""A loopback server that speaks OpenAI's and Azure's embeddings API, and misbehaves on demand.

Strict where the real one is: it refuses wrong keys, unknown models, empty texts and texts that are too long. Its
vectors are those of `HashingEmbedder`, scaled, so that similar texts are near each other.
"""

import base64
import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from memlane.adapters.embedders.hashing import hashed_vector
from memlane.testing.loopback import LoopbackServer, SeenRequest, Wire

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


@dataclass
class OpenAIEmbeddingServer(LoopbackServer):
    """Serves on a free loopback port while used as a context manager.

    Attributes:
        model: The only model, and for Azure the only deployment, that exists.
        dimension: Length of a vector when the request does not ask for another.
        longest_bytes: The longest text that is accepted, in bytes of UTF-8.
        retry_after: What a rate-limited answer tells the client to wait, in seconds.
    """

    model: str = "text-embedding-3-small"
    dimension: int = 1_536
    longest_bytes: int = 8_191
    retry_after: str = "0.01"
    _planned: deque[Misbehaviour] = field(default_factory=deque[Misbehaviour])

    def answer(self, request: SeenRequest, wire: Wire) -> None:
        """Answer a request, as well as was planned."""
        misbehaviour = self.next_misbehaviour()
        refused = _FAILURES.get(misbehaviour) if misbehaviour else None
        if refused:
            refused(self, wire)
        elif not self.is_allowed(request):
            # The real one repeats most of the key, too.
            _send_error(wire, 401, f"Incorrect API key provided: {self.key}", "invalid_api_key")
        elif not self.is_known(request):
            _send_error(wire, 404, "The model does not exist", "model_not_found")
        elif reason := self.refusal(request):
            _send_error(wire, 400, reason, None)
        else:
            wire.send(200, _answer(self, request.body, misbehaviour))

    def misbehave(self, *misbehaviours: Misbehaviour) -> None:
        """Do these with the next requests, one each, in this order."""
        self._planned.extend(misbehaviours)

    def next_misbehaviour(self) -> Misbehaviour | None:
        """Take what is planned for the request that has just arrived."""
        return self._planned.popleft() if self._planned else None

    def is_known(self, request: SeenRequest) -> bool:
        """Say whether path and model name something that exists."""
        path = request.path.partition("?")[0]
        azure = f"/openai/deployments/{self.model}/embeddings"
        return path == azure or (path == "/v1/embeddings" and request.body.get("model") == self.model)

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


def _send_error(wire: Wire, status: int, message: str, code: str | None, **headers: str) -> None:
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": code}
    wire.send_json(status, {"error": error}, **headers)


def _limit(server: OpenAIEmbeddingServer, wire: Wire) -> None:
    _send_error(wire, 429, "Rate limit reached", "rate_limit_exceeded", Retry_After=server.retry_after)


def _cut(_: OpenAIEmbeddingServer, wire: Wire) -> None:
    wire.send(200, b'{"object": "list", "data": [', Content_Length="100000")
    wire.cut()


_FAILURES: Final[dict[Misbehaviour, Callable[[OpenAIEmbeddingServer, Wire], object]]] = {
    Misbehaviour.RATE_LIMITED: _limit,
    Misbehaviour.FAILING: lambda _, wire: _send_error(wire, 500, "The server had an error", None),
    Misbehaviour.FORBIDDEN: lambda _, wire: _send_error(wire, 403, "Not allowed", "unsupported_country"),
    Misbehaviour.SLOW: lambda _, wire: wire.stall(),
    Misbehaviour.CUT: _cut,
    Misbehaviour.NOT_JSON: lambda _, wire: wire.send(200, b"<html>welcome to the proxy</html>"),
    Misbehaviour.OTHER_JSON: lambda _, wire: wire.send(200, b'{"data": "none"}'),
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
