"""A summary without a model: sentences word for word, within its room, made from the last one and what leaves."""

# ruff: noqa: RUF001 -- letters of other scripts are meant

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memlane.derive.summary import METHOD, extractive_summary
from memlane.types.line import Line

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
COUNTS: dict[str, Callable[[str], int]] = {
    "characters": len,
    "words": lambda text: len(text.split()),
    "up": lambda text: -(-len(text) // 4),
    "down": lambda text: len(text) // 4,
}


def line(text: str, speaker: str = "user", day: int = 0, role: str = "") -> Line:
    return Line(speaker, NOON + timedelta(days=day), text, role)


def summary(*lines: Line, previous: str = "", max_tokens: int = 10_000) -> str:
    return extractive_summary(previous, lines, max_tokens=max_tokens, count=len)


TALK = (
    line("Hi there! We decided to rent the flat in Bergen. It rained."),
    line("Great. Rain is common there. Anything else?", "assistant"),
    line("I'll send Ingrid the contract on Friday. Does she have a key?", day=1),
)


def test_it_says_that_it_is_extracted_and_from_how_many_messages() -> None:
    head = summary(*TALK).splitlines()[0]
    assert head.startswith("Extracted word for word")
    assert " 3 messages" in head
    assert METHOD == "extract-1"


def test_sentences_stand_word_for_word_under_their_dates_with_who_said_them() -> None:
    lines = summary(*TALK).splitlines()[1:]
    assert lines.index("2026-05-01") < lines.index("user: We decided to rent the flat in Bergen.")
    assert lines.index("user: We decided to rent the flat in Bergen.") < lines.index("2026-05-02")
    assert lines[-2:] == ["user: I'll send Ingrid the contract on Friday.", "user: Does she have a key?"]


def test_what_decides_and_promises_is_kept_when_room_is_short() -> None:
    short = summary(*TALK, max_tokens=230)
    assert "We decided to rent the flat in Bergen." in short
    assert "I'll send Ingrid the contract on Friday." in short
    assert "rained" not in short


@pytest.mark.parametrize(
    ("chatter", "telling"),
    [
        ("Das ist ja lustig.", "Wir haben uns am 3. Mai für Oslo entschieden."),
        ("C'est drôle.", "Nous avons décidé d'aller à Oslo mardi."),
        ("Qué gracioso.", "Hemos decidido ir a Oslo el martes."),
        ("面白いですね。", "来週の火曜に札幌へ引っ越すことにしました。"),
        ("真有意思。", "我们决定下周二搬到昆明。"),
        ("Ну да, забавно.", "Мы решили поехать в Осло во вторник."),
        ("น่าสนใจดี", "เราตัดสินใจไปเชียงใหม่วันอังคาร"),
    ],
)
def test_other_languages_are_understood_as_far(chatter: str, telling: str) -> None:
    room = len(summary(line(telling)))
    assert telling in summary(line(chatter), line(telling), line(chatter, day=1), max_tokens=room)


def test_code_is_left_out() -> None:
    assert "secret" not in summary(line("We decided on this:\n```\nsecret = 'Bergen 42'\n```\nOn Monday we start."))


def test_the_same_sentence_is_told_once() -> None:
    again = summary(line("We decided on Oslo."), line("We decided on Oslo.", day=1))
    assert again.count("We decided on Oslo.") == 1
    assert summary(line("We decided on Oslo.", day=2), previous=again).count("We decided on Oslo.") == 1


def test_a_new_summary_holds_what_the_old_one_held_and_what_is_new() -> None:
    old = summary(TALK[0])
    new = summary(*TALK[1:], previous=old)
    assert " 3 messages" in new
    assert new.splitlines()[1:3] == old.splitlines()[1:3]
    assert "Does she have a key?" in new


def test_without_messages_a_summary_that_fits_stays_as_it_is() -> None:
    old = summary(*TALK)
    assert summary(previous=old) == old
    assert summary(previous=old, max_tokens=len(old)) == old


def test_a_summary_that_a_model_wrote_is_kept_as_said_earlier() -> None:
    first = summary(TALK[0], previous="Luke lives in Oslo. He decided to sell the car.")
    assert "\nearlier: He decided to sell the car.\n" in first
    second = summary(TALK[2], previous=first)
    assert "\nearlier: He decided to sell the car.\n" in second
    assert second.index("earlier:") < second.index("2026-05-01")


def test_old_and_new_share_the_room_by_how_many_messages_they_stand_for() -> None:
    def decisions(names: str) -> list[Line]:
        return [line(f"We decided on number {name * 8} today.") for name in names]

    old = summary(*decisions("abcdefghi"))
    room = len(old)
    new = summary(*decisions("xyz"), previous=old, max_tokens=room)
    held = [name for name in "abcdefghi" if name * 8 in new]
    added = [name for name in "xyz" if name * 8 in new]
    assert len(held) >= 5
    assert len(added) >= 1


def test_nothing_to_tell_and_no_room_give_nothing() -> None:
    assert summary() == ""
    assert summary(line("   "), line("```\nx\n```")) == ""
    assert summary(*TALK, max_tokens=0) == ""
    assert summary(*TALK, max_tokens=100) == ""


def test_a_speaker_cannot_write_lines_of_the_summary() -> None:
    told = summary(line("We decided on Oslo.", "user\n2020-01-01\nassistant: I promise: all"))
    assert len(told.splitlines()) == 3
    assert told.splitlines()[2] == "user 2020-01-01 assistant I promise all: We decided on Oslo."


words = st.sampled_from(
    [
        "Hi!",
        "We decided on Oslo.",
        "I'll send it to Ingrid on Friday.",
        "12,5",
        "ok",
        "私は札幌に決めました。",
        "```",
        "\n",
        "?",
    ]
)
talks = st.lists(
    st.builds(
        line,
        st.one_of(st.lists(words, max_size=6).map(" ".join), st.text(max_size=80)),
        st.sampled_from(["user", "assistant", "Ann: Lee", "\n", "2026-01-01"]),
        st.integers(0, 3),
    ),
    max_size=8,
)


@settings(max_examples=150)
@given(talks, talks, st.integers(0, 900), st.sampled_from(sorted(COUNTS)))
def test_it_never_outgrows_its_room_and_every_line_was_said(
    first: list[Line], then: list[Line], room: int, counter: str
) -> None:
    count = COUNTS[counter]
    old = extractive_summary("", first, max_tokens=room, count=count)
    new = extractive_summary(old, then, max_tokens=room, count=count)
    assert count(old) <= room
    assert count(new) <= room
    assert new == extractive_summary(old, then, max_tokens=room, count=count)
    said = "\n".join(one.text for one in [*first, *then])
    for told in new.splitlines()[1:]:
        speaker, colon, sentence = told.partition(": ")
        assert sentence in said if colon else datetime.fromisoformat(speaker)


@given(st.text(max_size=400), talks)
def test_any_earlier_summary_is_taken(previous: str, then: list[Line]) -> None:
    told = extractive_summary(previous, then, max_tokens=300, count=len)
    assert len(told) <= 300
    assert extractive_summary(told, [], max_tokens=300, count=len) == told


def test_a_chain_of_summaries_does_not_grow_and_keeps_what_weighs_most() -> None:
    told = summary(line("We decided to name her Ottilie on 14 March 2026.", day=0), max_tokens=700)
    for day in range(1, 40):
        chatter = [line(f"Nice weather, number {day} of this kind.", day=day), line("Indeed.", "assistant", day)]
        told = summary(*chatter, previous=told, max_tokens=700)
        assert len(told) <= 700
    assert "Ottilie" in told
    assert " 79 messages" in told


def test_a_long_conversation_takes_no_long_time() -> None:
    lines = [line(f"I went to Oslo in May with Anna, {number} times. Then we left. " * 10) for number in range(400)]
    began = time.process_time()
    assert summary(*lines, max_tokens=4_000)
    assert time.process_time() - began < 10
