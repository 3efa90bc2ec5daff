"""Past conversations: which there are, where they stand, and how alike they are."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from memlane.types.memory import Memory, RecalledEpisode
from memlane.types.session import SessionInfo
from memlane.web.views.episodes import (
    Past,
    in_brief,
    likeness_query,
    name_of,
    others,
    past_conversations,
    rows_of,
    shared_words,
    time_line,
    when_held,
)

DAY = timedelta(days=1)
START = datetime(2026, 3, 1, 9, tzinfo=UTC)


def past(name: str, day: float = 0, *, hours: float = 1, messages: int = 10, **fields: Any) -> Past:
    begin = START + day * DAY
    return Past(session_id=name, started_at=begin, ended_at=begin + timedelta(hours=hours), messages=messages, **fields)


def episode(session: str, **metadata: Any) -> Memory:
    return Memory(id=f"e-{session}", text="…", kind="episode", created_at=START, session_id=session, metadata=metadata)


def info(session: str, messages: int = 4) -> SessionInfo:
    return SessionInfo(session_id=session, messages=messages, created_at=START, updated_at=START + DAY)


def test_a_conversation_is_told_by_its_episode_and_counted_by_its_session() -> None:
    told = episode(
        "trip",
        title="To Oslo",
        summary="Boat.",
        started_at="2026-01-02T10:00:00+00:00",
        ended_at="2026-01-02T11:00:00+01:00",
        open_ends=["user: which boat?"],
        participants=["user"],
    )
    (found,) = past_conversations([info("trip", 7)], [told])
    assert (found.title, found.summary, found.open_ends, found.participants) == (
        "To Oslo",
        "Boat.",
        ["user: which boat?"],
        ["user"],
    )
    assert (found.started_at.hour, found.ended_at.hour, found.messages) == (10, 10, 7)
    assert found.is_live
    assert found.is_written


def test_sessions_without_an_episode_and_episodes_without_a_session_are_there_too() -> None:
    found = past_conversations([info("new")], [episode("gone", title="Long ago")])
    assert [(one.session_id, one.is_live, one.is_written) for one in found] == [
        ("new", True, False),
        ("gone", False, True),
    ]
    assert name_of(found[0]) == "new"


@pytest.mark.parametrize("told", [{"started_at": "yesterday"}, {"started_at": 3}, {"started_at": "2026-01-02T10:00"}])
def test_a_damaged_time_is_that_of_the_memory(told: dict[str, Any]) -> None:
    (found,) = past_conversations([], [episode("s", **told)])
    assert found.started_at == START


def test_what_is_no_list_is_no_list_of_open_ends() -> None:
    assert past_conversations([], [episode("s", open_ends="one", participants=None)])[0].open_ends == []


def test_marks_of_a_lane_never_overlap() -> None:
    marks = time_line([past(f"s{number}", number * 0.3, hours=number % 5, messages=number) for number in range(200)])
    assert len(marks) == 200
    for lane in {mark.lane for mark in marks}:
        for one, other in pairwise(sorted((m for m in marks if m.lane == lane), key=lambda m: m.begin)):
            assert one.end <= other.begin


def test_a_mark_is_as_long_as_it_lasted_or_as_its_messages_are_many() -> None:
    marks = {mark.past.session_id: mark for mark in time_line([past("a"), past("b", 10, messages=100), past("c", 50)])}
    assert marks["b"].end - marks["b"].begin > 2 * (marks["a"].end - marks["a"].begin)
    assert marks["a"].end > marks["a"].past.ended_at
    long = time_line([past("a", hours=24 * 30), past("c", 50)])[0]
    assert long.end == long.past.ended_at


def test_few_conversations_have_room_for_their_titles() -> None:
    assert all(mark.room > 0.15 for mark in time_line([past(f"s{number}", number) for number in range(30)]))


def test_one_conversation_and_none_have_a_time_line() -> None:
    assert time_line([]) == []
    (mark,) = time_line([past("only", hours=0, messages=0)])
    assert mark.begin < mark.end


def test_of_very_many_the_latest_are_on_the_time_line() -> None:
    marks = time_line([past(f"s{number}", number) for number in range(500)])
    assert len(marks) == 400
    assert marks[0].past.session_id == "s100"


def test_rows_say_what_is_chosen_and_what_was_found() -> None:
    marks = time_line([past("a"), past("b", 5), past("c", 9, title="<b>\x1b\nname")])
    assert [row["state"] for row in rows_of(marks, chosen="a", found=None)] == ["chosen", "found", "found"]
    rows = rows_of(marks, chosen="a", found={"c"})
    assert [row["state"] for row in rows] == ["chosen", "other", "found"]
    assert rows[2]["title"] == "<b>␛ name"
    assert all("image" not in row for row in rows)


def test_when_a_conversation_was_held_is_told_in_the_visitors_zone() -> None:
    assert when_held(past("s"), ZoneInfo("Europe/Brussels")) == "1 Mar 2026, 10:00 to 11:00"
    assert when_held(past("s", hours=0), UTC) == "1 Mar 2026, 09:00"
    assert when_held(past("s", hours=72), UTC) == "1 Mar 2026 to 4 Mar 2026"


def test_a_summary_in_brief_is_its_beginning() -> None:
    assert in_brief("a\nb") == ("a\nb", "")
    brief, rest = in_brief("\n".join("abcdefghij"))
    assert (brief.split(), rest.split()) == (list("abcdef"), list("ghij"))


def test_what_is_like_a_conversation_is_asked_by_its_words_and_not_itself() -> None:
    assert likeness_query(past("s", title="Snails", summary="in the lettuce")) == "Snails in the lettuce"
    assert likeness_query(past("only-an-id")) == "only-an-id"
    found = [
        RecalledEpisode(session_id=name, score=1.0, why={}, started_at=START, ended_at=START, memory=episode(name))
        for name in "abcd"
    ]
    assert [one.session_id for one in others(found, "b", 2)] == ["a", "c"]


def test_shared_words_are_telling_ones_and_no_speakers() -> None:
    one = past("a", summary="Mara: the runner beans need water\nMara: and the snails", participants=["Mara"])
    other = past("b", summary="Mara: runner beans again, no snails", participants=["Mara"])
    assert shared_words(one, other) == ["runner beans", "snails"]
    assert shared_words(one, past("c", summary="nothing alike")) == []
