"""What conversations are called in a list."""

from datetime import UTC, datetime, timedelta
from typing import Any

from memlane.types.memory import Memory
from memlane.types.message import Message
from memlane.types.session import SessionInfo
from memlane.web.views.titles import TITLE_CHARACTERS, entries, episode_titles, first_words

_NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def _info(name: str, minutes: int) -> SessionInfo:
    at = _NOON + timedelta(minutes=minutes)
    return SessionInfo(session_id=name, messages=1, created_at=at, updated_at=at)


def _episode(session_id: str | None, title: Any) -> Memory:
    return Memory(id="e", text="t", kind="episode", created_at=_NOON, session_id=session_id, metadata={"title": title})


def test_the_newest_stand_first_and_the_open_one_is_listed_however_old() -> None:
    sessions = [_info("old", 0), _info("newest", 9), _info("newer", 5)]
    listed = entries(sessions, {"newest": "A trip"}, open_id="old", most=1)
    assert [(entry.session_id, entry.title, entry.is_open) for entry in listed] == [
        ("newest", "A trip", False),
        ("old", "old", True),
    ]


def test_a_title_is_one_line_and_not_long() -> None:
    assert episode_titles([_episode("s", "two\nlines " + "x" * 99)])["s"].startswith("two lines x")
    assert len(episode_titles([_episode("s", "x" * 99)])["s"]) == TITLE_CHARACTERS
    assert episode_titles([_episode("s", 7), _episode("s", " "), _episode(None, "t")]) == {}


def test_a_conversation_is_called_by_the_first_words_of_its_user() -> None:
    hello = Message(role="assistant", content="Hello", id="1", created_at=_NOON)
    said = Message(role="user", content="I fly\nto Oslo", id="2", created_at=_NOON)
    picture = Message(role="user", content=[{"type": "image_url"}], id="3", created_at=_NOON)
    assert first_words([hello, picture, said]) == "I fly to Oslo"
    assert not first_words([hello, picture])
