"""Messages in the shape of OpenAI's Responses API."""

import copy
from typing import Any

import pytest

from memlane.context.shape_responses import as_responses
from memlane.testing.loopback import SeenRequest
from memlane.testing.model_backend import messages, tool_call
from memlane.testing.model_protocols.responses import ResponsesProtocol

PNG = "data:image/png;base64,iVBORw0KGgo="
CUSTOM = {"id": "x1", "type": "custom", "custom": {"name": "shell", "input": "ls"}}


def shaped(*said: dict[str, Any], system: str = "", remembered: str = "") -> dict[str, Any]:
    held = messages(*said)
    before = copy.deepcopy(held)
    written = as_responses(held, system, remembered)
    assert held == before
    ResponsesProtocol().asked(SeenRequest("/v1/responses", {}, {"model": "m", **written}))
    return written


def test_text_stands_as_text_and_the_system_text_apart() -> None:
    written = shaped({"role": "user", "content": "Hi."}, {"role": "assistant", "content": "Hello."}, system="Brief.")
    assert written == {
        "instructions": "Brief.",
        "input": [{"role": "user", "content": "Hi."}, {"role": "assistant", "content": "Hello."}],
    }


def test_what_is_remembered_stands_before_the_newest_question() -> None:
    said = [{"role": "user", "content": "Hi."}, {"role": "assistant", "content": "Hello."}]
    written = shaped(*said, {"role": "user", "content": "Weather?"}, remembered="> likes sun")
    assert written["input"][-1] == {"role": "user", "content": "> likes sun\n\nWeather?"}
    assert shaped(*said, system="Brief.", remembered="> x")["instructions"] == "Brief.\n\n> x"


def test_calls_and_results_are_items_behind_their_message() -> None:
    written = shaped(
        {"role": "user", "content": "Weather?"},
        {"role": "assistant", "content": "Let me see.", "tool_calls": [tool_call("c1"), CUSTOM]},
        {"role": "tool", "tool_call_id": "x1", "content": "file"},
        {"role": "tool", "tool_call_id": "c1", "content": "4 °C"},
    )
    assert written["input"][1:] == [
        {"role": "assistant", "content": "Let me see."},
        {"type": "function_call", "call_id": "c1", "name": "weather", "arguments": '{"city": "Oslo"}'},
        {"type": "custom_tool_call", "call_id": "x1", "name": "shell", "input": "ls"},
        {"type": "function_call_output", "call_id": "c1", "output": "4 °C"},
        {"type": "custom_tool_call_output", "call_id": "x1", "output": "file"},
    ]


def test_pictures_files_and_sound_are_parts_of_their_own() -> None:
    parts = [
        {"type": "text", "text": "Look:"},
        {"type": "image_url", "image_url": {"url": PNG, "detail": "low"}},
        {"type": "file", "file": {"file_id": "f1"}},
        {"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}},
    ]
    (item,) = shaped({"role": "user", "content": parts}, remembered="> x")["input"]
    assert item["content"] == [
        {"type": "input_text", "text": "> x\n\nLook:"},
        {"type": "input_image", "image_url": PNG, "detail": "low"},
        {"type": "input_file", "file_id": "f1"},
        {"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}},
    ]


def test_what_is_remembered_stands_before_a_picture_without_words() -> None:
    parts = [{"type": "image_url", "image_url": {"url": PNG}}]
    (item,) = shaped({"role": "user", "content": parts}, remembered="> x")["input"]
    assert [part["type"] for part in item["content"]] == ["input_text", "input_image"]


def test_a_failed_result_says_so_and_may_hold_a_picture() -> None:
    use = {"type": "tool_use", "id": "c1", "name": "look", "input": {}}
    source = {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}
    result = {
        "type": "tool_result",
        "tool_use_id": "c1",
        "is_error": True,
        "content": [{"type": "image", "source": source}],
    }
    written = shaped(
        {"role": "user", "content": "Look."},
        {"role": "assistant", "content": [use]},
        {"role": "user", "content": [result]},
    )
    assert written["input"][-1]["output"] == [
        {"type": "input_text", "text": "(the tool failed)"},
        {"type": "input_image", "image_url": PNG, "detail": "auto"},
    ]


@pytest.mark.parametrize("role", ["user", "system", "developer"])
def test_a_name_stands_before_the_words(role: str) -> None:
    written = shaped({"role": role, "content": "Hi.", "name": "Ana"})
    assert written["input"] == [{"role": role, "content": "Ana: Hi."}]


def test_an_assistants_name_and_thoughts_are_left_out_and_a_refusal_stays() -> None:
    parts = [{"type": "thinking", "thinking": "hm", "signature": "s"}, {"type": "refusal", "refusal": "No."}]
    written = shaped({"role": "user", "content": "Hi."}, {"role": "assistant", "content": parts, "name": "Bot"})
    assert written["input"][1] == {"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]}


def test_silent_messages_are_not_sent() -> None:
    written = shaped({"role": "user", "content": "Hi."}, {"role": "assistant", "content": ""})
    assert written["input"] == [{"role": "user", "content": "Hi."}]
