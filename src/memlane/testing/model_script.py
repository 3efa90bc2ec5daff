"""What a pretended model is asked and what it answers, whatever protocol carries it.

Owns the neutral shapes and the order of answers; knows no provider.
"""

import runpy
import threading
from collections import deque
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Any, TypeAlias

import msgspec

from memlane.types.turn import Usage


class Misdeed(Enum):
    """What a server can do wrong with one request."""

    RATE_LIMITED = "rate_limited"
    FAILING = "failing"
    OVERLOADED = "overloaded"
    FORBIDDEN = "forbidden"
    SLOW = "slow"
    CUT = "cut"
    UNFINISHED = "unfinished"
    NOT_JSON = "not_json"
    OTHER_JSON = "other_json"
    ERROR_IN_STREAM = "error_in_stream"


class Trouble(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A misdeed instead of an answer.

    Attributes:
        trouble: Which one.
        after: Of a stream, how many pieces of `text` come before it; 0: it befalls the request itself.
        retry_after: What a limited or overloaded answer tells the client to wait, in seconds; empty for nothing.
        text: What the stream would have said.
    """

    trouble: Misdeed
    after: int = 0
    retry_after: str = "0.01"
    text: str = "one two three four"


class Answer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the model says.

    Attributes:
        text: Its words; with `stop="refused"` those of the refusal.
        tool_calls: Calls it wants made, OpenAI-shaped.
        stop: `end`, `length`, `tool_calls` or `refused`.
        usage: Tokens; None: words are counted instead.
        counts: Whether the server says how many tokens it took.
        pause_s: How long it thinks before the first piece and between pieces, in seconds.
    """

    text: str = ""
    tool_calls: list[dict[str, Any]] = []
    stop: str = "end"
    usage: Usage | None = None
    counts: bool = True
    pause_s: float = 0.0


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One request, the same whatever protocol it came by.

    Attributes:
        model: The name that was asked for.
        system: The system text.
        messages: OpenAI-shaped: `role`, `content` as text, `tool_calls`, `tool_call_id`.
        tools: OpenAI-shaped.
        schema: The schema that the answer is to follow.
        max_output_tokens: The longest answer.
        temperature: As it was sent.
        streams: Whether the answer is to come in pieces.
        size: Words of everything that was sent.
    """

    model: str
    system: str
    messages: list[dict[str, Any]]
    tools: list[dict[str, Any]] = []
    schema: dict[str, Any] | None = None
    max_output_tokens: int | None = None
    temperature: float | None = None
    streams: bool = False
    size: int = 0

    @property
    def question(self) -> str:
        """What the newest message of a user says; empty for none."""
        return next((said["content"] for said in reversed(self.messages) if said["role"] == "user"), "")


Reply: TypeAlias = Answer | Trouble | str
Responder: TypeAlias = Callable[[Asked], Reply]


def echo(asked: Asked) -> str:
    """Return what was asked; the answer of a model that nobody has told anything."""
    return f"You said: {asked.question}"


class Script:
    """Answers in turn what it was told to, and when that has run out what a function says."""

    def __init__(self, responder: Responder = echo) -> None:
        """Answer by `responder` once nothing else is planned."""
        self.responder = responder
        self._planned: deque[Reply] = deque()
        self._lock = threading.Lock()

    def will(self, *replies: Reply) -> None:
        """Give these to the next requests, one each, in this order."""
        self._planned.extend(replies)

    def clear(self) -> None:
        """Forget what was planned."""
        with self._lock:
            self._planned.clear()

    def reply(self, asked: Asked) -> Answer | Trouble:
        """Take what is planned for this request."""
        with self._lock:
            planned = self._planned.popleft() if self._planned else None
        reply = self.responder(asked) if planned is None else planned
        return Answer(text=reply) if isinstance(reply, str) else reply


def read_script(path: Path) -> Script:
    """Return the script in a file.

    `.json` holds a list of texts, answers and troubles, by the names of their fields; `.py` a function
    `reply(asked)` that returns one of them.
    """
    if path.suffix == ".py":
        return Script(runpy.run_path(str(path))["reply"])
    script = Script()
    script.will(*(_read(entry) for entry in msgspec.json.decode(path.read_bytes(), type=list[str | dict[str, Any]])))
    return script


def _read(entry: str | dict[str, Any]) -> Reply:
    if isinstance(entry, str):
        return entry
    return msgspec.convert(entry, Trouble) if "trouble" in entry else msgspec.convert(entry, Answer)


def usage_of(asked: Asked, answer: Answer) -> Usage:
    """Return the tokens of a call: as told, or words."""
    said = len(answer.text.split()) + sum(len(str(call).split()) for call in answer.tool_calls)
    return answer.usage or Usage(input_tokens=asked.size, output_tokens=said)


def pieces_of(text: str) -> list[str]:
    """Return a text in pieces of one word each, with the space before it."""
    words = text.split(" ")
    return [word if number == 0 else f" {word}" for number, word in enumerate(words) if word or number]
