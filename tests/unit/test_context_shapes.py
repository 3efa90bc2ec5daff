"""Messages in the shapes of OpenAI and Anthropic."""

import copy
from datetime import UTC, datetime
from typing import Any

import pytest

from memlane.context.shapes import as_anthropic, as_openai
from memlane.types.message import Message, message_from_mapping

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
PNG = "data:image/png;base64,iVBORw0KGgo="


def log(*mappings: dict[str, Any]) -> list[Message]:
    return [message_from_mapping(mapping, id=str(at), created_at=NOON) for at, mapping in enumerate(mappings)]


def call(call_id: str = "c1", name: str = "weather", arguments: str = '{"city":"Oslo"}') -> dict[str, Any]:
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


def use(call_id: str = "c1", name: str = "weather", **given: Any) -> dict[str, Any]:
    return {"type": "tool_use", "id": call_id, "name": name, "input": given}


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


OPENAI = [
    {"role": "user", "content": "Weather in Oslo and Rome?"},
    {
        "role": "assistant",
        "content": "Let me see.",
        "tool_calls": [call("c1"), call("c2", arguments='{"city":"Rome"}')],
    },
    {"role": "tool", "tool_call_id": "c1", "content": "4 °C"},
    {"role": "tool", "tool_call_id": "c2", "content": "24 °C"},
    {"role": "assistant", "content": "4 and 24 degrees."},
    {"role": "user", "content": [text("And here?"), {"type": "image_url", "image_url": {"url": PNG}}]},
]
ANTHROPIC = [
    {"role": "user", "content": "Weather in Oslo and Rome?"},
    {"role": "assistant", "content": [text("Let me see."), use("c1", city="Oslo"), use("c2", city="Rome")]},
    {
        "role": "user",
        "content": [
            {"type": "tool_result", "tool_use_id": "c1", "content": "4 °C"},
            {"type": "tool_result", "tool_use_id": "c2", "content": "24 °C"},
        ],
    },
    {"role": "assistant", "content": "4 and 24 degrees."},
    {
        "role": "user",
        "content": [
            text("And here?"),
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}},
        ],
    },
]


def test_each_shape_becomes_the_other_and_stays_itself() -> None:
    assert as_openai(log(*OPENAI)) == OPENAI
    assert as_anthropic(log(*OPENAI)) == {"messages": ANTHROPIC}
    assert as_openai(log(*ANTHROPIC)) == OPENAI
    assert as_anthropic(log(*ANTHROPIC)) == {"messages": ANTHROPIC}


def test_the_system_text_stands_where_each_provider_wants_it() -> None:
    messages = log({"role": "user", "content": "Hi"})
    assert as_openai(messages, "Be brief.")[0] == {"role": "system", "content": "Be brief."}
    assert as_anthropic(messages, "Be brief.")["system"] == "Be brief."
    assert "system" not in as_anthropic(messages)
    assert as_anthropic([], "") == {"messages": []}
    assert as_openai([], "") == []


def test_system_messages_of_the_log_are_kept_for_openai_and_moved_for_anthropic() -> None:
    messages = log(
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "Hi"},
        {"role": "developer", "content": [text("User is now gold.")]},
        {"role": "user", "content": "Hello?"},
    )
    assert [message["role"] for message in as_openai(messages)] == ["system", "user", "developer", "user"]
    sent = as_anthropic(messages, "Be brief.")
    assert sent["system"] == "Be brief.\n\nBe kind.\n\nUser is now gold."
    assert sent["messages"] == [{"role": "user", "content": [text("Hi"), text("Hello?")]}]


def test_anthropic_is_told_that_the_conversation_continues_where_the_assistant_spoke_first() -> None:
    sent = as_anthropic(log({"role": "assistant", "content": "Welcome!"}, {"role": "user", "content": "Hi"}))
    assert [(message["role"], message["content"]) for message in sent["messages"]] == [
        ("user", "(conversation continues)"),
        ("assistant", "Welcome!"),
        ("user", "Hi"),
    ]


@pytest.mark.parametrize("blank", ["", " \n", None, [], [text("")], [text(" ")]])
def test_what_is_blank_is_never_sent_to_anthropic_and_is_text_for_openai(blank: Any) -> None:
    messages = log({"role": "user", "content": "Hi"}, {"role": "assistant", "content": blank})
    assert as_anthropic(messages) == {"messages": [{"role": "user", "content": "Hi"}]}
    assert isinstance(as_openai(messages)[1]["content"], str)


def test_blank_space_at_the_very_end_of_an_assistants_last_words_is_not_sent_to_anthropic() -> None:
    messages = log({"role": "user", "content": "Hi "}, {"role": "assistant", "content": "Well, \n"})
    assert [message["content"] for message in as_anthropic(messages)["messages"]] == ["Hi ", "Well,"]
    assert [message["content"] for message in as_openai(messages)] == ["Hi ", "Well, \n"]


def test_a_name_is_a_field_where_openai_allows_it_and_a_prefix_elsewhere() -> None:
    messages = log(
        {"role": "user", "content": "Hi", "name": "luke"},
        {"role": "user", "content": "Hi", "name": "Leia Organa"},
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": PNG}}], "name": "Han\n\nassistant"},
        {"role": "assistant", "content": "Hello", "name": "See Threepio"},
        {"role": "user", "content": "", "name": "Nobody"},
    )
    openai = as_openai(messages)
    assert openai[0] == {"role": "user", "content": "Hi", "name": "luke"}
    assert openai[1] == {"role": "user", "content": "Leia Organa: Hi"}
    assert openai[2]["content"][0] == text("Han assistant:")
    assert openai[3] == {"role": "assistant", "content": "Hello"}
    assert openai[4] == {"role": "user", "content": "", "name": "Nobody"}
    first, answer = as_anthropic(messages)["messages"]
    assert first["content"][:3] == [text("luke: Hi"), text("Leia Organa: Hi"), text("Han assistant:")]
    assert answer == {"role": "assistant", "content": "Hello"}


def test_results_move_up_to_their_call_and_words_said_meanwhile_follow() -> None:
    messages = log(
        {"role": "assistant", "content": None, "tool_calls": [call("c1"), call("c2")]},
        {"role": "tool", "content": "two", "tool_call_id": "c2"},
        {"role": "user", "content": "Hurry!"},
        {"role": "tool", "content": "one", "tool_call_id": "c1"},
    )
    openai = as_openai(messages)
    assert [(sent["role"], sent["content"]) for sent in openai] == [
        ("assistant", None),
        ("tool", "one"),
        ("tool", "two"),
        ("user", "Hurry!"),
    ]
    content = as_anthropic(messages)["messages"][-1]["content"]
    assert [part["type"] for part in content] == ["tool_result", "tool_result", "text"]
    assert [part["tool_use_id"] for part in content[:2]] == ["c1", "c2"]


def test_a_call_that_was_never_answered_says_so_and_one_in_flight_stays_open() -> None:
    messages = log({"role": "assistant", "content": None, "tool_calls": [call("c1")]}, {"role": "user", "content": "?"})
    openai = as_openai(messages)
    assert openai[1] == {"role": "tool", "tool_call_id": "c1", "content": "(no result was recorded)"}
    answer = as_anthropic(messages)["messages"][2]["content"][0]
    assert answer == {"type": "tool_result", "tool_use_id": "c1", "content": "(no result was recorded)"}
    assert len(as_openai(messages[:1])) == 1
    assert as_anthropic(messages[:1])["messages"][-1]["content"][0]["type"] == "tool_use"


def test_of_parallel_calls_in_flight_the_first_results_are_sent_and_the_others_stay_open() -> None:
    messages = log(
        {"role": "assistant", "content": None, "tool_calls": [call("c1"), call("c2")]},
        {"role": "tool", "content": "two", "tool_call_id": "c2"},
    )
    assert [sent.get("tool_call_id") for sent in as_openai(messages)] == [None, "c2"]
    results = as_anthropic(messages)["messages"][-1]["content"]
    assert [part["tool_use_id"] for part in results] == ["c2"]


def test_a_result_without_a_call_is_not_sent_but_the_words_beside_it_are() -> None:
    messages = log(
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "x", "content": "r"}, text("So?")]},
        {"role": "tool", "tool_call_id": "y", "content": "r"},
    )
    assert as_openai(messages) == [{"role": "user", "content": "So?"}]
    assert as_anthropic(messages) == {"messages": [{"role": "user", "content": "So?"}]}


@pytest.mark.parametrize(
    ("arguments", "given"),
    [
        ('{"city": "Oslo"}', {"city": "Oslo"}),
        ("", {}),
        ('{"city": "Os', {"_raw": '{"city": "Os'}),
        ("[1]", {"_raw": "[1]"}),
        ('"text"', {"_raw": '"text"'}),
        ('{"a": NaN}', {"_raw": '{"a": NaN}'}),
        ("[" * 9_999, {"_raw": "[" * 9_999}),
    ],
)
def test_arguments_that_are_no_json_object_are_passed_raw_to_anthropic(arguments: str, given: dict[str, Any]) -> None:
    messages = log({"role": "assistant", "content": None, "tool_calls": [call(arguments=arguments)]})
    assert as_anthropic(messages)["messages"][1]["content"][0]["input"] == given
    assert as_openai(messages)[0]["tool_calls"][0]["function"]["arguments"] == (arguments or "{}")


def test_ids_that_a_provider_refuses_are_replaced_alike_in_call_and_result() -> None:
    messages = log(
        {"role": "assistant", "content": None, "tool_calls": [call("functions.weather:0"), call("x" * 41)]},
        {"role": "tool", "content": "a", "tool_call_id": "functions.weather:0"},
        {"role": "tool", "content": "b", "tool_call_id": "x" * 41},
    )
    openai = as_openai(messages)
    ids = [made["id"] for made in openai[0]["tool_calls"]]
    assert ids[0] == "functions.weather:0"
    assert len(ids[1]) <= 40
    assert [sent["tool_call_id"] for sent in openai[1:]] == ids
    _, assistant, results = as_anthropic(messages)["messages"]
    used = [part["id"] for part in assistant["content"]]
    assert used[0] != "functions.weather:0"
    assert used[1] == "x" * 41
    assert [part["tool_use_id"] for part in results["content"]] == used
    assert as_openai(messages) == openai


def test_ids_that_a_model_repeats_in_every_turn_become_unique() -> None:
    turn = [
        {"role": "assistant", "content": None, "tool_calls": [call("call_0")]},
        {"role": "tool", "content": "r", "tool_call_id": "call_0"},
    ]
    sent = as_openai(log(*turn, *turn))
    assert sent[0]["tool_calls"][0]["id"] == sent[1]["tool_call_id"] == "call_0"
    assert sent[2]["tool_calls"][0]["id"] == sent[3]["tool_call_id"] != "call_0"


def test_parallel_calls_without_ids_get_their_answers_in_order() -> None:
    calls = [{"function": {"name": name, "arguments": {}}} for name in ("first", "second")]
    messages = log(
        {"role": "assistant", "content": None, "tool_calls": calls},
        {"role": "tool", "content": "one"},
        {"role": "tool", "content": "two"},
    )
    assistant, *answers = as_openai(messages)
    assert [answer["content"] for answer in answers] == ["one", "two"]
    assert [answer["tool_call_id"] for answer in answers] == [made["id"] for made in assistant["tool_calls"]]
    assert len({answer["tool_call_id"] for answer in answers}) == 2


def test_tool_names_are_written_as_both_providers_allow_them() -> None:
    names = ["math.add", "", "n" * 65]
    messages = log(
        {"role": "assistant", "content": None, "tool_calls": [call(str(at), name) for at, name in enumerate(names)]}
    )
    sent = [made["function"]["name"] for made in as_openai(messages)[0]["tool_calls"]]
    assert sent == ["math_add", "unknown", "n" * 64]
    assert [part["name"] for part in as_anthropic(messages)["messages"][1]["content"]] == sent


def test_older_function_calls_and_custom_tools_are_sent_to_both() -> None:
    messages = log(
        {"role": "assistant", "content": None, "tool_calls": [], "function_call": {"name": "f", "arguments": "{}"}},
        {"role": "function", "name": "f", "content": "r"},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "c", "type": "custom", "custom": {"name": "sql", "input": "SELECT 1"}}],
        },
    )
    openai = as_openai(messages)
    assert [sent["role"] for sent in openai] == ["assistant", "tool", "assistant"]
    assert openai[2]["tool_calls"][0]["custom"] == {"name": "sql", "input": "SELECT 1"}
    anthropic = as_anthropic(messages)["messages"]
    assert anthropic[2]["content"][0]["content"] == "r"
    assert anthropic[3]["content"][0]["input"] == {"input": "SELECT 1"}


def test_failed_results_say_so_in_both_shapes() -> None:
    messages = log(
        {"role": "assistant", "content": [use("c1"), use("c2")]},
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "c1", "content": "timeout", "is_error": True},
                {"type": "tool_result", "tool_use_id": "c2", "is_error": True},
            ],
        },
    )
    assert [sent["content"] for sent in as_openai(messages)[1:]] == [
        "(the tool failed) timeout",
        "(the tool failed)",
    ]
    assert as_anthropic(messages)["messages"][2]["content"] == messages[1].content


def test_pictures_go_to_either_provider_and_are_named_where_they_cannot() -> None:
    urls = ["https://example.org/a.png", "http://example.org/a.png", "data:image/tiff;base64,AAAA", "data:,x"]
    parts = [{"type": "image_url", "image_url": {"url": url, "detail": "low"}} for url in urls]
    messages = log({"role": "user", "content": parts}, {"role": "assistant", "content": parts[:1]})
    said, answer = as_anthropic(messages)["messages"]
    assert said["content"] == [
        {"type": "image", "source": {"type": "url", "url": urls[0]}},
        text("[image]"),
        text("[image]"),
        text("[image]"),
    ]
    assert answer["content"] == "[image]"
    assert as_openai(messages) == [{"role": "user", "content": parts}, {"role": "assistant", "content": "[image]"}]


def test_a_picture_in_a_tool_result_stays_for_anthropic_and_is_named_for_openai() -> None:
    picture = {"type": "image", "source": {"type": "url", "url": "https://example.org/a.png"}}
    result = {"type": "tool_result", "tool_use_id": "c1", "content": [text("Here:"), picture]}
    messages = log({"role": "assistant", "content": [use()]}, {"role": "user", "content": [result]})
    assert as_anthropic(messages)["messages"][2]["content"] == [result]
    assert as_openai(messages)[1]["content"] == [text("Here:"), text("[image]")]


def test_parts_are_kept_for_the_provider_they_come_from_and_are_text_for_the_other() -> None:
    audio = {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}
    document = {"type": "document", "source": {"type": "url", "url": "https://example.org/a.pdf"}, "title": "A"}
    messages = log({"role": "user", "content": [audio]}, {"role": "user", "content": [document]})
    assert [sent["content"] for sent in as_openai(messages)] == [[audio], "[document: A]"]
    assert as_anthropic(messages)["messages"][0]["content"] == [text("[input_audio]"), document]


def test_unknown_parts_are_kept_when_their_neighbours_tell_whose_they_are() -> None:
    new = {"type": "hologram", "size": 3}
    picture = {"type": "image_url", "image_url": {"url": PNG}}
    document = {"type": "document", "source": {"type": "url", "url": "https://example.org/a.pdf"}}
    messages = log(
        {"role": "user", "content": [picture, new]},
        {"role": "user", "content": [document, new]},
        {"role": "user", "content": [text("x"), new]},
    )
    openai = as_openai(messages)
    assert [new in sent["content"] for sent in openai] == [True, False, False]
    content = as_anthropic(messages)["messages"][0]["content"]
    assert content.count(new) == 1
    assert content.count(text("[hologram]")) == 2


def test_thoughts_go_back_to_anthropic_only_and_never_end_a_message() -> None:
    thought = {"type": "thinking", "thinking": "hm", "signature": "sig"}
    unsigned = {"type": "thinking", "thinking": "hm"}
    messages = log(
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": [thought, unsigned, text("Hello")]},
        {"role": "user", "content": "Bye"},
        {"role": "assistant", "content": [thought]},
    )
    sent = as_anthropic(messages)["messages"]
    assert sent[1]["content"] == [thought, text("Hello")]
    assert len(sent) == 3
    assert "hm" not in str(as_openai(messages))


def test_only_unknown_fields_known_to_be_safe_are_sent() -> None:
    messages = log(
        {"role": "assistant", "content": None, "refusal": "I can't.", "reasoning_content": "secret", "tool_calls": []},
        {"role": "assistant", "content": None, "audio": {"id": "a1", "transcript": "Hi", "data": "A"}, "x": 1},
        {"role": "assistant", "content": "Hi", "refusal": None, "annotations": []},
    )
    assert as_openai(messages) == [
        {"role": "assistant", "content": None, "refusal": "I can't."},
        {"role": "assistant", "content": None, "audio": {"id": "a1"}},
        {"role": "assistant", "content": "Hi"},
    ]
    assert as_anthropic(messages)["messages"][1]["content"] == [text("I can't."), text("Hi"), text("Hi")]


def test_cache_marks_are_not_sent_again() -> None:
    marked = {**text("Hi"), "cache_control": {"type": "ephemeral"}, "prompt_cache_breakpoint": {"mode": "explicit"}}
    document = {
        "type": "document",
        "source": {"type": "url", "url": "https://example.org/a.pdf"},
        "cache_control": {"type": "ephemeral"},
    }
    messages = log({"role": "user", "content": [marked, document]})
    assert "cache" not in str([as_openai(messages), as_anthropic(messages)])
    assert "cache_control" in document


def test_what_is_returned_shares_nothing_with_what_is_stored() -> None:
    messages = log(*ANTHROPIC, {"role": "user", "content": [{"type": "input_audio", "input_audio": {"data": "A"}}]})
    before = copy.deepcopy(messages)
    for sent in (as_openai(messages), as_anthropic(messages)["messages"]):
        _spoil(sent)
    assert messages == before


def _spoil(value: Any) -> None:
    items = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    for item in items:
        _spoil(item)
    if isinstance(value, dict | list):
        value.clear()
