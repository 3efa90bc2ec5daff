"""What an episode says of a session, without a model."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memlane.derive.episode import LONGEST_TITLE, METHOD, MOST_OPEN_ENDS, episode_text, make_episode
from memlane.errors import UsageError
from memlane.types.line import Line

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def lines(*said: str) -> list[Line]:
    """Return lines from `speaker: text`, a day apart."""
    found: list[Line] = []
    for number, one in enumerate(said):
        speaker, _, text = one.partition(": ")
        found.append(Line(speaker, NOON + timedelta(days=number), text))
    return found


def open_ends(*said: str) -> list[str]:
    return make_episode(lines(*said), max_tokens=500, count=len).open_ends


TRIP = lines(
    "user: Hi! How are you?",
    "assistant: Fine! How can I help?",
    "user: Can you help me plan a weekend in Bergen with Ingrid? We decided on May.",
    "assistant: Sure. It has 12 good hotels.",
    "user: I'll call the hotel on Friday.",
)


def test_the_title_is_the_first_thing_asked_for() -> None:
    episode = make_episode(TRIP, max_tokens=500, count=len)
    assert episode.title == "Can you help me plan a weekend in Bergen with Ingrid?"
    assert METHOD == "episode-1"


def test_where_nothing_is_asked_for_the_title_is_the_weightiest_sentence_of_a_person() -> None:
    told = lines("Ann: Hello.", "Ben: It rained. I moved to Bergen in March.", "assistant: On 3 May 2026 Oslo paid 12.")
    assert make_episode(told, max_tokens=500, count=len).title == "I moved to Bergen in March."
    people = lines("Ann: What did you do then?", "Ben: I moved to Bergen in March.")
    assert make_episode(people, max_tokens=500, count=len).title == "I moved to Bergen in March."


def test_a_long_title_is_cut_at_a_word() -> None:
    title = make_episode(lines("user: I can tell you " + "all about it " * 20), max_tokens=500, count=len).title
    assert len(title) <= LONGEST_TITLE
    assert title.endswith(("all\u2026", "about\u2026", "it\u2026"))


def test_it_says_when_it_was_and_who_spoke() -> None:
    told = [Line("system", NOON, "Be brief."), *TRIP, Line("search", NOON, "12 hits", "tool")]
    episode = make_episode(told, max_tokens=500, count=len)
    assert (episode.started_at, episode.ended_at) == (NOON, NOON + timedelta(days=4))
    assert episode.participants == ["user", "assistant"]
    assert "Be brief" not in episode_text(episode)


def test_the_summary_keeps_to_its_room() -> None:
    episode = make_episode(TRIP, max_tokens=60, count=len)
    assert 0 < len(episode.summary) <= 60


def test_a_question_that_nobody_answers_is_open() -> None:
    assert open_ends("Ann: Where is the key?") == ["Ann: Where is the key?"]
    assert open_ends("Ann: Where is the key?", "Ben: On the table.") == []
    assert open_ends("Ann: Where is the key?", "Ben: No idea, let me check.") == ["Ann: Where is the key?"]
    assert open_ends("Ann: Really?") == []
    assert open_ends("user: Thanks.", "assistant: Is there anything else I can help with?") == []


def test_of_a_model_only_the_question_that_it_ends_with_is_open() -> None:
    asked = "assistant: What is your budget? How many nights? Then we can start."
    assert open_ends("user: Plan a trip.", asked) == []
    assert open_ends("user: Plan a trip.", "assistant: Fine. What is your budget?") == [
        "assistant: What is your budget?"
    ]


def test_a_promise_is_open_until_its_speaker_says_that_it_is_kept() -> None:
    promise = "Ann: I'll send the contract tomorrow."
    assert open_ends(promise, "Ben: Good.") == [promise]
    assert open_ends(promise, "Ben: I sent the contract.") == [promise]
    assert open_ends(promise, "Ann: I sent the contract.") == []
    assert open_ends("user: Hi.", "assistant: I'll explain the contract.") == []


def test_a_plan_with_a_time_is_open() -> None:
    plan = "Ann: We're going to Oslo next week."
    assert open_ends(plan, "Ben: Nice.") == [plan]
    assert open_ends("Ann: We're going to eat.", "Ben: Nice.") == []


def test_only_the_last_open_ends_are_kept() -> None:
    found = open_ends(*(f"Ann: I'll bring cake number {number} tomorrow." for number in range(20)))
    assert len(found) == MOST_OPEN_ENDS
    assert "number 19" in found[-1]


def test_its_text_says_all_of_it() -> None:
    text = episode_text(make_episode(TRIP, max_tokens=500, count=len))
    assert text.splitlines()[:2] == [
        "Can you help me plan a weekend in Bergen with Ingrid?",
        "user, assistant, 2026-05-01 to 2026-05-05",
    ]
    assert text.endswith("Left open:\nuser: I'll call the hotel on Friday.")


def test_a_session_without_messages_has_no_episode() -> None:
    with pytest.raises(UsageError, match="at least one message"):
        make_episode([], max_tokens=100, count=len)


def test_a_session_of_nothing_but_marks_still_has_a_title() -> None:
    assert make_episode(lines("user: …", "assistant: ```\nx"), max_tokens=100, count=len).title == "Conversation"


texts = st.one_of(
    st.text(max_size=200),
    st.lists(
        st.sampled_from(
            ["Hi!", "Where is it?", "I'll send it tomorrow.", "I sent it.", "我明天会发照片。", "No idea.", "\n"]
        ),
        max_size=5,
    ).map(" ".join),
)
speakers = st.sampled_from(["user", "assistant", "tool", "Ann\nLee", ": "])


@given(st.lists(st.builds(Line, speakers, st.just(NOON), texts), min_size=1, max_size=8), st.integers(0, 300))
def test_any_session_has_an_episode_in_its_form(said: list[Line], room: int) -> None:
    episode = make_episode(said, max_tokens=room, count=len)
    assert 1 <= len(episode.title) <= LONGEST_TITLE
    assert len(episode.title.splitlines()) == 1
    assert len(episode.summary) <= room
    assert len(episode.open_ends) <= MOST_OPEN_ENDS
    assert all(len(end.splitlines()) == 1 for end in [*episode.open_ends, *episode.participants])
    assert episode_text(episode).startswith(episode.title)
