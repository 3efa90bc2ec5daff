"""How answers of OpenAI's Responses API read, whole and in pieces."""

from typing import Any, Final

import msgspec

from memlane.adapters._drivers.openai import reported_error
from memlane.adapters.models._answers import tool_calls_stop
from memlane.errors import ModelUnavailableError
from memlane.protocols.chat_model import Completion
from memlane.types.turn import Usage

_ENDED: Final = frozenset({"response.completed", "response.incomplete", "response.failed"})
_REASONS: Final = {"max_output_tokens": "length", "content_filter": "refused"}


class _Details(msgspec.Struct):
    cached_tokens: int | None = None


class _Usage(msgspec.Struct):
    input_tokens: int
    output_tokens: int
    input_tokens_details: _Details | None = None

    def ours(self) -> Usage:
        details = self.input_tokens_details
        cached = details.cached_tokens if details else None
        return Usage(input_tokens=self.input_tokens, output_tokens=self.output_tokens, cached_tokens=cached or 0)


class _Part(msgspec.Struct):
    type: str
    text: str = ""
    refusal: str = ""


class _Item(msgspec.Struct):
    type: str
    content: list[_Part] | None = None
    call_id: str = ""
    name: str = ""
    arguments: str = ""
    input: str = ""

    def call(self) -> dict[str, Any] | None:
        """Return a call as chat completions have it."""
        if self.type == "function_call":
            function = {"name": self.name, "arguments": self.arguments}
            return {"id": self.call_id, "type": "function", "function": function}
        if self.type == "custom_tool_call":
            return {"id": self.call_id, "type": "custom", "custom": {"name": self.name, "input": self.input}}
        return None


class _Error(msgspec.Struct):
    code: str | None = None


class _Incomplete(msgspec.Struct):
    reason: str | None = None


class _Response(msgspec.Struct):
    output: list[_Item]
    status: str = "completed"
    model: str = ""
    usage: _Usage | None = None
    error: _Error | None = None
    incomplete_details: _Incomplete | None = None

    def parts(self) -> list[_Part]:
        return [part for item in self.output if item.type == "message" for part in item.content or []]


def read_response(content: bytes, what: str) -> Completion:
    """Return what the body of an answer says; raises what it reports."""
    response = msgspec.json.decode(content, type=_Response)
    text = "".join(part.text or part.refusal for part in response.parts())
    return _completion(response, text, what)


class ResponsesCollector:
    """Puts the events of a response together."""

    def __init__(self, what: str) -> None:
        """Call the model `what` in messages."""
        self._what = what
        self._text: list[str] = []
        self._response: _Response | None = None

    def add(self, event: dict[str, Any]) -> str:
        """Take an event; return the text it brings."""
        kind = msgspec.convert(event["type"], str)
        if kind == "error":
            raise reported_error(self._what, msgspec.convert(event.get("code"), str | None))
        if kind in _ENDED:
            return self._end(msgspec.convert(event["response"], _Response))
        if kind not in ("response.output_text.delta", "response.refusal.delta"):
            return ""
        piece = msgspec.convert(event["delta"], str)
        self._text.append(piece)
        return piece

    def completion(self) -> Completion:
        """Return the whole."""
        if self._response is None:
            raise ModelUnavailableError(f"{self._what} broke off")
        return _completion(self._response, "".join(self._text), self._what)

    def _end(self, response: _Response) -> str:
        """Take the end, and the text of a server that has not sent it in pieces."""
        self._response = response
        if self._text:
            return ""
        self._text = [part.text or part.refusal for part in response.parts()]
        return "".join(self._text)


def _completion(response: _Response, text: str, what: str) -> Completion:
    if response.status in ("failed", "cancelled"):
        raise reported_error(what, response.error.code if response.error else None)
    calls = [call for item in response.output if (call := item.call())]
    reason = response.incomplete_details.reason if response.incomplete_details else None
    stop = _REASONS.get(reason or "", "end")
    if any(part.type == "refusal" for part in response.parts()):
        stop = "refused"
    usage = response.usage.ours() if response.usage else None
    stop = tool_calls_stop(stop, calls)
    return Completion(text=text, tool_calls=calls, stop=stop, usage=usage, model=response.model)
