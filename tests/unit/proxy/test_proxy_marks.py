"""Which messages are the same."""

from datetime import UTC, datetime
from typing import Any

import pytest

from memlane.proxy.marks import essence, marks_of
from memlane.types.message import Message, message_from_mapping

CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a":1,"b":2}'}}
LOOSE = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{ "b": 2, "a": 1 }'}}
OTHER = {"id": "c2", "type": "function", "function": {"name": "f", "arguments": '{"a":1,"b":2}'}}
USE = {"type": "tool_use", "id": "c1", "name": "f", "input": {"b": 2, "a": 1}}
THOUGHT = {"type": "thinking", "thinking": "Hm.", "signature": "s"}
PICTURE = {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}


def message(content: Any, role: str = "assistant", **more: Any) -> Message:
    return message_from_mapping({"role": role, "content": content, **more}, id="x", created_at=datetime.now(UTC))


def text(words: str, **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": words, **more}


SAME = [
    (message("Hi there."), message([text("Hi "), text("there.")])),
    (message("Hi there.\n"), message(" Hi  there.")),
    (message([text("Hi.")], "user"), message([text("Hi.", cache_control={"type": "ephemeral"})], "user")),
    (message("Hi.", tool_calls=[CALL]), message("Hi.", tool_calls=[LOOSE])),
    (message("Hi.", tool_calls=[CALL]), message([THOUGHT, text("Hi."), USE])),
    (message(None, tool_calls=[CALL]), message("", tool_calls=[CALL])),
    (message("No.", refusal=None), message(None, refusal="No.")),
    (message("4", "tool", tool_call_id="c1"), message([text("4")], "tool", tool_call_id="c1")),
]
DIFFERENT = [
    (message("Hi."), message("Hi.", "user")),
    (message("Hi."), message("hi.")),
    (message("Hi.", "user", name="a"), message("Hi.", "user", name="b")),
    (message("Hi.", tool_calls=[CALL]), message("Hi.")),
    (message("Hi.", tool_calls=[CALL]), message("Hi.", tool_calls=[OTHER])),
    (message("4", "tool", tool_call_id="c1"), message("4", "tool", tool_call_id="c2")),
    (message([text("Hi."), PICTURE], "user"), message("Hi.", "user")),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_in_another_shape_is_the_same(one: Message, other: Message) -> None:
    assert marks_of(one).whole == marks_of(other).whole
    assert essence(one) == essence(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_what_differs_in_what_it_says_is_another(one: Message, other: Message) -> None:
    assert marks_of(one).whole != marks_of(other).whole
    assert essence(one) != essence(other)
