"""OpenAI's Responses API."""

from collections.abc import Iterator
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

_PARAMETERS: Final = frozenset(
    {
        "model", "input", "instructions", "tools", "tool_choice", "stream", "temperature", "top_p", "text", "store",
        "max_output_tokens", "metadata", "parallel_tool_calls", "reasoning", "include", "truncation", "user",
        "previous_response_id", "conversation", "safety_identifier",
    }
)  # fmt: skip
_ROLES: Final = ("system", "developer", "user", "assistant")
_SPOKEN: Final = {"assistant": ("output_text", "refusal")}
_HEARD: Final = ("input_text", "input_image", "input_file", "input_audio")
_CALLS: Final = {"function_call": "function_call_output", "custom_tool_call": "custom_tool_call_output"}
_LEAST_LIMIT: Final = 16
_ID: Final = "resp_loopback"


class ResponsesProtocol:
    """The Responses API."""

    def asked(self, request: SeenRequest) -> Asked:
        """Return what was asked; raises `RefusedRequestError` where the real server refuses."""
        body = request.body
        check_names(body, _PARAMETERS, "Unknown parameter: '{}'.")
        items = _items(body.get("input"))
        _check_items(items)
        system = [_text(item) for item in items if item.get("role") in ("system", "developer")]
        return Asked(
            model=text_of(body.get("model"), "model"),
            system="\n\n".join([text for text in (body.get("instructions"), *system) if text]),
            messages=_neutral(items),
            tools=_tools(body),
            schema=_schema(body),
            max_output_tokens=check_limit(body.get("max_output_tokens"), "max_output_tokens", _LEAST_LIMIT),
            temperature=check_temperature(body.get("temperature")),
            streams=body.get("stream") is True,
            size=words_in([items, body.get("instructions")]),
        )

    def whole(self, asked: Asked, answer: Answer) -> dict[str, Any]:
        """Return the body of a whole answer."""
        reasons = {"length": "max_output_tokens", "refused": "" if answer.text else "content_filter"}
        reason = reasons.get(answer.stop)
        body: dict[str, Any] = {
            "id": _ID,
            "object": "response",
            "created_at": 1,
            "model": asked.model,
            "status": "incomplete" if reason else "completed",
            "error": None,
            "incomplete_details": {"reason": reason} if reason else None,
            "output": _output(answer),
        }
        return {**body, "usage": _usage(asked, answer)} if answer.counts else body

    def events(self, asked: Asked, answer: Answer) -> Iterator[Event]:
        """Return the events of a streamed answer."""
        whole = self.whole(asked, answer)
        started: dict[str, Any] = {**whole, "status": "in_progress", "output": [], "usage": None}
        yield _event({"type": "response.created", "response": started})
        yield _event({"type": "response.in_progress", "response": started})
        kind = "refusal" if answer.stop == "refused" else "output_text"
        for number, item in enumerate(whole["output"]):
            place = {"output_index": number, "item_id": item["id"]}
            yield _event({"type": "response.output_item.added", **place, "item": {**item, "status": "in_progress"}})
            for piece in pieces_of(answer.text) if item["type"] == "message" else ():
                delta = {"type": f"response.{kind}.delta", **place, "content_index": 0, "delta": piece}
                yield _event(delta, is_piece=True)
            if item["type"] == "function_call":
                yield _event({"type": "response.function_call_arguments.delta", **place, "delta": item["arguments"]})
            yield _event({"type": "response.output_item.done", **place, "item": item})
        yield _event({"type": f"response.{whole['status']}", "response": whole})

    def error(self, refused: RefusedRequestError) -> dict[str, Any]:
        """Return the body of an error."""
        kinds = {429: "rate_limit_error", 500: "server_error", 503: "server_error"}
        kind = kinds.get(refused.status, "invalid_request_error")
        return {"error": {"message": refused.message, "type": kind, "param": refused.param, "code": refused.code}}

    def error_event(self, refused: RefusedRequestError) -> bytes:
        """Return an error in the midst of a stream."""
        error = {"code": refused.code or "server_error", "message": refused.message}
        failed: dict[str, Any] = {"id": _ID, "object": "response", "status": "failed", "error": error, "output": []}
        return data_event({"type": "response.failed", "response": failed}, "response.failed")

    def other_event(self) -> bytes:
        """Return an event of a shape that nobody expects."""
        return data_event({"type": "response.output_text.delta", "delta": 7}, "response.output_text.delta")


def _event(value: dict[str, Any], *, is_piece: bool = False) -> Event:
    return Event(data_event(value, value["type"]), is_piece)


def _output(answer: Answer) -> list[dict[str, Any]]:
    thought: dict[str, Any] = {"type": "reasoning", "id": "rs_1", "summary": []}
    output = [thought]
    if answer.text:
        spoken: dict[str, Any] = {"type": "output_text", "text": answer.text, "annotations": []}
        refusal = {"type": "refusal", "refusal": answer.text}
        content = [refusal if answer.stop == "refused" else spoken]
        output.append({"type": "message", "id": "msg_1", "role": "assistant", "content": content})
    for number, call in enumerate(answer.tool_calls):
        kind = call["type"]
        own = {"type": "function_call" if kind == "function" else "custom_tool_call", "id": f"fc_{number}"}
        output.append({**own, "call_id": call["id"], **call[kind]})
    return output


def _usage(asked: Asked, answer: Answer) -> dict[str, Any]:
    usage = usage_of(asked, answer)
    return {
        "input_tokens": usage.input_tokens,
        "input_tokens_details": {"cached_tokens": usage.cached_tokens, "cache_write_tokens": 0},
        "output_tokens": usage.output_tokens,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": usage.input_tokens + usage.output_tokens,
    }


def _items(given: object) -> list[dict[str, Any]]:
    """Return the items of the input; a text is what a user says."""
    return [{"role": "user", "content": given}] if isinstance(given, str) else objects(given, "input")


def _check_items(items: list[dict[str, Any]]) -> None:
    if not items:
        refuse("Missing required parameter: 'input'.", param="input")
    wanted: dict[str, str] = {}
    for number, item in enumerate(items):
        kind, where = item.get("type", "message"), f"input[{number}]"
        if kind == "message":
            _check_said(item, where)
        elif kind in _CALLS:
            wanted[text_of(item.get("call_id"), f"{where}.call_id")] = _CALLS[kind]
        elif kind in _CALLS.values():
            if wanted.pop(str(item.get("call_id")), None) != kind:
                refuse(f"No tool call found for function call output with call_id {item.get('call_id')}.", "input")
        else:
            refuse(f"Invalid value: '{kind}'. ({where}.type)", param=f"{where}.type")
    if wanted:
        refuse(f"No tool output found for function call {next(iter(wanted))}.", param="input")


def _check_said(item: dict[str, Any], where: str) -> None:
    role, content = item.get("role"), item.get("content")
    if role not in _ROLES:
        refuse(f"Invalid value: '{role}'. ({where}.role)", param=f"{where}.role")
    if {"name", "tool_calls"} & item.keys():
        refuse(f"Unknown parameter: '{where}.name'.", param=f"{where}.name")
    if isinstance(content, str):
        return
    for part in objects(content, f"{where}.content"):
        if part.get("type") not in _SPOKEN.get(str(role), _HEARD):
            refuse(f"Invalid value: '{part.get('type')}'. ({where}.content)", param=f"{where}.content")


def _neutral(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return messages as chat completions have them: calls within the message before them."""
    messages: list[dict[str, Any]] = []
    for item in items:
        kind = item.get("type", "message")
        if kind in _CALLS:
            if not messages or messages[-1]["role"] != "assistant":
                messages.append({"role": "assistant", "content": ""})
            messages[-1].setdefault("tool_calls", []).append(_call(item))
        elif kind in _CALLS.values():
            said = {"content": item.get("output", "")}
            messages.append({"role": "tool", "content": _text(said), "tool_call_id": item["call_id"]})
        elif item["role"] not in ("system", "developer"):
            messages.append({"role": item["role"], "content": _text(item)})
    return messages


def _call(item: dict[str, Any]) -> dict[str, Any]:
    if item["type"] == "custom_tool_call":
        return {"id": item["call_id"], "type": "custom", "custom": {"name": item["name"], "input": item["input"]}}
    function = {"name": item["name"], "arguments": item["arguments"]}
    return {"id": item["call_id"], "type": "function", "function": function}


def _text(item: dict[str, Any]) -> str:
    content = item.get("content")
    if isinstance(content, str):
        return content
    parts = objects(content, "content")
    return "\n".join(str(part.get("text", part.get("refusal", f"[{part.get('type')}]"))) for part in parts)


def _tools(body: dict[str, Any]) -> list[dict[str, Any]]:
    tools = objects(body.get("tools", []), "tools")
    neutral: list[dict[str, Any]] = []
    for tool in tools:
        if "name" not in tool:
            refuse("Missing required parameter: 'tools[0].name'.", param="tools")
        held = {key: value for key, value in tool.items() if key != "type" and not (key == "strict" and not value)}
        neutral.append({"type": tool["type"], tool["type"]: held})
    return neutral


def _schema(body: dict[str, Any]) -> dict[str, Any] | None:
    wanted = object_of(object_of(body, "text"), "format")
    if not wanted:
        return None
    if wanted.get("type") != "json_schema" or not wanted.get("name"):
        refuse("Missing required parameter: 'text.format.name'.", param="text.format")
    return checked_schema(wanted, "text.format")
