"""Documents are tested as a newcomer would follow them: in an empty home, with the real command.

A loopback server answers as OpenAI's chat completions and Anthropic's messages do, to whoever sends their shape.
"""

import contextlib
import json
import os
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from memlane.testing.services import redis_server

ANSWER = "Try the harbour."


def openai_reply(request: dict[str, Any]) -> dict[str, Any]:
    """Return a chat completion; fails when the request has not the provider's shape."""
    roles = [message["role"] for message in request["messages"]]
    assert roles[0] == "system"
    assert roles[-1] == "user"
    message = {"role": "assistant", "content": ANSWER}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return {"id": "c-1", "object": "chat.completion", "created": 1, "model": request["model"], "choices": [choice]}


def anthropic_reply(request: dict[str, Any]) -> dict[str, Any]:
    """Return a message; fails when the request has not the provider's shape."""
    roles = [message["role"] for message in request["messages"]]
    assert isinstance(request["system"], str)
    assert roles[0] == roles[-1] == "user"
    assert all(first != second for first, second in pairwise(roles))
    return {
        "id": "m-1",
        "type": "message",
        "role": "assistant",
        "model": request["model"],
        "content": [{"type": "text", "text": ANSWER}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }


REPLIES = {"/v1/chat/completions": openai_reply, "/v1/messages": anthropic_reply}


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        try:
            status, reply = 200, REPLIES[self.path](body)
        except (AssertionError, KeyError) as exc:
            status, reply = 400, {"error": {"message": f"not the provider's shape: {exc!r}"}}
        text = json.dumps(reply).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- http.server's name
        """Say nothing."""


@contextlib.contextmanager
def model_server() -> Iterator[dict[str, str]]:
    """Yield the environment by which the providers' SDKs find the server."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield {
            "OPENAI_BASE_URL": f"{address}/v1",
            "OPENAI_API_KEY": "none",
            "ANTHROPIC_BASE_URL": address,
            "ANTHROPIC_API_KEY": "none",
        }
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """The environment of a newcomer whose home is empty."""
    places = ("HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**{place: str(tmp_path / place.lower()) for place in places}, "PATH": path, "LC_ALL": "C.UTF-8"}


@pytest.fixture
def redis_url() -> Iterator[str]:
    with redis_server() as server:
        yield server.url


@pytest.fixture
def model_answer() -> str:
    """What the model on the loopback address answers to everything."""
    return ANSWER


@pytest.fixture
def models() -> Iterator[dict[str, str]]:
    """The environment by which SDKs find a model on the loopback address."""
    with model_server() as environment:
        yield environment
