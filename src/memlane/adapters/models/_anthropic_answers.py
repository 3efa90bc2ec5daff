"""How answers of Anthropic's Messages API read, whole and in pieces."""

from typing import Any, Final

import msgspec

from memlane.errors import MalformedOutputError, ModelUnavailableError
from memlane.protocols.chat_model import Completion
from memlane.types.turn import Usage

_STOPS: Final = {
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "refused",
}


class _Usage(msgspec.Struct):
    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    cache_read_input_tokens: int | None = None

    def ours(self) -> Usage | None:
        if self.input_tokens is None or self.output_tokens is None:
            return None
        cached = self.cache_read_input_tokens or 0
        sent = self.input_tokens + cached + (self.cache_creation_input_tokens or 0)
        return Usage(input_tokens=sent, output_tokens=self.output_tokens, cached_tokens=cached)


class _Block(msgspec.Struct):
    type: str
    text: str = ""
    id: str = ""
    name: str = ""
    input: msgspec.Raw = msgspec.Raw(b"{}")

    def call(self) -> dict[str, Any]:
        return _call(self.id, self.name, bytes(self.input).decode())


class _Whole(msgspec.Struct):
    content: list[_Block]
    stop_reason: str | None
    model: str = ""
    usage: _Usage | None = None


class _Count(msgspec.Struct):
    input_tokens: int


class _Delta(msgspec.Struct):
    type: str = ""
    text: str = ""
    partial_json: str = ""
    stop_reason: str | None = None


class _Message(msgspec.Struct):
    model: str = ""
    usage: _Usage | None = None


class _BlockStart(msgspec.Struct):
    type: str
    text: str = ""
    id: str = ""
    name: str = ""
    input: dict[str, Any] = {}


class _Event(msgspec.Struct):
    type: str
    index: int = 0
    message: _Message | None = None
    content_block: _BlockStart | None = None
    delta: _Delta | None = None
    usage: _Usage | None = None


def read_message(content: bytes) -> Completion:
    """Return what the body of an answer says; arguments of calls as the very text that came."""
    whole = msgspec.json.decode(content, type=_Whole)
    return Completion(
        text="".join(block.text for block in whole.content if block.type == "text"),
        tool_calls=[block.call() for block in whole.content if block.type == "tool_use"],
        stop=_STOPS.get(whole.stop_reason or "", "end"),
        usage=whole.usage.ours() if whole.usage else None,
        model=whole.model,
    )


def read_count(content: bytes) -> int:
    """Return the tokens that the body of a count names."""
    return msgspec.json.decode(content, type=_Count).input_tokens


class MessageCollector:
    """Puts the events of a message together."""

    def __init__(self, what: str) -> None:
        """Call the model `what` in messages."""
        self._what = what
        self._text: list[str] = []
        self._calls: dict[int, tuple[_BlockStart, list[str]]] = {}
        self._usage = _Usage()
        self._model = ""
        self._stop: str | None = None
        self._is_whole = False

    def add(self, event: dict[str, Any]) -> str:
        """Take an event; return the text it brings."""
        taken = msgspec.convert(event, _Event)
        if taken.message is not None:
            self._model = taken.message.model
            self._count(taken.message.usage)
        self._count(taken.usage)
        self._is_whole |= taken.type == "message_stop"
        piece = ""
        if taken.content_block is not None:
            piece = self._begin(taken.index, taken.content_block)
        if taken.delta is not None:
            piece = self._more(taken.index, taken.delta)
        self._text.append(piece)
        return piece

    def completion(self) -> Completion:
        """Return the whole."""
        if not self._is_whole:
            raise ModelUnavailableError(f"{self._what} broke off")
        begun = [self._calls[index] for index in sorted(self._calls)]
        return Completion(
            text="".join(self._text),
            tool_calls=[_call(block.id, block.name, "".join(pieces) or _arguments(block)) for block, pieces in begun],
            stop=_STOPS.get(self._stop or "", "end"),
            usage=self._usage.ours(),
            model=self._model,
        )

    def _begin(self, index: int, block: _BlockStart) -> str:
        if block.type == "tool_use":
            self._calls[index] = (block, [])
        return block.text if block.type == "text" else ""

    def _more(self, index: int, delta: _Delta) -> str:
        self._stop = delta.stop_reason or self._stop
        if delta.type == "input_json_delta" and index in self._calls:
            self._calls[index][1].append(delta.partial_json)
        return delta.text if delta.type == "text_delta" else ""

    def _count(self, usage: _Usage | None) -> None:
        """Take counts that are cumulative: later ones stand in the place of earlier ones."""
        if usage is not None:
            later = {name: value for name, value in msgspec.structs.asdict(usage).items() if value is not None}
            self._usage = msgspec.structs.replace(self._usage, **later)


def _arguments(block: _BlockStart) -> str:
    return msgspec.json.encode(block.input).decode()


def _call(call_id: str, name: str, arguments: str) -> dict[str, Any]:
    if not name:
        raise MalformedOutputError("a tool call without the name of a tool")
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}
