"""How answers of OpenAI's chat completions read, whole and in pieces, from OpenAI and from compatible servers.

Tool calls pass through as they came, fields that only their maker understands included.
"""

from typing import Any, Final, cast

import msgspec

from memlane.adapters.models._answers import tool_calls_stop
from memlane.errors import MalformedOutputError, ModelUnavailableError
from memlane.protocols.chat_model import Completion
from memlane.types.turn import Usage

_STOPS: Final = {"length": "length", "tool_calls": "tool_calls", "content_filter": "refused"}


class _Details(msgspec.Struct):
    cached_tokens: int | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int
    completion_tokens: int
    prompt_tokens_details: _Details | None = None

    def ours(self) -> Usage:
        details = self.prompt_tokens_details
        cached = details.cached_tokens if details else None
        return Usage(input_tokens=self.prompt_tokens, output_tokens=self.completion_tokens, cached_tokens=cached or 0)


class _Said(msgspec.Struct):
    content: str | None = None
    refusal: str | None = None
    tool_calls: list[dict[str, Any]] | None = None


class _Choice(msgspec.Struct):
    message: _Said
    finish_reason: str | None = None


class _Whole(msgspec.Struct):
    choices: list[_Choice]
    model: str = ""
    usage: _Usage | None = None


class _Delta(msgspec.Struct):
    delta: _Said | None = None
    finish_reason: str | None = None
    index: int = 0


class _Chunk(msgspec.Struct):
    choices: list[_Delta] | None = None
    model: str = ""
    usage: _Usage | None = None


def read_chat(content: bytes) -> Completion:
    """Return what the body of an answer says."""
    whole = msgspec.json.decode(content, type=_Whole)
    choice = whole.choices[0]
    calls = choice.message.tool_calls or []
    _check_calls(calls)
    return Completion(
        text=choice.message.content or choice.message.refusal or "",
        tool_calls=calls,
        stop=_stop(choice.finish_reason or "", calls, refuses=bool(choice.message.refusal)),
        usage=whole.usage.ours() if whole.usage else None,
        model=whole.model,
    )


class ChatCollector:
    """Puts the chunks of a chat completion together."""

    def __init__(self, what: str) -> None:
        """Call the model `what` in messages."""
        self._what = what
        self._text: list[str] = []
        self._calls: dict[int, dict[str, Any]] = {}
        self._refuses = False
        self._finish: str | None = None
        self._usage: Usage | None = None
        self._model = ""

    def add(self, event: dict[str, Any]) -> str:
        """Take a chunk; return the text it brings."""
        chunk = msgspec.convert(event, _Chunk)
        self._model = chunk.model or self._model
        self._usage = chunk.usage.ours() if chunk.usage else self._usage
        for choice in chunk.choices or []:
            if choice.index == 0:
                return self._take(choice)
        return ""

    def completion(self) -> Completion:
        """Return the whole."""
        if self._finish is None:
            raise ModelUnavailableError(f"{self._what} broke off")
        calls = [self._calls[number] for number in sorted(self._calls)]
        _check_calls(calls)
        stop = _stop(self._finish, calls, refuses=self._refuses)
        return Completion(text="".join(self._text), tool_calls=calls, stop=stop, usage=self._usage, model=self._model)

    def _take(self, choice: _Delta) -> str:
        self._finish = choice.finish_reason or self._finish
        if choice.delta is None:
            return ""
        for call in choice.delta.tool_calls or []:
            self._add_call(call)
        self._refuses |= bool(choice.delta.refusal)
        piece = choice.delta.content or choice.delta.refusal or ""
        self._text.append(piece)
        return piece

    def _add_call(self, delta: dict[str, Any]) -> None:
        # Without an index it is a whole call (some servers stream them so), or more of the newest.
        number = delta.get("index")
        if not isinstance(number, int):
            number = len(self._calls) - (not delta.get("id") and bool(self._calls))
        kept = {key: value for key, value in delta.items() if key != "index" and value is not None}
        call = self._calls.setdefault(number, {})
        for key, value in kept.items():
            call[key] = _added(call.get(key), value) if key in ("function", "custom") else value


def _added(held: object, delta: object) -> dict[str, Any]:
    """Return the inner object of a call with the next pieces of its texts."""
    if not isinstance(delta, dict):
        raise MalformedOutputError("a tool call came in pieces that are not understood")
    whole: dict[str, Any] = dict(cast("dict[str, Any]", held)) if isinstance(held, dict) else {}
    for key, value in cast("dict[str, Any]", delta).items():
        if key in ("arguments", "input") and isinstance(value, str):
            whole[key] = whole.get(key, "") + value
        elif value is not None:
            whole[key] = value
    return whole


def _check_calls(calls: list[dict[str, Any]]) -> None:
    for call in calls:
        held = call.get(str(call.setdefault("type", "function")))
        if not isinstance(held, dict) or not isinstance(cast("dict[str, Any]", held).get("name"), str):
            raise MalformedOutputError("a tool call without the name of a tool")


def _stop(finish: str, calls: list[dict[str, Any]], *, refuses: bool) -> str:
    return "refused" if refuses else tool_calls_stop(_STOPS.get(finish, "end"), calls)
