"""A steady window begins with the same message for many turns, whatever is asked and recalled."""

import json
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memlane.context.context import Context, build_context
from memlane.context.groups import find_groups
from memlane.context.shapes import as_openai
from memlane.context.window import STEP_SHARE, steady
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


def said(position: int, words: int = 6, **fields: Any) -> Message:
    role = "user" if position % 2 else "assistant"
    mapping = {"role": role, "content": " ".join(["word"] * words), **fields}
    message = message_from_mapping(mapping, id=f"s{position}", created_at=NOON)
    return msgspec.structs.replace(message, position=position)


def recalled(count: int, words: int) -> list[Recalled]:
    return [
        Recalled(
            memory=Memory(id=f"m{at}", text=f"{at} " + "x " * words, kind="fact", created_at=NOON), score=1, why={}
        )
        for at in range(count)
    ]


def build(messages: list[Message], **given_: Any) -> Context:
    return build_context(**{"messages": messages, "counter": Words(), "steady": True, **given_})


def starts_of(contexts: list[Context]) -> list[int]:
    return [context.messages[0].position for context in contexts]


def moves(starts: list[int]) -> int:
    assert starts == sorted(starts)
    return sum(one != other for one, other in pairwise(starts))


def test_the_start_moves_in_steps_of_a_third_of_the_window() -> None:
    log = [said(position) for position in range(1, 401)]
    contexts = [build(log[:count], max_tokens=1_000) for count in range(1, 401, 2)]
    starts = starts_of(contexts)
    assert max(other - one for one, other in pairwise(starts)) <= 700 / 10 * STEP_SHARE + 2
    assert moves(starts) <= 400 / (700 / 10 * STEP_SHARE) + 2
    full = contexts[40:]
    assert all(700 * (1 - STEP_SHARE) - 20 <= sum(p.tokens for p in context.parts) <= 700 for context in full)


def test_without_it_the_start_moves_with_every_turn() -> None:
    log = [said(position) for position in range(1, 201)]
    starts = starts_of([build(log[:count], max_tokens=500, steady=False) for count in range(1, 201, 2)])
    assert moves(starts) > 70


def test_the_start_does_not_depend_on_what_is_recalled_nor_on_the_words_of_the_question() -> None:
    log = [said(position) for position in range(1, 200)]
    for end in range(100, 199, 9):
        question = said(end + 1, 9)
        shown = {
            starts_of([build([*log[:end], question], max_tokens=1_000, recalled=recalled(count, words))])[0]
            for count, words in ((0, 0), (1, 3), (5, 30), (5, 90))
        }
        assert len(shown) == 1


def test_the_start_does_not_depend_on_how_much_of_the_older_log_was_read() -> None:
    log = [said(position) for position in range(1, 1_001)]
    for read in (250, 300, 500, 999):
        assert build(log[-read:], max_tokens=1_000).messages == build(log, max_tokens=1_000).messages


def test_with_a_limit_of_messages_the_start_moves_in_steps_too() -> None:
    log = [said(position) for position in range(1, 201)]
    contexts = [build(log[max(0, count - 30) : count], last=30) for count in range(1, 201)]
    starts = starts_of(contexts)
    assert all(len(context.messages) <= 30 for context in contexts)
    assert min(len(context.messages) for context in contexts[30:]) >= 20
    assert moves(starts) <= 200 / 10


def test_as_long_as_all_fits_all_is_shown() -> None:
    log = [said(position) for position in range(1, 20)]
    assert build(log).messages == log
    assert build(log, max_tokens=10_000).messages == log
    assert build(log, max_tokens=10_000, last=20).messages == log
    assert build([said(7), said(8)], max_tokens=10_000, summary=Summary(text="s", upto=6)).messages[0].position == 7
    assert build([]).messages == []
    assert build(log, last=0).messages == []


def test_the_newest_group_is_shown_even_when_it_takes_the_room_of_memories() -> None:
    log = [*(said(position) for position in range(1, 40)), said(40, 90)]
    context = build(log, max_tokens=100, recalled=recalled(3, 3))
    assert [message.position for message in context.messages] == [40]


def test_what_is_left_for_the_sake_of_the_start_says_so() -> None:
    log = [said(position) for position in range(1, 100)]
    reasons = {item.why: item.ids for item in build(log, max_tokens=500).left_out}
    why = "there is room, but the window begins later so that its beginning stays"
    assert set(reasons) == {"no room", why}
    assert reasons["no room"][0] == "s1"
    assert int(reasons[why][0][1:]) == int(reasons["no room"][-1][1:]) + 1


def test_a_prompt_begins_as_the_one_before_it_until_the_start_moves() -> None:
    log = [said(position) for position in range(1, 200)]
    prompts = [
        build(log[:count], max_tokens=1_000, instructions="Be brief.", recalled=recalled(3, count % 7))
        for count in range(1, 200, 2)
    ]
    kept = total = 0
    for one, other in pairwise(prompts):
        same = [mine for mine, theirs in zip(one.as_openai(), other.as_openai(), strict=False) if mine == theirs]
        if one.messages[0] == other.messages[0]:
            assert len(same) >= len(one.messages) - 1 + bool(one.system) - 1
            assert other.stable_tokens >= one.stable_tokens
        kept += sum(Words().count(message["content"]) for message in same)
        total += sum(Words().count(message["content"]) for message in other.as_openai())
    assert kept / total > 0.6


def test_far_more_of_the_prompt_stays_than_with_memories_in_the_system_text_and_a_sliding_window() -> None:
    log = [said(position) for position in range(1, 250)]
    shares: list[float] = []
    for is_old in (True, False):
        contexts = [
            build(log[:count], max_tokens=1_000, recalled=recalled(3, count % 7), steady=not is_old)
            for count in range(151, 250, 2)
        ]
        sent = [
            json.dumps(
                as_openai(context.messages, f"Be brief.\n\n{context.remembered}") if is_old else context.as_openai()
            )
            for context in contexts
        ]
        same = sum(common(one, other) for one, other in pairwise(sent))
        shares.append(same / sum(map(len, sent[1:])))
    old, new = shares
    assert old < 0.15
    assert new > 0.65


def common(one: str, other: str) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (mine, theirs) in pairs if mine != theirs), min(len(one), len(other)))


tool_calls = st.lists(st.sampled_from(["say", "say", "say", "call"]), min_size=1, max_size=25)


@settings(max_examples=50, deadline=None)
@given(tool_calls, st.lists(st.integers(1, 30), min_size=40, max_size=40), st.integers(75, 400))
def test_in_any_log_the_start_only_moves_forward_and_the_window_fits(
    kinds: list[str], sizes: list[int], room: int
) -> None:
    log: list[Message] = []
    for kind, words in zip(kinds, sizes, strict=False):
        at = len(log) + 1
        if kind == "call":
            calls = [{"id": f"c{at}", "function": {"name": "f"}}]
            log.append(said(at, words, role="assistant", tool_calls=calls))
            log.append(said(at + 1, words, role="tool", tool_call_id=f"c{at}"))
        else:
            log.append(said(at, words))
    whole = [count for count in range(1, len(log) + 1) if log[count - 1].tool_calls is None]
    contexts = [build(log[:count], max_tokens=room, memory_share=0) for count in whole]
    starts = starts_of(contexts)
    assert starts == sorted(starts)
    assert all(context.tokens <= room for context in contexts)
    for count in whole:
        groups = find_groups(log[:count])
        shown = steady(groups, room, None, Words())
        assert 1 <= shown <= len(groups)


@pytest.mark.parametrize("last", [None, 0, 1, 7])
def test_messages_without_positions_are_counted_by_their_place(last: int | None) -> None:
    log = [msgspec.structs.replace(said(position), position=0) for position in range(1, 50)]
    context = build(log, max_tokens=200, last=last)
    assert len(context.messages) <= (50 if last is None else last)
