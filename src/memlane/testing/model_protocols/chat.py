"""OpenAI's chat completions, and what compatible servers leave out of them."""

import re
from collections.abc import Iterator
from enum import Enum
from typing import Any, Final

from memlane.context.parts import object_of
from memlane.testing.loopback import SeenRequest
from memlane.testing.model_protocols.shape import (
    Event,
    RefusedRequestError,
    check_limit,
    check_names,
    check_temperature,
    checked_schema,
    data_event,
    objects,
    refuse,
    text_of,
    words_in,
)
from memlane.testing.model_script import Answer, Asked, pieces_of, usage_of


class Quirk(Enum):
    """What a compatible server does differently from OpenAI."""

    NO_RESPONSE_FORMAT = "response_format"
    NO_STREAM_OPTIONS = "stream_options"
    NO_TEMPERATURE = "temperature"
    NO_MAX_TOKENS = "max_tokens"
    NO_MAX_COMPLETION_TOKENS = "max_completion_tokens"
    STOPS_FOR_TOOLS = "stops for tools"
    NO_INDEX_IN_CALLS = "no index in calls"


_PARAMETERS: Final = frozenset(
    {
        "model", "messages", "tools", "tool_choice", "stream", "stream_options", "temperature", "top_p", "stop", "n",
        "max_tokens", "max_completion_tokens", "response_format", "seed", "user", "store", "metadata",
        "parallel_tool_calls", "reasoning_effort", "presence_penalty", "frequency_penalty", "logprobs",
        "safety_identifier",
    }
)  # fmt: skip
_ROLES: Final = ("system", "developer", "user", "assistant", "tool", "function")
_NAME: Final = re.compile(r"[^\s<|\\/>]{1,64}")
_TOOL: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_STOPS: Final = {"end": "stop", "length": "length", "tool_calls": "tool_calls"}
_ID: Final = "chatcmpl-loopback"


class ChatProtocol:
    """Chat completions."""

    def __init__(self, quirks: frozenset[Quirk] = frozenset()) -> None:
        """Differ from OpenAI by `quirks`."""
        self._quirks = quirks

    def asked(self, request: SeenRequest) -> Asked:
        """Return what was asked; raises `RefusedRequestError` where the real server refuses."""
        body = request.body
        check_names(body, _PARAMETERS, "Unrecognized request argument supplied: {}")
        for quirk in self._quirks:
            if quirk.value in body:
                refuse(f"Unsupported parameter: '{quirk.value}' is not supported with this model.", quirk.value)
        if "max_tokens" in body and "max_completion_tokens" in body:
            refuse("Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.")
        if "stream_options" in body and not body.get("stream"):
            refuse("The 'stream_options' parameter is only allowed when 'stream' is enabled.", "stream_options")
        messages = objects(body.get("messages"), "messages")
        _check_messages(messages)
        limit = "max_tokens" if "max_tokens" in body else "max_completion_tokens"
        system = [_text(said) for said in messages if said["role"] in ("system", "developer")]
        return Asked(
            model=text_of(body.get("model"), "model"),
            system="\n\n".join(system),
            messages=[_neutral(said) for said in messages if said["role"] not in ("system", "developer")],
            tools=_tools(body),
            schema=_schema(body),
            max_output_tokens=check_limit(body.get(limit), limit),
            temperature=check_temperature(body.get("temperature")),
            streams=body.get("stream") is True,
            size=words_in(messages),
        )

    def whole(self, asked: Asked, answer: Answer) -> dict[str, Any]:
        """Return the body of a whole answer."""
        message: dict[str, Any] = {"role": "assistant", "content": answer.text or None, "refusal": None}
        if answer.stop == "refused":
            message |= {"content": None, "refusal": answer.text or None}
        if answer.tool_calls:
            message["tool_calls"] = answer.tool_calls
        choice = {"index": 0, "message": message, "finish_reason": self._stop(answer), "logprobs": None}
        body = {"id": _ID, "object": "chat.completion", "created": 1, "model": asked.model, "choices": [choice]}
        return {**body, "usage": _usage(asked, answer)} if answer.counts else body

    def events(self, asked: Asked, answer: Answer) -> Iterator[Event]:
        """Return the events of a streamed answer."""
        yield _chunk(asked, {"role": "assistant", "content": ""})
        field = "refusal" if answer.stop == "refused" else "content"
        for piece in pieces_of(answer.text):
            yield _chunk(asked, {field: piece}, is_piece=True)
        for delta in self._call_deltas(answer):
            yield _chunk(asked, {"tool_calls": [delta]})
        yield _chunk(asked, {}, stop=self._stop(answer))
        if answer.counts and Quirk.NO_STREAM_OPTIONS not in self._quirks:
            body = _body(asked, [])
            yield Event(data_event({**body, "usage": _usage(asked, answer)}))
        yield Event(b"data: [DONE]\n\n")

    def error(self, refused: RefusedRequestError) -> dict[str, Any]:
        """Return the body of an error."""
        kinds = {429: "rate_limit_error", 500: "server_error", 503: "server_error"}
        kind = kinds.get(refused.status, "invalid_request_error")
        return {"error": {"message": refused.message, "type": kind, "param": refused.param, "code": refused.code}}

    def error_event(self, refused: RefusedRequestError) -> bytes:
        """Return an error in the midst of a stream."""
        return data_event(self.error(refused))

    def other_event(self) -> bytes:
        """Return an event of a shape that nobody expects."""
        return data_event({"choices": "none"})

    def _stop(self, answer: Answer) -> str:
        if answer.tool_calls and Quirk.STOPS_FOR_TOOLS in self._quirks:
            return "stop"
        # Where it refuses in words the model has stopped by itself; the filter stops it without.
        return _STOPS.get(answer.stop, "stop" if answer.text else "content_filter")

    def _call_deltas(self, answer: Answer) -> Iterator[dict[str, Any]]:
        """Return each call as its head and then its arguments in halves."""
        for number, call in enumerate(answer.tool_calls):
            if Quirk.NO_INDEX_IN_CALLS in self._quirks:
                yield call
                continue
            kind = call["type"]
            argument = "arguments" if kind == "function" else "input"
            text = call[kind][argument]
            yield {"index": number, **call, kind: {**call[kind], argument: ""}}
            for half in (text[: len(text) // 2], text[len(text) // 2 :]):
                yield {"index": number, kind: {argument: half}}


def _body(asked: Asked, choices: list[dict[str, Any]]) -> dict[str, Any]:
    return {"id": _ID, "object": "chat.completion.chunk", "created": 1, "model": asked.model, "choices": choices}


def _chunk(asked: Asked, delta: dict[str, Any], *, stop: str | None = None, is_piece: bool = False) -> Event:
    choice = {"index": 0, "delta": delta, "finish_reason": stop, "logprobs": None}
    return Event(data_event({**_body(asked, [choice]), "usage": None}), is_piece)


def _usage(asked: Asked, answer: Answer) -> dict[str, Any]:
    usage = usage_of(asked, answer)
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cached_tokens, "audio_tokens": 0},
    }


def _check_messages(messages: list[dict[str, Any]]) -> None:
    if not messages:
        refuse("Invalid 'messages': empty array. Expected an array with minimum length 1", param="messages")
    open_calls: set[str] = set()
    for number, said in enumerate(messages):
        where = f"messages[{number}]"
        if said.get("role") not in _ROLES:
            refuse(f"Invalid value: '{where}.role'", param=f"{where}.role")
        if said["role"] == "tool":
            if said.get("tool_call_id") not in open_calls:
                refuse("messages with role 'tool' must be a response to a preceding message with 'tool_calls'")
            open_calls.discard(said["tool_call_id"])
            continue
        if open_calls:
            refuse("An assistant message with 'tool_calls' must be followed by tool messages", param=where)
        _check_said(said, where)
        open_calls = {str(call.get("id")) for call in said.get("tool_calls", [])}
    if open_calls:
        refuse("An assistant message with 'tool_calls' must be followed by tool messages", param="messages")


def _check_said(said: dict[str, Any], where: str) -> None:
    content: object = said.get("content")
    if content is None and not (said["role"] == "assistant" and ({"tool_calls", "refusal", "audio"} & said.keys())):
        refuse(f"Invalid value for 'content': expected a string, got null ({where})", param=where)
    if isinstance(content, list):
        for part in objects(said.get("content"), where):
            if part.get("type") == "image_url" and said["role"] != "user":
                refuse("Invalid content type: image_url is only supported by certain roles", param=where)
    if "name" in said and not _NAME.fullmatch(str(said["name"])):
        refuse(f"Invalid '{where}.name': string does not match pattern", param=f"{where}.name")


def _neutral(said: dict[str, Any]) -> dict[str, Any]:
    kept = {key: said[key] for key in ("tool_calls", "tool_call_id") if key in said}
    return {"role": said["role"], "content": _text(said), **kept}


def _text(said: dict[str, Any]) -> str:
    content = said.get("content")
    if isinstance(content, str) or content is None:
        return content or ""
    return "\n".join(str(part.get("text", f"[{part.get('type')}]")) for part in objects(content, "content"))


def _tools(body: dict[str, Any]) -> list[dict[str, Any]]:
    tools = objects(body.get("tools", []), "tools")
    if "tools" in body and not tools:
        refuse("Invalid 'tools': empty array. Expected an array with minimum length 1", param="tools")
    for tool in tools:
        if not _TOOL.fullmatch(str(object_of(tool, str(tool.get("type"))).get("name", ""))):
            refuse("Missing or invalid 'tools[].function.name'", param="tools")
    return tools


def _schema(body: dict[str, Any]) -> dict[str, Any] | None:
    wanted = object_of(body, "response_format")
    if not wanted:
        return None
    held = object_of(wanted, "json_schema")
    if wanted.get("type") != "json_schema" or not _TOOL.fullmatch(str(held.get("name", ""))):
        refuse("Missing required parameter: 'response_format.json_schema.name'", param="response_format")
    return checked_schema(held, "response_format")
