"""Which summaries, facts and episodes are taken of a model's answer."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memlane.errors import MalformedOutputError
from memlane.prompts import episode, extract, summarise
from memlane.prompts.extract import LONGEST_TEXT, MOST_FACTS, Extraction
from memlane.types.line import Line

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
TALK = [
    Line("user", NOON, "I live in Bergen now."),
    Line("assistant", NOON, "Nice."),
    Line("Ann", NOON, "So do I.", "user"),
]
LONG = [Line("user", NOON, "word " * 200)]


def fact(**fields: Any) -> dict[str, Any]:
    return {
        "kind": "fact",
        "subject": "user",
        "attribute": "home",
        "value": "Bergen",
        "text": "Lives in Bergen.",
        "ends": False,
        "valid_from": None,
        "valid_to": None,
        "confidence": 0.9,
        "messages": [1],
        **fields,
    }


def read(*facts: dict[str, Any]) -> Extraction:
    return extract.read(json.dumps({"facts": facts}), TALK)


def test_a_fact_is_read_with_its_days_and_sources() -> None:
    found = read(fact(attribute=" Home ", valid_from="2026-05-01", valid_to="2026-05-03", messages=[3, 1, 3])).facts[0]
    assert (found.kind, found.subject, found.attribute, found.value) == ("fact", "user", "home", "Bergen")
    assert (found.valid_from, found.valid_to) == (datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 5, 4, tzinfo=UTC))
    assert found.numbers == [1, 3]
    assert read(fact(confidence=1)).facts[0].confidence == 1


def test_an_end_may_leave_open_what_ends() -> None:
    assert read(fact(ends=True, value=" ")).facts[0].value == ""


@pytest.mark.parametrize("numbers", [[], [0], [-1], [4], [1, 99], [2], [10**30]])
def test_a_fact_whose_sources_do_not_exist_is_dropped_and_counted_and_the_others_stay(numbers: list[int]) -> None:
    found = read(fact(), fact(value="Oslo", messages=numbers), fact(messages=[2, 3]))
    assert [one.numbers for one in found.facts] == [[1], [2, 3]]
    assert found.dropped == 1


def test_no_facts_are_an_answer() -> None:
    assert read() == Extraction([], 0)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"kind": "rumour"}, "kind"),
        ({"text": " \n"}, "text of a fact is empty"),
        ({"text": "x" * (LONGEST_TEXT + 1)}, "text of a fact has 501"),
        ({"text": "a\0b"}, "control characters"),
        ({"value": ""}, "value of a fact is empty"),
        ({"value": "x" * 301}, "value of a fact has"),
        ({"subject": ""}, "subject of a fact is empty"),
        ({"attribute": "x" * 101}, "attribute of a fact has"),
        ({"confidence": 1.01}, "confidence"),
        ({"confidence": -0.1}, "confidence"),
        ({"confidence": "0.5"}, "not the JSON"),
        ({"confidence": True}, "not the JSON"),
        ({"ends": "no"}, "not the JSON"),
        ({"messages": ["1"]}, "not the JSON"),
        ({"messages": 1}, "not the JSON"),
        ({"valid_from": "2026-02-30"}, "day"),
        ({"valid_from": "1899-12-31"}, "day"),
        ({"valid_to": "2201-01-01"}, "day"),
        ({"valid_to": "tomorrow"}, "day"),
        ({"valid_from": "20260501"}, "day"),
        ({"valid_from": "2026-05-01T12:00:00Z"}, "day"),
        ({"valid_from": "\u0662\u0660\u0662\u0666-05-01"}, "day"),
        ({"valid_from": "2026-05-02", "valid_to": "2026-05-01"}, "ends before it begins"),
        ({"valid_from": 2026}, "not the JSON"),
    ],
)
def test_a_fact_that_is_wrong_otherwise_spoils_the_answer(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(MalformedOutputError, match=said):
        read(fact(), fact(**fields))


@pytest.mark.parametrize("missing", list(fact()))
def test_a_fact_needs_every_field(missing: str) -> None:
    with pytest.raises(MalformedOutputError):
        read({name: value for name, value in fact().items() if name != missing})


def test_numbers_that_no_double_holds_are_refused() -> None:
    for confidence in ("NaN", "1e999", "Infinity"):
        with pytest.raises(MalformedOutputError):
            extract.read(json.dumps({"facts": [fact()]}).replace("0.9", confidence), TALK)


def test_too_many_facts_are_refused() -> None:
    assert len(read(*[fact()] * MOST_FACTS).facts) == MOST_FACTS
    with pytest.raises(MalformedOutputError, match="51 facts"):
        read(*[fact()] * (MOST_FACTS + 1))


def test_every_text_of_a_fact_is_one_line() -> None:
    found = read(fact(text="Lives\nin\u2028Bergen.", value="Ber\ngen", subject="sister\tAnna")).facts[0]
    assert (found.text, found.value, found.subject) == ("Lives in Bergen.", "Ber gen", "sister Anna")


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10) | st.just("2026-05-01")


@given(st.lists(st.fixed_dictionaries({name: scalars | st.lists(st.integers(-2, 5)) for name in fact()}), max_size=3))
def test_whatever_is_taken_has_sources_and_is_within_bounds(facts: list[dict[str, Any]]) -> None:
    try:
        found = read(*[fact(**{name: drawn[name] for name in list(drawn)[::2]}) for drawn in facts])
    except MalformedOutputError:
        return
    assert len(found.facts) + found.dropped == len(facts)
    for one in found.facts:
        assert set(one.numbers) <= {1, 2, 3}
        assert 0 <= one.confidence <= 1
        assert one.text.strip()


def test_a_summary_is_taken_without_space_around_it() -> None:
    assert summarise.read('{"summary": " Luke lives in Bergen.\\n"}', "", TALK) == "Luke lives in Bergen."


def test_a_summary_longer_than_what_it_summarises_is_refused() -> None:
    written = json.dumps({"summary": "x" * 1_000})
    assert summarise.read(written, "", LONG)
    assert summarise.read(json.dumps({"summary": "x" * 200}), "", TALK)
    assert summarise.read(json.dumps({"summary": "x" * 1_050}), "y" * 50, LONG)
    for talk, size in ((LONG, 1_001), (TALK, 201)):
        with pytest.raises(MalformedOutputError, match="the summary has"):
            summarise.read(json.dumps({"summary": "x" * size}), "", talk)


@pytest.mark.parametrize("text", ["", " \n", "a\x1bb", "\0"])
def test_an_empty_summary_or_one_with_control_characters_is_refused(text: str) -> None:
    with pytest.raises(MalformedOutputError, match="the summary"):
        summarise.read(json.dumps({"summary": text}), "", LONG)


def draft(**fields: Any) -> str:
    return json.dumps({"title": "A  move\n", "summary": "Luke moved.", "open_ends": ["Who\nhelps?"], **fields})


def test_an_episode_is_read_line_by_line() -> None:
    found = episode.read(draft(), TALK)
    assert (found.title, found.summary, found.open_ends) == ("A move", "Luke moved.", ["Who helps?"])


@pytest.mark.parametrize(
    "fields",
    [
        {"title": ""},
        {"title": "x" * 121},
        {"summary": ""},
        {"summary": "x" * 201},
        {"open_ends": [""]},
        {"open_ends": ["x" * 301]},
        {"open_ends": ["x"] * 21},
        {"open_ends": "x"},
    ],
)
def test_an_episode_beyond_its_bounds_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(MalformedOutputError):
        episode.read(draft(**fields), TALK)
