"""OpenAI's Responses, as the proxy reads and extends them.

There, what an assistant says and each of its calls are items of their own; Memlane keeps those that follow each other
as one message. A model's reasoning, references to items that only the provider has, and what the provider's own tools
do are not kept.
"""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from memlane.adapters.models._responses_answers import ResponsesCollector, read_response
from memlane.context.parts import object_of, objects_of
from memlane.protocols.chat_model import Completion
from memlane.proxy.body import Body, Item, fields_of, is_text, item_from, items_of, list_from, value_of
from memlane.proxy.dialect import Collector, Named, named_in, simplest, text_before, text_behind, with_field

_SYSTEM: Final = ("system", "developer")
_FROM_CLIENT: Final = ("_output", "_response")


class ResponsesDialect:
    """Responses: `input` is a text or a list of items, `instructions` the system text."""

    field = "input"
    joins = True

    def named(self, body: Body) -> Named:
        """Return whose call it is; a conversation that the provider keeps is a session."""
        found = named_in(body, "user", "safety_identifier")
        conversation = body.value("conversation")
        kept = conversation.get("id") if isinstance(conversation, dict) else conversation  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] -- JSON
        kept = kept if isinstance(kept, str) else None
        follows = body.value("previous_response_id")
        follows = follows if isinstance(follows, str) else None
        return msgspec.structs.replace(found, session=found.session or kept, follows=follows, conversation=kept)

    def history(self, body: Body) -> list[Item]:
        """Return the items of the input; a text is the item that it stands for."""
        raw = body.raw("input") or b""
        return [_user(raw)] if is_text(raw) else items_of(raw)

    def goes_on(self, before: Item, item: Item) -> bool:
        """Whether both are the assistant's."""
        return _is_assistants(before) and _is_assistants(item)

    def read(self, items: Sequence[Item]) -> dict[str, Any] | None:
        """Return the message that items are; None for what only the provider understands, and for instructions."""
        values = [value_of(raw) for raw in items]
        if values[0].get("role") in _SYSTEM:
            return None
        if _is_assistants(items[0]):
            return _assistant(values)
        if "role" in values[0]:
            return {"role": values[0]["role"], "content": simplest(values[0].get("content"))}
        output = values[0].get("output")
        content = simplest(output) if isinstance(output, str | list) else [values[0]]
        return {"role": "tool", "content": content, "tool_call_id": values[0].get("call_id")}

    def put(self, body: Body, items: list[Item], text: str, at: int | None) -> None:
        """Put a text before the words of an item, or at the end of the instructions."""
        raw = body.raw("input") or b""
        if at is None:
            body.put("instructions", text_behind(body.raw("instructions"), text))
        elif is_text(raw):
            body.put("input", text_before(raw, text, "input_text"))
        else:
            content = fields_of(items[at]).get("content")
            items[at] = with_field(items[at], "content", text_before(content, text, "input_text"))
            body.put("input", list_from(items))

    def whole(self, content: bytes) -> Completion:
        """Return what the body of an answer says."""
        return read_response(content, "the provider")

    def collector(self) -> Collector:
        """Return what puts a streamed answer together."""
        return ResponsesCollector("the provider")

    def answer_id(self, answer: dict[str, Any]) -> str | None:
        """Return the response's id, also from the event that brings it."""
        found = object_of(answer, "response").get("id") if "response" in answer else answer.get("id")
        return found if isinstance(found, str) else None


def _user(text: Item) -> Item:
    return item_from({"role": "user", "content": msgspec.Raw(text)})


def _is_assistants(raw: Item) -> bool:
    item = value_of(raw)
    kind = str(item.get("type", "message"))
    if kind == "message":
        return item.get("role") == "assistant"
    return not kind.endswith(_FROM_CLIENT)


def _assistant(values: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return as one message what the assistant said and called; None if it did neither."""
    spoken = [part for value in values for part in _parts(value)]
    calls = [call for value in values if (call := _call(value))]
    if not spoken and not calls:
        return None
    is_text = all(part.get("type") == "output_text" for part in spoken)
    content: Any = "".join(str(part.get("text", "")) for part in spoken) or None if is_text else spoken
    said = {"role": "assistant", "content": content}
    return {**said, "tool_calls": calls} if calls else said


def _parts(value: dict[str, Any]) -> list[dict[str, Any]]:
    if value.get("type", "message") != "message":
        return []
    content = value.get("content")
    return [{"type": "output_text", "text": content}] if isinstance(content, str) else objects_of(value, "content")


def _call(value: dict[str, Any]) -> dict[str, Any] | None:
    """Return a call as chat completions have it."""
    if value.get("type") == "function_call":
        function = {"name": value.get("name"), "arguments": value.get("arguments")}
        return {"id": value.get("call_id"), "type": "function", "function": function}
    if value.get("type") == "custom_tool_call":
        custom = {"name": value.get("name"), "input": value.get("input")}
        return {"id": value.get("call_id"), "type": "custom", "custom": custom}
    return None
