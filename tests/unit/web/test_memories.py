"""What the memory page shows of memories: filters, lines, one memory's particulars, and the profile's rows."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memlane.derive.change import as_of, revised
from memlane.errors import UsageError
from memlane.types.memory import Memory, Mention
from memlane.web.views.memories import (
    Filters,
    day_begins,
    day_ends,
    kinds_on_offer,
    life_of,
    range_of,
    read_day,
    read_kinds,
    wanted,
    written_kinds,
)
from memlane.web.views.one_memory import (
    Difference,
    can_be_corrected,
    metadata_of,
    particulars_of,
    sources_of,
    steps_of,
    strength_of,
)
from memlane.web.views.profile import by_subject, document_of, first_of, line_of, rows_of, since_of

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)
OSLO = timezone(timedelta(hours=2))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


def fact(text: str = "Lives in Bergen.", **fields: object) -> Memory:
    given = {"id": "f", "kind": "fact", "created_at": NOW - DAY, **fields}
    return Memory(text=text, **given)  # type: ignore[arg-type]


def test_filters_that_are_not_set_ask_for_everything() -> None:
    assert set(wanted(Filters(), UTC).values()) == {None}
    assert not Filters().any


def test_a_time_range_is_whole_days_of_the_visitors_zone() -> None:
    asked = wanted(Filters(since=date(2026, 5, 1), until=date(2026, 5, 1)), OSLO)
    assert asked["since"] == datetime(2026, 4, 30, 22, tzinfo=UTC)
    assert asked["until"] == datetime(2026, 5, 1, 22, tzinfo=UTC)
    assert day_begins(None, OSLO) is day_ends(None, OSLO) is day_ends(date.max, OSLO) is None


def test_filters_are_counted_besides_kinds_and_text() -> None:
    filters = Filters(kinds=("fact",), containing="x", session="s", pinned=True)
    assert filters.narrower == 2
    assert filters.any


@given(st.lists(st.text(min_size=1), max_size=4))
def test_kinds_of_any_name_survive_the_address(kinds: list[str]) -> None:
    writable = [kind.encode("utf-8", "ignore").decode() or "x" for kind in kinds]
    assert read_kinds(written_kinds(writable)) == writable


def test_an_address_that_names_no_day_is_no_filter() -> None:
    assert read_day("2026-05-01") == date(2026, 5, 1)
    assert read_day("yesterday") is read_day(None) is None


def test_a_chosen_kind_stays_on_offer_when_nothing_is_of_it() -> None:
    assert kinds_on_offer({"fact": 2, "message": 9}, ["booking"]) == ["message", "fact", "booking"]


def test_a_memorys_life_says_what_limits_it() -> None:
    assert life_of(fact(), NOW) == ""
    assert life_of(fact(valid_to=NOW - DAY), NOW) == "held until 19 May 2026"
    assert life_of(fact(valid_to=NOW + DAY), NOW) == "holds until 21 May 2026"
    assert life_of(fact(valid_from=NOW + DAY), NOW) == "holds from 21 May 2026"
    assert life_of(fact(expires_at=NOW + DAY), NOW) == "goes on 21 May 2026"


def test_a_page_says_which_memories_it_shows() -> None:
    assert range_of(0, 0, 0) == "none"
    assert range_of(0, 1, 1) == "1 memory"
    assert range_of(1, 50, 1234) == "51-100 of 1,234"


def test_what_tells_what_happened_cannot_be_corrected() -> None:
    assert [can_be_corrected(fact(kind=kind)) for kind in ("fact", "booking", "message", "summary", "episode")] == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_sources_are_the_messages_it_was_made_of_and_those_that_say_it_again() -> None:
    memory = fact(session_id="s", message_ids=["a"], mentions=[Mention(session_id="t", message_id="b", at=NOW)])
    assert [(source.session_id, source.message_id) for source in sources_of(memory)] == [("s", "a"), ("t", "b")]
    assert sources_of(fact()) == []


def test_strength_is_the_librarys_and_says_why() -> None:
    share, why = strength_of(fact(created_at=NOW - 90 * DAY, message_ids=["a"], session_id="s"), NOW)
    assert share == pytest.approx(0.5)
    assert "said once, never used" in why
    share, why = strength_of(fact(created_at=NOW - 900 * DAY, pinned=True), NOW)
    assert share == 1
    assert "does not fade" in why


def test_particulars_leave_out_what_is_not_known() -> None:
    names = [name for name, _ in particulars_of(fact(confidence=0.9, method="patterns-1"), UTC)]
    assert names == ["Kind", "Put down", "Sure", "Found by"]


def test_history_tells_what_each_version_changed_newest_first() -> None:
    memory = revised(fact(), "pinned", NOW, pinned=True)
    memory = revised(memory, "corrected", NOW + DAY, text="Lives in Oslo.")
    memory = revised(memory, "mentioned", NOW + DAY, mentions=[Mention(session_id="s", message_id="m", at=NOW)])
    steps = steps_of([as_of(memory, version) for version in (1, 2, 3, 4)])
    assert [(step.version, step.title) for step in steps] == [
        (4, "Said again"),
        (3, "Corrected"),
        (2, "Pinned"),
        (1, "Put down"),
    ]
    assert steps[0].differences == [Difference("said in messages", "0", "1")]
    assert steps[1].differences == [Difference("text", "Lives in Bergen.", "Lives in Oslo.")]


def test_metadata_is_a_json_object_or_nothing() -> None:
    assert metadata_of(" ") is None
    assert metadata_of('{"a": [1]}') == {"a": [1]}
    for wrong in ("[1]", "{", "seat"):
        with pytest.raises(UsageError):
            metadata_of(wrong)


@given(st.dictionaries(st.text(min_size=1), JSON))
def test_a_document_survives_being_shown_as_rows(document: dict[str, object]) -> None:
    rows = rows_of(document)
    assert document_of(rows["name"], rows["value"]) == document


def test_rows_read_json_as_json_and_anything_else_as_text() -> None:
    read = document_of(["a", "b", "c", "d", None], ["2", "yes", '"2"', "[1", None])
    assert read == {"a": 2, "b": "yes", "c": "2", "d": "[1"}


def test_rows_without_a_name_or_with_the_same_name_are_refused() -> None:
    with pytest.raises(UsageError, match="no name"):
        document_of([None], ["x"])
    with pytest.raises(UsageError, match="same name"):
        document_of(["a", "a"], ["1", "2"])


def test_facts_stand_by_subject_the_user_first() -> None:
    facts = [
        fact(id="1", subject="Ada", attribute="home", value="Oslo"),
        fact(id="2", subject="user", attribute="home", value="Bergen"),
        fact(id="3", text="Prefers window seats", subject=None),
        fact(id="4", subject="user", attribute="diet", value="vegan"),
    ]
    groups = by_subject(facts)
    assert [(about.subject, [one.id for one in about.facts]) for about in groups] == [
        ("user", ["4", "2", "3"]),
        ("Ada", ["1"]),
    ]
    assert [len(about.facts) for about in first_of(groups, 2)] == [2]
    assert line_of(facts[0]) == ("home", "Oslo")
    assert line_of(fact(attribute="family:sister", value="Ada")) == ("family: sister", "Ada")
    assert line_of(facts[2]) == ("", "Prefers window seats")


def test_a_fact_says_since_when_and_how_often() -> None:
    memory = fact(
        session_id="s",
        message_ids=["a"],
        valid_from=NOW - 10 * DAY,
        valid_to=NOW,
        mentions=[Mention(session_id="s", message_id="b", at=NOW)],
    )
    assert since_of(memory, NOW) == "since 10 May 2026, until 20 May 2026, said 2 times"
