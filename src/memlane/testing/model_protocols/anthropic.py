"""Anthropic's Messages API, of the version that the SDK speaks, and its counting of tokens."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final, cast

from memlane.context.parts import object_of, objects_of
from memlane.testing.loopback import SeenRequest
from memlane.testing.model_protocols.shape import (
    Event,
    RefusedRequestError,
    check_limit,
    check_names,
    data_event,
    objects,
    refuse,
    text_of,
    words_in,
)
from memlane.testing.model_script import Answer, Asked, pieces_of, usage_of

_PARAMETERS: Final = frozenset(
    {
        "model", "messages", "max_tokens", "system", "tools", "tool_choice", "stream", "stop_sequences", "metadata",
        "output_config", "thinking", "cache_control", "service_tier",
    }
)  # fmt: skip
_SAMPLING: Final = frozenset({"temperature", "top_p", "top_k"})
_ID: Final = re.compile(r"[a-zA-Z0-9_-]+")
_TOOL: Final = re.compile(r"[a-zA-Z0-9_-]{1,128}")
_MOST_MARKS: Final = 4
_STOPS: Final = {"end": "end_turn", "length": "max_tokens", "tool_calls": "tool_use", "refused": "refusal"}
_KINDS: Final = {401: "authentication_error", 403: "permission_error", 404: "not_found_error", 413: "request_too_large"}
_LATER: Final = {429: "rate_limit_error", 500: "api_error", 529: "overloaded_error"}
_EMPTY: Final[dict[str, Any]] = {"type": "text", "text": ""}


class AnthropicProtocol:
    """The Messages API; a server that is only compatible takes sampling parameters, as the real one did once."""

    def __init__(self, *, takes_sampling: bool = False, takes_schemas: bool = True) -> None:
        """Be as strict as the real server, or not."""
        allowed = _PARAMETERS | _SAMPLING if takes_sampling else _PARAMETERS
        self._allowed = allowed if takes_schemas else allowed - {"output_config"}

    def asked(self, request: SeenRequest) -> Asked:
        """Return what was asked; raises `RefusedRequestError` where the real server refuses."""
        body = request.body
        if "anthropic-version" not in request.headers:
            refuse("anthropic-version: header is required")
        check_names(body, self._allowed, "{}: Extra inputs are not permitted")
        counting = request.path.partition("?")[0].endswith("/count_tokens")
        limit = check_limit(body.get("max_tokens"), "max_tokens")
        if limit is None and not counting:
            refuse("max_tokens: Field required")
        messages = objects(body.get("messages"), "messages")
        _check_messages(messages)
        _check_marks(body)
        return Asked(
            model=text_of(body.get("model"), "model"),
            system=_text(body.get("system", ""), "system"),
            messages=_neutral(messages),
            tools=_tools(body),
            schema=_schema(body),
            max_output_tokens=limit,
            temperature=body.get("temperature"),
            streams=body.get("stream") is True,
            size=words_in([messages, body.get("system"), body.get("tools")]),
        )

    def whole(self, asked: Asked, answer: Answer) -> dict[str, Any]:
        """Return the body of a whole answer."""
        body: dict[str, Any] = {
            "id": "msg_loopback",
            "type": "message",
            "role": "assistant",
            "model": asked.model,
            "content": _blocks(answer),
            "stop_reason": _STOPS[answer.stop],
            "stop_sequence": None,
        }
        return {**body, "usage": _usage(asked, answer)} if answer.counts else body

    def events(self, asked: Asked, answer: Answer) -> Iterator[Event]:
        """Return the events of a streamed answer."""
        whole = self.whole(asked, answer)
        begun: dict[str, Any] = {**whole, "content": [], "stop_reason": None}
        if answer.counts:
            begun["usage"] = {**whole["usage"], "output_tokens": 1}
        yield _event({"type": "message_start", "message": begun})
        yield _event({"type": "ping"})
        for index, block in enumerate(whole["content"]):
            yield from _block_events(index, block)
        delta = {"type": "message_delta", "delta": {"stop_reason": whole["stop_reason"], "stop_sequence": None}}
        counted = {"usage": {"output_tokens": whole["usage"]["output_tokens"]}} if answer.counts else {}
        yield _event({**delta, **counted})
        yield _event({"type": "message_stop"})

    def count(self, asked: Asked) -> dict[str, Any]:
        """Return the body of a count of tokens."""
        return {"input_tokens": asked.size}

    def error(self, refused: RefusedRequestError) -> dict[str, Any]:
        """Return the body of an error."""
        kind = {**_KINDS, **_LATER}.get(refused.status, "invalid_request_error")
        return {"type": "error", "error": {"type": kind, "message": refused.message}, "request_id": "req_loopback"}

    def error_event(self, refused: RefusedRequestError) -> bytes:
        """Return an error in the midst of a stream."""
        return data_event(self.error(refused), "error")

    def other_event(self) -> bytes:
        """Return an event of a shape that nobody expects."""
        odd = {"type": "content_block_delta", "index": "none", "delta": {"type": "text_delta", "text": 7}}
        return data_event(odd, "content_block_delta")


def _event(value: dict[str, Any], *, is_piece: bool = False) -> Event:
    return Event(data_event(value, value["type"]), is_piece)


def _blocks(answer: Answer) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = [{"type": "text", "text": answer.text}] if answer.text else []
    for call in answer.tool_calls:
        function = call["function"]
        arguments = json.loads(function["arguments"])
        blocks.append({"type": "tool_use", "id": call["id"], "name": function["name"], "input": arguments})
    return blocks


def _block_events(index: int, block: dict[str, Any]) -> Iterator[Event]:
    begun: dict[str, Any] = {**block, "input": {}} if block["type"] == "tool_use" else _EMPTY
    yield _event({"type": "content_block_start", "index": index, "content_block": begun})
    if block["type"] == "text":
        for piece in pieces_of(block["text"]):
            delta = {"type": "text_delta", "text": piece}
            yield _event({"type": "content_block_delta", "index": index, "delta": delta}, is_piece=True)
    else:
        text = json.dumps(block["input"])
        for half in (text[: len(text) // 2], text[len(text) // 2 :]):
            delta = {"type": "input_json_delta", "partial_json": half}
            yield _event({"type": "content_block_delta", "index": index, "delta": delta})
    yield _event({"type": "content_block_stop", "index": index})


def _usage(asked: Asked, answer: Answer) -> dict[str, Any]:
    usage = usage_of(asked, answer)
    return {
        "input_tokens": usage.input_tokens - usage.cached_tokens,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": usage.cached_tokens,
        "output_tokens": usage.output_tokens,
    }


def _check_messages(messages: list[dict[str, Any]]) -> None:
    if not messages:
        refuse("messages: at least one message is required")
    if messages[0].get("role") != "user":
        refuse('messages: first message must use the "user" role')
    wanted: set[str] = set()
    for number, said in enumerate(messages):
        where = f"messages.{number}"
        if said.get("role") not in ("user", "assistant"):
            refuse(f"{where}.role: Input should be 'user' or 'assistant'")
        blocks = _content(said.get("content"), where)
        _check_blocks(blocks, said["role"], where)
        wanted = _check_pairs(blocks, wanted, where)
    if wanted:
        refuse("`tool_use` ids were found without `tool_result` blocks immediately after")
    last = _content(messages[-1].get("content"), "messages")[-1]
    if messages[-1]["role"] == "assistant" and str(last.get("text", "")).endswith((" ", "\n")):
        refuse("messages: final assistant content cannot end with trailing whitespace")


def _check_pairs(blocks: list[dict[str, Any]], wanted: set[str], where: str) -> set[str]:
    """Return the calls of a message, whose predecessor's must all be answered at its beginning."""
    answers = [str(block.get("tool_use_id")) for block in blocks if block.get("type") == "tool_result"]
    if not set(answers) <= wanted:
        refuse(f"{where}: unexpected `tool_use_id` found in `tool_result` blocks")
    if wanted - set(answers):
        refuse(f"{where}: `tool_use` ids were found without `tool_result` blocks immediately after")
    if any(block.get("type") != "tool_result" for block in blocks[: len(answers)]):
        refuse(f"{where}: `tool_result` blocks must come first")
    return {str(block.get("id")) for block in blocks if block.get("type") == "tool_use"}


def _check_blocks(blocks: list[dict[str, Any]], role: str, where: str) -> None:
    if not blocks:
        refuse(f"{where}: all messages must have non-empty content")
    for block in blocks:
        kind = block.get("type")
        if kind == "text" and not text_of(block.get("text"), where).strip():
            refuse(f"{where}: text content blocks must be non-empty")
        if kind == "text" and role == "user" and block.get("citations"):
            refuse(f"{where}: citations are not permitted in user messages")
        if kind == "document" and role == "assistant":
            refuse(f"{where}: document blocks are not permitted in assistant messages")
        if kind == "tool_use" and not _ID.fullmatch(str(block.get("id"))):
            refuse(f"{where}: `tool_use.id` does not match the pattern")
    if blocks[-1].get("type") in ("thinking", "redacted_thinking"):
        refuse(f"{where}: the final block in an assistant message cannot be `thinking`")


def _check_marks(body: dict[str, Any]) -> None:
    places = [*objects_of(body, "system"), *objects_of(body, "tools")]
    for said in objects_of(body, "messages"):
        places += objects_of(said, "content")
    marked = [place for place in places if "cache_control" in place]
    if len(marked) > _MOST_MARKS:
        refuse(f"A maximum of {_MOST_MARKS} blocks with cache_control may be provided. Found {len(marked)}.")
    if any(place.get("type") in ("thinking", "redacted_thinking") for place in marked):
        refuse("cache_control: Extra inputs are not permitted")
    if any(object_of(place, "cache_control").get("type") != "ephemeral" for place in marked):
        refuse("cache_control.type: Input should be 'ephemeral'")


def _content(content: object, where: str) -> list[dict[str, Any]]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else objects(content, where)


def _neutral(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    neutral: list[dict[str, Any]] = []
    for said in messages:
        blocks = _content(said["content"], "content")
        for block in blocks:
            if block["type"] == "tool_result":
                text = _text(block.get("content", ""), "content")
                neutral.append({"role": "tool", "content": text, "tool_call_id": block["tool_use_id"]})
        spoken = [block for block in blocks if block["type"] not in ("tool_result", "tool_use")]
        calls = [_call(block) for block in blocks if block["type"] == "tool_use"]
        if spoken or calls:
            own = {"role": said["role"], "content": _text(spoken, "content")}
            neutral.append({**own, "tool_calls": calls} if calls else own)
    return neutral


def _call(block: dict[str, Any]) -> dict[str, Any]:
    function = {"name": block["name"], "arguments": json.dumps(block["input"])}
    return {"id": block["id"], "type": "function", "function": function}


def _text(content: object, where: str) -> str:
    return "\n".join(str(block.get("text", f"[{block.get('type')}]")) for block in _content(content, where))


def _tools(body: dict[str, Any]) -> list[dict[str, Any]]:
    neutral: list[dict[str, Any]] = []
    for tool in objects(body.get("tools", []), "tools"):
        schema = object_of(tool, "input_schema")
        if not _TOOL.fullmatch(str(tool.get("name"))) or schema.get("type") != "object":
            refuse("tools.0.custom.input_schema.type: Field required")
        named = {key: tool[key] for key in ("name", "description") if key in tool}
        neutral.append({"type": "function", "function": {**named, "parameters": schema}})
    return neutral


def _schema(body: dict[str, Any]) -> dict[str, Any] | None:
    wanted = object_of(object_of(body, "output_config"), "format")
    if not wanted:
        return None
    schema = object_of(wanted, "schema")
    if wanted.get("type") != "json_schema" or not schema:
        refuse("output_config.format.schema: Field required")
    for place in _objects_in(schema):
        if place.get("additionalProperties") is not False:
            refuse("output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly false")
    return schema


def _objects_in(schema: object) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        held = cast("dict[str, Any]", schema)
        if held.get("type") == "object":
            yield held
        for value in held.values():
            yield from _objects_in(value)
