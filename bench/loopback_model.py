"""A chat model on a loopback port that only pretends: to prove the plumbing of `qa.py`, never to measure anything.

It speaks OpenAI's chat completions. Asked a question, it repeats the memory with most words in common; asked to judge,
it says yes where the reference answer stands in the answer.
"""

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from qa_prompts import ANSWER, MEMORIES, QUESTION, REFERENCE

_WORD = re.compile(r"\w+")


class LoopbackModel:
    """Serves on a free port while used as a context manager; counts words as tokens."""

    def __enter__(self) -> Self:
        """Begin to serve."""
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop serving."""
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    @property
    def base_url(self) -> str:
        """The base URL as OpenAI would call it."""
        return f"http://127.0.0.1:{self._http.server_port}/v1"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        prompt = "\n".join(message["content"] for message in request["messages"])
        text = reply(prompt)
        message = {"role": "assistant", "content": text}
        used = {"prompt_tokens": len(prompt.split()), "completion_tokens": len(text.split())}
        answer: dict[str, Any] = {
            "id": "c-1",
            "object": "chat.completion",
            "created": 1,
            "model": request["model"],
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {**used, "total_tokens": sum(used.values())},
        }
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- http.server's name
        """Say nothing."""


def reply(prompt: str) -> str:
    """Return what this model says to a prompt of `qa_prompts`."""
    if REFERENCE in prompt:
        reference, answer = _part(prompt, REFERENCE), _part(prompt, ANSWER)
        return "yes" if reference.casefold() in answer.casefold() else "no"
    memories, question = _part(prompt, MEMORIES).splitlines(), _words(_part(prompt, QUESTION))
    return max(memories, key=lambda memory: len(_words(memory) & question), default="I do not know.")


def _part(prompt: str, title: str) -> str:
    """Return what stands under a title, up to the next empty line."""
    return prompt.partition(f"{title}\n")[2].partition("\n\n")[0].strip()


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))
