"""The words of a message."""

from datetime import UTC, datetime
from typing import Any

import pytest

from memlane.context.rendering import is_textual, message_text, thought_text
from memlane.types.message import Message, message_from_mapping

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def said(**fields: Any) -> Message:
    return message_from_mapping(fields, id="m", created_at=NOON)


@pytest.mark.parametrize("text", ["", " \n ", "Hello", "two\nlines\n", "\u202eevil", "🦊"])
def test_plain_text_is_rendered_exactly(text: str) -> None:
    assert message_text(said(role="user", content=text)) == text


def test_text_parts_are_joined_by_newlines_and_images_are_named() -> None:
    parts = [
        {"type": "text", "text": "Look:"},
        {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}},
        {"type": "image", "source": {"type": "file", "file_id": "f1"}},
        {"type": "text", "text": "nice?"},
    ]
    assert message_text(said(role="user", content=parts)) == "Look:\n[image]\n[image]\n[image]\nnice?"


def test_tool_calls_of_either_shape_read_as_name_and_arguments() -> None:
    openai = said(
        role="assistant",
        content="Checking.",
        tool_calls=[{"id": "c", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Oslo"}'}}],
    )
    anthropic = said(
        role="assistant",
        content=[
            {"type": "text", "text": "Checking."},
            {"type": "tool_use", "id": "c", "name": "weather", "input": {"city": "Oslo"}},
        ],
    )
    assert message_text(openai) == 'Checking.\nweather({"city": "Oslo"})'
    assert message_text(anthropic) == 'Checking.\nweather({"city":"Oslo"})'


def test_a_call_stored_in_both_shapes_at_once_is_said_once() -> None:
    both = said(
        role="assistant",
        content=[{"type": "tool_use", "id": "c", "name": "weather", "input": {}}],
        tool_calls=[{"id": "c", "type": "function", "function": {"name": "weather", "arguments": "{}"}}],
    )
    assert message_text(both) == "weather({})"


def test_older_function_calls_and_custom_tools_read_like_any_call() -> None:
    legacy = said(role="assistant", content=None, tool_calls=[], function_call={"name": "f", "arguments": "{}"})
    custom = said(
        role="assistant",
        content=None,
        tool_calls=[{"id": "c", "type": "custom", "custom": {"name": "sql", "input": "SELECT 1"}}],
    )
    assert message_text(legacy) == "f({})"
    assert message_text(custom) == "sql(SELECT 1)"


def test_tool_results_of_either_shape_read_as_their_text() -> None:
    openai = said(role="tool", content=[{"type": "text", "text": "4 °C"}], tool_call_id="c")
    anthropic = said(
        role="user",
        content=[
            {"type": "tool_result", "tool_use_id": "c", "content": [{"type": "text", "text": "4 °C"}]},
            {"type": "tool_result", "tool_use_id": "d", "content": "rain"},
            {"type": "tool_result", "tool_use_id": "e"},
        ],
    )
    assert message_text(openai) == "4 °C"
    assert message_text(anthropic) == "4 °C\nrain"


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ({"type": "input_audio", "input_audio": {"data": "A" * 999, "format": "wav"}}, "[input_audio]"),
        ({"type": "file", "file": {"filename": "plan.pdf", "file_data": "A" * 999}}, "[file: plan.pdf]"),
        ({"type": "refusal", "refusal": "I can't."}, "I can't."),
        ({"type": "hologram", "title": "Leia"}, "[hologram: Leia]"),
        ({}, "[part]"),
        ({"type": "image_url", "image_url": {"url": "attachment:7"}}, "[image_url]"),
        ({"type": "text", "text": 5}, "[text]"),
        ({"type": "server_tool_use", "id": "s", "name": "web_search", "input": {"q": "x"}}, 'web_search({"q":"x"})'),
        (
            {"type": "document", "title": "Notes", "source": {"type": "text", "data": "Buy milk"}},
            "[document: Notes]\nBuy milk",
        ),
        (
            {"type": "search_result", "title": "T", "source": "u", "content": [{"type": "text", "text": "found"}]},
            "[search_result: T]\nfound",
        ),
    ],
)
def test_other_parts_read_as_their_words_or_their_kind_and_never_as_bulk_data(part: dict[str, Any], text: str) -> None:
    message = said(role="assistant", content=[part])
    assert message_text(message) == text
    assert not is_textual(message)


def test_refusals_and_spoken_answers_outside_the_content_are_words_too() -> None:
    assert message_text(said(role="assistant", content=None, refusal="No.")) == "No."
    assert message_text(said(role="assistant", content=None, audio={"id": "a", "transcript": "Hi!"})) == "Hi!"


def test_thoughts_are_not_words() -> None:
    message = said(
        role="assistant",
        content=[
            {"type": "thinking", "thinking": "hmm", "signature": "s"},
            {"type": "redacted_thinking", "data": "xyz"},
            {"type": "text", "text": "Yes."},
        ],
    )
    assert message_text(message) == "Yes."
    assert thought_text(message) == "hmm\nxyz"


def test_text_calls_and_text_results_are_all_text() -> None:
    assert is_textual(said(role="tool", content="4 °C", tool_call_id="c"))
    picture = {"type": "image", "source": {"type": "url", "url": "https://example.org/a.png"}}
    screenshot = [{"type": "tool_result", "tool_use_id": "c", "content": [picture]}]
    assert not is_textual(said(role="user", content=screenshot))
