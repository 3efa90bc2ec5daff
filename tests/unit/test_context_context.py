"""What a context shows, what it leaves out, and what it says of itself."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from memlane.context.context import Context, build_context
from memlane.errors import BudgetExceededError, UsageError
from memlane.types.memory import Memory, Recalled
from memlane.types.message import Message, message_from_mapping
from memlane.types.summary import Summary

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


class Words:
    """One token a word."""

    name = "words"
    exact = True

    def count(self, text: str) -> int:
        return len(text.split())


class Quarters:
    """A token for four characters, rounded down: the whole comes to more than its parts."""

    name = "quarters"
    exact = False

    def count(self, text: str) -> int:
        return len(text) // 4


def said(number: int, text: str = "one two three", role: str = "user", **fields: Any) -> Message:
    message = message_from_mapping({"role": role, "content": text, **fields}, id=f"s{number}", created_at=NOON)
    return msgspec.structs.replace(message, position=number)


def talk(count: int) -> list[Message]:
    return [said(number, f"{number} two three") for number in range(1, count + 1)]


def recalled(name: str, text: str, score: float = 0.5, **fields: Any) -> Recalled:
    memory = Memory(**{"id": name, "text": text, "kind": "fact", "created_at": NOON, **fields})
    return Recalled(memory=memory, score=score, why={})


def build(messages: list[Message], **given: Any) -> Context:
    return build_context(**{"messages": messages, "counter": Words(), "session_id": "here", **given})


def memory_ids(context: Context) -> list[str]:
    return [found.memory.id for found in context.memories]


def reasons(context: Context) -> dict[str, list[str]]:
    return {item.why: item.ids for item in context.left_out}


def test_an_empty_context_is_empty() -> None:
    context = build([], max_tokens=0)
    assert (context.system, context.messages, context.memories, context.tokens) == ("", [], [], 0)
    assert context.as_openai() == []
    assert context.as_anthropic() == {"messages": []}
    assert (context.remembered, context.stable_tokens) == ("", 0)
    assert context.explain() == "0 of 0 tokens (words)"


def test_without_a_budget_everything_is_shown() -> None:
    context = build(
        talk(9), instructions="Be brief.", recalled=[recalled("m", "fact")], summary=Summary(text="before", upto=0)
    )
    assert len(context.messages) == 9
    assert memory_ids(context) == ["m"]
    assert context.summary is not None
    assert context.left_out == []
    assert context.max_tokens is None


def test_tokens_are_those_of_system_text_and_block_and_of_each_message_with_its_frame() -> None:
    summary = Summary(text="said before", upto=0)
    context = build(talk(3), instructions="Be brief.", recalled=[recalled("m", "fact")], summary=summary)
    sent = [str(message["content"]) for message in context.as_openai()]
    assert context.tokens == sum(map(Words().count, sent)) + 3 * 4
    assert context.tokens == Words().count(context.system) + Words().count(context.remembered) + 3 * (3 + 4)
    assert sum(part.tokens for part in context.parts) == context.tokens


def test_the_system_text_does_not_depend_on_what_is_recalled() -> None:
    given: dict[str, Any] = {"instructions": "Be brief.", "summary": Summary(text="said before", upto=0)}
    with_memory = build(talk(3), recalled=[recalled("m", "fact")], **given)
    assert with_memory.system == build(talk(3), **given).system
    assert with_memory.messages == talk(3)
    assert with_memory.remembered


def test_stable_tokens_are_those_before_the_question_that_the_memories_precede() -> None:
    messages = [said(1), said(2, "Well then?", "assistant"), said(3)]
    context = build(messages, instructions="Be brief.", recalled=[recalled("m", "fact")])
    assert context.stable_tokens == 2 + (3 + 4) + (2 + 4)
    assert build(messages, instructions="Be brief.").stable_tokens == 2 + (3 + 4) + (2 + 4) + (3 + 4)
    answered = build(messages[:2], instructions="Be brief.", recalled=[recalled("m", "fact")])
    assert answered.stable_tokens == 2
    assert "at the end of the system text" in answered.explain()


def test_stable_tokens_do_not_count_a_group_that_reaches_beyond_the_question() -> None:
    call = said(2, "wait", "assistant", tool_calls=[{"id": "c", "function": {"name": "f"}}])
    messages = [said(1), call, said(3), said(4, "r", "tool", tool_call_id="c")]
    assert build(messages, recalled=[recalled("m", "fact")]).stable_tokens == 3 + 4


def test_a_name_costs_tokens_too() -> None:
    assert build([said(1, name="Luke")]).tokens == build([said(1)]).tokens + 1


def test_a_call_without_a_result_costs_the_answer_that_is_sent_for_it() -> None:
    call = said(2, "wait", "assistant", tool_calls=[{"id": "c", "function": {"name": "f"}}])
    context = build([said(1), call, said(3)])
    assert "(no result was recorded)" in str(context.as_openai())
    assert context.tokens == 7 + (2 + 4) + (4 + 4) + 7


def test_the_smallest_budget_that_does_is_exact() -> None:
    messages = [*talk(2), said(3, "", "assistant", tool_calls=[{"id": "c", "function": {"name": "f"}}])]
    messages.append(said(4, "four words of result", "tool", tool_call_id="c"))
    with pytest.raises(BudgetExceededError) as failed:
        build(messages, instructions="Be brief.", max_tokens=1)
    needed = failed.value.needed_tokens
    assert failed.value.budget_tokens == 1
    context = build(messages, instructions="Be brief.", max_tokens=needed)
    assert [message.id for message in context.messages] == ["s3", "s4"]
    assert context.tokens == needed
    with pytest.raises(BudgetExceededError, match=f"is {needed} tokens"):
        build(messages, instructions="Be brief.", max_tokens=needed - 1)


def test_a_window_may_begin_with_a_question_shorter_than_the_opening_it_saves() -> None:
    messages = [said(1, "x"), said(2, "y", "assistant"), said(3, "z")]
    assert len(build(messages, max_tokens=15).messages) == 3
    assert len(build(messages, max_tokens=14).messages) == 1


def test_instructions_alone_must_fit() -> None:
    with pytest.raises(BudgetExceededError) as failed:
        build([], instructions="one two three", max_tokens=2)
    assert failed.value.needed_tokens == 3


def test_last_limits_messages_and_zero_shows_none() -> None:
    context = build(talk(5), last=2)
    assert [message.id for message in context.messages] == ["s4", "s5"]
    assert reasons(context) == {"beyond the number of last messages asked for": ["s1", "s2", "s3"]}
    assert build(talk(5), last=0).messages == []


@pytest.mark.parametrize(("given", "says"), [({"last": -1}, "0 or more"), ({"memory_share": 1.5}, "between 0 and 1")])
def test_arguments_out_of_range_are_refused(given: dict[str, Any], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        build([], **given)


def test_memories_get_their_share_before_older_messages_do() -> None:
    memories = [recalled(f"m{at}", f"fact number {at}", 1 - at / 10) for at in range(9)]
    crowded = build(talk(90), recalled=memories, max_tokens=400)
    alone = build(talk(90), max_tokens=400)
    assert 0 < len(crowded.memories) < 9 or len(crowded.messages) < len(alone.messages)
    assert len(crowded.memories) > 0
    remembered = next(part.tokens for part in crowded.parts if part.name == "memories")
    assert remembered <= 0.3 * 393 + 7  # what one message more would have taken is left to them too
    assert build(talk(90), recalled=memories, max_tokens=400, memory_share=0).memories == []


def test_room_that_messages_leave_goes_to_memories() -> None:
    memories = [recalled(f"m{at}", f"fact number {at}", 1 - at / 10) for at in range(9)]
    context = build(talk(2), recalled=memories, max_tokens=150)
    assert len(context.memories) == 9
    remembered = next(part.tokens for part in context.parts if part.name == "memories")
    assert remembered > 0.3 * 150


def test_the_best_memories_come_first_and_the_others_are_noted() -> None:
    memories = [recalled("low", "the lesser fact", 0.1), recalled("high", "the better fact", 0.9)]
    both = build([said(1)], recalled=memories)
    assert memory_ids(both) == ["high", "low"]
    context = build([said(1)], recalled=memories, max_tokens=both.tokens - 1)
    assert memory_ids(context) == ["high"]
    assert reasons(context) == {"no room": ["low"]}


def test_a_memory_whose_messages_are_shown_is_left_out() -> None:
    memories = [
        recalled("turn", "said elsewhere", kind="message", session_id="here", message_ids=["s2"]),
        recalled("fact", "made of both", session_id="here", message_ids=["s1", "s2"]),
        recalled("half", "made of one that is not shown", session_id="here", message_ids=["s2", "s0"]),
        recalled("other", "another session", session_id="there", message_ids=["s2"]),
        recalled("loose", "no source", session_id="here"),
        recalled("words", "2  two\nthree"),
    ]
    context = build(talk(2), recalled=memories)
    assert memory_ids(context) == ["half", "other", "loose"]
    assert reasons(context) == {"the messages shown say it": ["turn", "fact", "words"]}


def test_a_memory_of_the_same_session_is_quoted_when_its_message_is_no_longer_shown() -> None:
    memory = recalled("turn", "1 two three", kind="message", session_id="here", message_ids=["s1"])
    assert memory_ids(build(talk(3), recalled=[memory], last=2)) == ["turn"]
    assert memory_ids(build(talk(3), recalled=[memory], last=3)) == []


def test_memories_that_the_window_shows_take_no_room_from_it() -> None:
    shown = [
        recalled(f"m{at}", f"{at} two three", kind="message", session_id="here", message_ids=[f"s{at}"])
        for at in range(1, 10)
    ]
    assert len(build(talk(9), recalled=shown, max_tokens=9 * 7).messages) == 9


def test_room_is_kept_for_a_memory_of_which_the_window_shows_but_a_part() -> None:
    memory = recalled("both", "made of two", session_id="here", message_ids=["s1", "s40"])
    context = build(talk(40), recalled=[memory], max_tokens=260)
    assert memory_ids(context) == ["both"]
    assert 0 < len(context.messages) < 40


def test_of_a_fact_and_its_message_the_better_is_shown_and_the_other_only_with_room_to_spare() -> None:
    source: dict[str, Any] = {"session_id": "there", "message_ids": ["x1"]}
    turn = recalled("turn", "I never eat meat you know", 0.4, kind="message", role="user", **source)
    fact = recalled("fact", "Is vegetarian", 0.9, **source)
    free = recalled("free", "Lives in a far away galaxy", 0.1)
    everything = build([said(1)], recalled=[turn, fact, free])
    assert memory_ids(everything) == ["fact", "turn", "free"]
    context = build([said(1)], recalled=[turn, fact, free], max_tokens=everything.tokens - 1)
    assert memory_ids(context) == ["fact", "free"]


def test_two_facts_of_one_message_are_both_new() -> None:
    source: dict[str, Any] = {"session_id": "there", "message_ids": ["x1"]}
    facts = [recalled("a", "Is vegetarian", 0.9, **source), recalled("b", "Lands in Oslo", 0.8, **source)]
    low = recalled("low", "Lives in a far away galaxy", 0.1)
    whole = build([said(1)], recalled=[*facts, low])
    assert memory_ids(build([said(1)], recalled=[*facts, low], max_tokens=whole.tokens - 1)) == ["a", "b"]


def test_the_same_words_are_quoted_once() -> None:
    twice = [recalled("worse", "window  seat", 0.1), recalled("better", "window seat", 0.2)]
    context = build([said(1)], recalled=twice)
    assert memory_ids(context) == ["better"]
    assert reasons(context) == {"another memory has the same text": ["worse"]}


def test_the_summary_is_left_out_with_a_note_when_it_would_take_too_much() -> None:
    summary = Summary(text="word " * 30, upto=0)
    assert build(talk(3), summary=summary, max_tokens=200).summary == summary
    context = build(talk(3), summary=summary, max_tokens=60)
    assert context.summary is None
    assert reasons(context) == {"it would take too much of the budget": []}
    assert "summary" in context.explain()


def test_the_budget_at_which_the_summary_fits_shows_no_fewer_messages_than_a_smaller_one() -> None:
    contexts = [build(talk(40), summary=Summary(text="word " * 30, upto=0), max_tokens=at) for at in range(7, 330)]
    counts = [len(context.messages) for context in contexts]
    assert counts == sorted(counts)
    assert (contexts[0].summary is None, contexts[-1].summary is None) == (True, False)
    assert counts[0] < counts[-1]


def test_messages_that_the_summary_covers_are_not_shown() -> None:
    context = build(talk(4), summary=Summary(text="before", upto=2))
    assert [message.id for message in context.messages] == ["s3", "s4"]
    assert reasons(context) == {"the summary covers it": ["s1", "s2"]}


def test_a_counter_that_rounds_down_is_not_fooled_by_small_pieces() -> None:
    memories = [recalled(f"m{at}", "x" * at) for at in range(1, 30)]
    for budget in range(120, 400, 7):
        context = build(talk(3), counter=Quarters(), instructions="Be", recalled=memories, max_tokens=budget)
        assert Quarters().count(context.system) <= context.tokens <= budget


def test_a_summary_that_only_fits_piece_by_piece_is_left_out() -> None:
    summaries = [Summary(text="x" * length, upto=0) for length in range(1, 5)]
    for summary in summaries:
        for budget in range(90, 160):
            context = build(talk(30), counter=Quarters(), instructions="Be", summary=summary, max_tokens=budget)
            assert Quarters().count(context.system) <= context.tokens <= budget


def test_the_context_says_how_it_was_counted_and_whether_exactly() -> None:
    assert (build([said(1)]).counter, build([said(1)]).exact) == ("words", True)
    assert not build([said(1)], counter=Quarters()).exact
    picture = [{"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}]
    assert not build([message_from_mapping({"role": "user", "content": picture}, id="p", created_at=NOON)]).exact


def test_explain_says_what_took_room_and_why_something_is_missing_but_quotes_nothing() -> None:
    memories = [recalled("m1", "secret fact", 0.9), recalled("m2", "secret  fact", 0.1)]
    context = build(talk(4), instructions="Be secret.", recalled=memories, last=2)
    assert context.explain().splitlines() == [
        f"{context.tokens} tokens (words)",
        "         2  instructions",
        "        14  messages (2)",
        f"  {context.tokens - 16:>8}  memories (1), before the newest user message",
        "         9  of these before what depends on the question",
        "left out",
        "  2 messages: beyond the number of last messages asked for",
        "  memory m2: another memory has the same text",
    ]


def test_reasons_name_results_without_calls_and_calls_without_results() -> None:
    call = said(2, "wait", "assistant", tool_calls=[{"id": "c", "function": {"name": "f"}}])
    orphan = said(3, "r", "tool", tool_call_id="x")
    context = build([said(1), call, orphan, said(4)], last=2)
    assert [message.id for message in context.messages] == ["s4"]
    assert reasons(context) == {
        "a tool result whose call is not there": ["s3"],
        "beyond the number of last messages asked for": ["s1"],
        "a tool call without a result, at the oldest end": ["s2"],
    }


def test_a_context_is_a_frozen_value() -> None:
    context = build([said(1)])
    with pytest.raises(AttributeError):
        context.tokens = 0  # type: ignore[misc] -- that it is refused is the point


def test_both_shapes_are_ready_to_send() -> None:
    context = build([said(1, "Hi")], instructions="Be brief.")
    assert context.as_openai() == [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}]
    assert context.as_anthropic() == {"system": "Be brief.", "messages": [{"role": "user", "content": "Hi"}]}
