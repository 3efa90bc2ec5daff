"""Which messages belong together, and windows over whole groups."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memlane.context.context import build_context
from memlane.context.groups import group
from memlane.context.window import fit, last_n
from memlane.errors import BudgetExceededError, UsageError
from memlane.types.message import Message, message_from_mapping

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


class Characters:
    """One token a character."""

    name = "characters"
    exact = True

    def count(self, text: str) -> int:
        return len(text)


def log(*mappings: dict[str, Any]) -> list[Message]:
    return [message_from_mapping(mapping, id=str(at), created_at=NOON) for at, mapping in enumerate(mappings)]


def user(text: str = "u") -> dict[str, Any]:
    return {"role": "user", "content": text}


def bot(text: str = "a") -> dict[str, Any]:
    return {"role": "assistant", "content": text}


def calls(*ids: str, text: str | None = None) -> dict[str, Any]:
    tool_calls = [{"id": i, "type": "function", "function": {"name": "f", "arguments": "{}"}} for i in ids]
    return {"role": "assistant", "content": text, "tool_calls": tool_calls}


def tool(call: str) -> dict[str, Any]:
    return {"role": "tool", "content": "r", "tool_call_id": call}


def uses(*ids: str) -> dict[str, Any]:
    return {"role": "assistant", "content": [{"type": "tool_use", "id": i, "name": "f", "input": {}} for i in ids]}


def results(*ids: str, text: str | None = None) -> dict[str, Any]:
    parts: list[dict[str, Any]] = [{"type": "tool_result", "tool_use_id": i, "content": "r"} for i in ids]
    return {"role": "user", "content": parts + ([{"type": "text", "text": text}] if text else [])}


def ids(messages: list[Message]) -> str:
    return "".join(message.id for message in messages)


def grouped(messages: list[Message]) -> list[str]:
    return [ids(found) for found in group(messages)]


@pytest.mark.parametrize(
    ("mappings", "expected"),
    [
        ([], []),
        ([user(), bot()], ["0", "1"]),
        ([user(), calls("c"), tool("c"), bot()], ["0", "12", "3"]),
        ([calls("c", "d"), tool("d"), tool("c")], ["012"]),
        ([uses("c", "d"), results("c", "d", text="and?"), bot()], ["01", "2"]),
        ([calls("c", "d"), tool("c"), user(), tool("d")], ["2", "013"]),
        ([uses("c"), calls("d"), results("c", "d")], ["012"]),
        ([calls("x"), tool("x"), calls("x"), tool("x")], ["01", "23"]),
        ([calls("x"), calls("x"), tool("x")], ["0", "12"]),
        ([uses("c", "d"), {**results("c", "d"), "role": "tool"}], ["01"]),
        ([{"role": "assistant", "content": None, "tool_calls": [], "function_call": {"name": "f"}},
          {"role": "function", "name": "f", "content": "r"}], ["01"]),
    ],
)  # fmt: skip
def test_a_call_and_its_results_are_one_group(mappings: list[dict[str, Any]], expected: list[str]) -> None:
    assert grouped(log(*mappings)) == expected


def test_parallel_calls_without_ids_are_answered_in_their_order() -> None:
    nameless = {"role": "assistant", "content": None, "tool_calls": [{"function": {"name": "f", "arguments": {}}}] * 2}
    answer = {"role": "tool", "content": "r"}
    assert grouped(log(nameless, answer, answer, answer)) == ["012"]


def test_a_result_whose_call_is_not_there_leaves_wherever_it_stands() -> None:
    assert grouped(log(tool("c"), user(), results("d"), bot(), tool("e"))) == ["1", "3"]


def test_a_second_result_of_the_same_call_leaves() -> None:
    assert grouped(log(calls("c"), tool("c"), tool("c"))) == ["01"]


def test_a_message_with_words_stays_though_its_result_has_no_call() -> None:
    assert grouped(log(results("gone", text="and now?"), bot())) == ["0", "1"]


def test_a_long_log_of_calls_is_grouped_without_effort() -> None:
    chain = [mapping for at in range(2_000) for mapping in (calls(str(at)), tool(str(at)))]
    assert len(group(log(*chain))) == 2_000


def test_last_n_shows_fewer_rather_than_part_a_group() -> None:
    messages = log(user(), calls("c"), tool("c"), bot())
    shown = [ids(last_n(messages, n)) for n in range(6)]
    assert shown == ["", "3", "3", "123", "0123", "0123"]


def test_last_n_shows_the_newest_group_whole_even_when_it_alone_is_longer() -> None:
    assert ids(last_n(log(user(), calls("c", "d"), tool("c"), tool("d")), 1)) == "123"


def test_last_n_refuses_a_negative_number() -> None:
    with pytest.raises(UsageError, match="0 or more, not -1"):
        last_n([], -1)


def test_a_window_never_begins_with_an_unanswered_call() -> None:
    messages = log(user(), calls("c", text="wait"), user(), bot())
    assert ids(last_n(messages, 3)) == "23"
    assert ids(last_n(messages, 4)) == "0123"


def test_an_unanswered_call_that_is_newest_is_in_flight_and_stays() -> None:
    assert ids(last_n(log(user(), calls("c")), 1)) == "1"
    assert ids(last_n(log(calls("b"), calls("c")), 2)) == "1"


def test_a_partly_answered_call_at_the_oldest_end_stays() -> None:
    assert ids(last_n(log(calls("c", "d"), tool("d"), user()), 3)) == "012"


def test_messages_said_between_call_and_result_keep_their_place() -> None:
    messages = log(user(), calls("c"), user("hurry"), tool("c"))
    assert ids(last_n(messages, 3)) == "123"
    assert ids(last_n(messages, 2)) == "13"


def test_fit_takes_whole_groups_newest_first_and_counts_overhead() -> None:
    messages = log(user("1234"), bot("1"), user("12"))
    shown = [ids(fit(messages, budget, Characters())) for budget in (6, 18, 19, 100)]
    assert shown == ["2", "2", "012", "012"]


def test_fit_makes_room_for_the_opening_that_a_window_beginning_with_the_assistant_needs() -> None:
    messages = log(user("a question of some length, to be sure"), bot("1"), user("12"))
    opening = len("(conversation continues)") + 4
    assert ids(fit(messages, 11 + opening - 1, Characters())) == "2"
    assert ids(fit(messages, 11 + opening, Characters())) == "12"


def test_fit_says_exactly_what_the_newest_group_needs() -> None:
    messages = log(user(), calls("c"), tool("c"))
    with pytest.raises(BudgetExceededError) as failed:
        fit(messages, 3, Characters())
    needed = failed.value.needed_tokens
    assert ids(fit(messages, needed, Characters())) in ("12", "012")
    with pytest.raises(BudgetExceededError):
        fit(messages, needed - 1, Characters())


def test_fit_of_an_empty_log_is_empty_at_any_budget() -> None:
    assert fit([], 0, Characters()) == []


said = st.sampled_from(
    [
        user(), user(""), bot("a longer answer than others"), {"role": "system", "content": "s"},
        calls("c"), calls("c", "d"), calls("d", text="wait"), tool("c"), tool("d"), tool("x"),
        uses("c"), uses("d", "e"), results("c"), results("d", "e"), results("e", text="and?"),
    ]
)  # fmt: skip
logs = st.lists(said, max_size=14).map(lambda mappings: log(*mappings))


def order(messages: list[Message]) -> list[int]:
    return [int(message.id) for message in messages]


@settings(max_examples=200, deadline=None)
@given(logs, st.integers(0, 14), st.integers(0, 14))
def test_a_larger_number_never_shows_fewer_messages(messages: list[Message], n: int, more: int) -> None:
    few, many = order(last_n(messages, n)), order(last_n(messages, n + more))
    assert set(few) <= set(many)
    assert few == sorted(few)
    assert all(set(found) <= set(few) or not set(found) & set(few) for found in map(order, group(messages)))


@settings(max_examples=200, deadline=None)
@given(logs, st.integers(0, 300), st.integers(0, 100))
def test_more_tokens_never_fit_fewer_messages(messages: list[Message], budget: int, more: int) -> None:
    try:
        few = fit(messages, budget, Characters())
    except BudgetExceededError as refused:
        budget = refused.needed_tokens
        few = fit(messages, budget, Characters())
    assert set(order(few)) <= set(order(fit(messages, budget + more, Characters())))
    assert build_context(messages=few, counter=Characters()).tokens <= budget
    assert not messages or not group(messages) or set(order(group(messages)[-1])) <= set(order(few))
