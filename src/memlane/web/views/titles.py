"""What conversations are called in a list."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from memlane.types.memory import Memory
from memlane.types.message import Message
from memlane.types.session import SessionInfo
from memlane.types.visible import one_line
from memlane.web.views.conversation import text_of

TITLE_CHARACTERS: Final = 48
_TITLE: Final = "title"


class Entry(msgspec.Struct, frozen=True):
    """A conversation in a list.

    Attributes:
        session_id: The session.
        title: What it is called; on one line.
        info: What is known of it.
        is_open: Whether it is the one that is open.
    """

    session_id: str
    title: str
    info: SessionInfo
    is_open: bool


def episode_titles(episodes: Sequence[Memory]) -> dict[str, str]:
    """Return the titles of the conversations whose episodes are written, by session."""
    titles: dict[str, str] = {}
    for memory in episodes:
        title = memory.metadata.get(_TITLE)
        if memory.session_id is not None and isinstance(title, str) and title.strip():
            titles[memory.session_id] = one_line(title, TITLE_CHARACTERS)
    return titles


def episode_ends(episodes: Sequence[Memory]) -> dict[str, datetime]:
    """Return when the last message of a conversation was said that its episode tells of, by session; aware UTC."""
    return {memory.session_id: memory.created_at for memory in episodes if memory.session_id is not None}


def first_words(messages: Sequence[Message]) -> str:
    """Return how a conversation begins: of what its user said first, as much as a title holds; empty for nothing."""
    said = (text_of(message) for message in messages if message.role == "user")
    return next((one_line(text, TITLE_CHARACTERS) for text in said if text.strip()), "")


def entries(
    sessions: Sequence[SessionInfo], titles: Mapping[str, str], *, open_id: str | None, most: int
) -> list[Entry]:
    """Return the list of conversations, the newest first.

    Args:
        sessions: The user's; of any order.
        titles: What they are called, by session; the others by their ids.
        open_id: The one that is open, which is listed in any case.
        most: At most this many of the newest.
    """
    newest = sorted(sessions, key=lambda info: info.updated_at, reverse=True)
    listed = [info for place, info in enumerate(newest) if place < most or info.session_id == open_id]
    return [
        Entry(
            session_id=info.session_id,
            title=titles.get(info.session_id) or one_line(info.session_id, TITLE_CHARACTERS),
            info=info,
            is_open=info.session_id == open_id,
        )
        for info in listed
    ]
