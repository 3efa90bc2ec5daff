"""What is remembered stands before the newest unanswered question, else at the end of the system text."""

from datetime import UTC, datetime
from typing import Any

import pytest

from memlane.context.groups import find_groups
from memlane.context.parts import read_turn
from memlane.context.placement import host_in, host_of
from memlane.context.shapes import as_anthropic, as_openai
from memlane.types.message import Message, message_from_mapping

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
BLOCK = "<remembered>\n…\n</remembered>"
PNG = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
ASKED = {"role": "user", "content": "Weather?"}
ANSWERED = {"role": "assistant", "content": "Fine."}
CALL = {"role": "assistant", "content": None, "tool_calls": [{"id": "c", "function": {"name": "f", "arguments": "{}"}}]}
RESULT = {"role": "tool", "tool_call_id": "c", "content": "4 °C"}
NOTE = {"role": "system", "content": "The user is now gold."}
BLANK = {"role": "user", "content": " "}


def log(*mappings: dict[str, Any]) -> list[Message]:
    return [message_from_mapping(mapping, id=str(at), created_at=NOON) for at, mapping in enumerate(mappings)]


@pytest.mark.parametrize(
    ("mappings", "host"),
    [
        ([], None),
        ([ASKED], 0),
        ([ASKED, ANSWERED], None),
        ([ASKED, ANSWERED, ASKED], 2),
        ([ASKED, CALL], 0),
        ([ASKED, CALL, RESULT], 0),
        ([ASKED, CALL, RESULT, CALL, RESULT], 0),
        ([ASKED, CALL, RESULT, ANSWERED], None),
        ([ASKED, NOTE], 0),
        ([NOTE], None),
        ([CALL, RESULT], None),
        ([BLANK], None),
        ([ASKED, BLANK], 0),
        ([ASKED, ANSWERED, BLANK], None),
        ([CALL, ASKED, RESULT], 1),
        ([{"role": "user", "content": [PNG]}], 0),
    ],
)
def test_the_place_is_the_newest_question_that_nobody_has_answered(mappings: list[Any], host: int | None) -> None:
    messages = log(*mappings)
    assert host_of([read_turn(message) for message in messages]) == host
    found = host_in(find_groups(messages))
    assert (found and found.place) == host
    openai, anthropic = as_openai(messages, "S", BLOCK), as_anthropic(messages, "S", BLOCK)
    assert (openai[0]["content"] == f"S\n\n{BLOCK}") == (host is None)
    assert anthropic["system"].endswith(f"\n\n{BLOCK}") == (host is None)


def test_text_stays_text_with_an_empty_line_between() -> None:
    together = {"role": "user", "content": f"{BLOCK}\n\nWeather?"}
    assert as_openai(log(ASKED), "", BLOCK) == [together]
    assert as_anthropic(log(ASKED), "", BLOCK) == {"messages": [together]}


def test_without_a_system_text_and_a_question_the_block_is_the_system_text() -> None:
    assert as_openai([], "", BLOCK) == [{"role": "system", "content": BLOCK}]
    assert as_anthropic([], "", BLOCK) == {"system": BLOCK, "messages": []}


def test_at_the_end_of_the_system_text_it_stands_behind_the_system_messages_that_anthropic_has_no_place_for() -> None:
    sent = as_anthropic(log(NOTE, ASKED, ANSWERED), "S", BLOCK)
    assert sent["system"] == f"S\n\nThe user is now gold.\n\n{BLOCK}"


def test_before_a_picture_the_block_is_a_part_of_its_own() -> None:
    messages = log({"role": "user", "content": [PNG, {"type": "text", "text": "What is this?"}]})
    assert as_openai(messages, "", BLOCK)[0]["content"] == [
        {"type": "text", "text": BLOCK},
        PNG,
        {"type": "text", "text": "What is this?"},
    ]
    assert as_anthropic(messages, "", BLOCK)["messages"][0]["content"][0] == {"type": "text", "text": BLOCK}


def test_in_a_merged_message_the_block_stands_behind_the_results_and_earlier_words() -> None:
    messages = log(
        ASKED,
        CALL,
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "c", "content": "4 °C"},
                {"type": "text", "text": "And tomorrow?"},
            ],
        },
    )
    content = as_anthropic(messages, "", BLOCK)["messages"][-1]["content"]
    assert [part["type"] for part in content] == ["tool_result", "text"]
    assert content[1]["text"] == f"{BLOCK}\n\nAnd tomorrow?"
    twice = as_anthropic(log(ASKED, {"role": "user", "content": "Hello?"}), "", BLOCK)["messages"]
    assert [part["text"] for part in twice[0]["content"]] == ["Weather?", f"{BLOCK}\n\nHello?"]


def test_a_name_that_is_a_prefix_stays_with_the_words() -> None:
    messages = log({**ASKED, "name": "Leia Organa"})
    assert as_openai(messages, "", BLOCK)[0]["content"] == f"{BLOCK}\n\nLeia Organa: Weather?"
    assert as_anthropic(messages, "", BLOCK)["messages"][0]["content"] == f"{BLOCK}\n\nLeia Organa: Weather?"


def test_what_is_stored_is_not_touched() -> None:
    messages = log(ASKED)
    as_openai(messages, "S", BLOCK)
    as_anthropic(messages, "S", BLOCK)
    assert messages == log(ASKED)
