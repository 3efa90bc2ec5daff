"""The user's conversations, in the sidebar."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
import streamlit as st

from memlane.types.memory import EPISODE
from memlane.types.session import SessionInfo
from memlane.web.desk import Desk
from memlane.web.keys import widget_key
from memlane.web.parts.chat_import import import_dialog
from memlane.web.parts.chat_talk import open_conversation
from memlane.web.shown import label
from memlane.web.times import ago
from memlane.web.views.titles import Entry, entries, episode_ends, episode_titles, first_words

_PAGE: Final = 20
_FIRST_MESSAGES: Final = 6
_SHOWN: Final = "chat-sessions-shown"
_BEGINNINGS: Final = "chat-beginnings"
_EPISODES: Final = "chat-episode-titles"
_EPISODES_READ: Final = 1_000
_STALE_SECONDS: Final = 30.0
_SPOKEN: Final = "chat-spoken"
_AT_ONCE: Final = timedelta(hours=1)


class _Episodes(msgspec.Struct, frozen=True):
    """What episodes say of conversations, by session, as it was read at a moment."""

    read_at: datetime
    titles: dict[str, str]
    ends: dict[str, datetime]


def show_sessions(desk: Desk) -> list[SessionInfo]:
    """Show the user's conversations, the newest first; a click opens one. Returns all of them."""
    sessions = desk.user.sessions()
    most: int = st.session_state.get(_SHOWN, _PAGE)
    with st.sidebar:
        if st.button("New conversation", icon=":material/edit_square:", width="stretch", key="chat-new"):
            open_conversation(desk, None)
            st.rerun()
        listed = _listed(desk, sessions, most)
        with st.container(gap=None, key="chat-sessions"):
            for entry in listed:
                _show(desk, entry)
        rest = len(sessions) - len(listed)
        if rest > 0 and st.button(f"{rest:,} more", icon=":material/expand_more:", type="tertiary", key="chat-more"):
            st.session_state[_SHOWN] = most + _PAGE
            st.rerun()
        if st.button("Import a conversation", icon=":material/upload:", type="tertiary", key="chat-import"):
            import_dialog(desk)
    return sessions


def title_of(desk: Desk, session_id: str) -> str:
    """Return what a conversation is called; its id where nothing better is known."""
    return _titles(desk, [session_id])[session_id] or session_id


def forget_titles() -> None:
    """Read the titles anew: episodes may have been written."""
    st.session_state.pop(_EPISODES, None)


def _listed(desk: Desk, sessions: Sequence[SessionInfo], most: int) -> list[Entry]:
    placed = entries(sessions, {}, open_id=desk.session_id, most=most)
    titles = _titles(desk, [entry.session_id for entry in placed])
    return entries(sessions, titles, open_id=desk.session_id, most=most)


def _show(desk: Desk, entry: Entry) -> None:
    """Show a conversation; a title is what people said, and stands as text."""
    title, written = label(entry.title), ago(_spoken(desk, entry.info), desk.now())
    clicked = st.button(
        f"{f'**{title}**' if entry.is_open else f':small[{title}]'} :small[:gray[{written}]]",
        type="secondary" if entry.is_open else "tertiary",
        width="stretch",
        key=widget_key("chat-open", entry.session_id),
    )
    if clicked:
        open_conversation(desk, entry.session_id)
        st.rerun()


def _spoken(desk: Desk, info: SessionInfo) -> datetime:
    """Return when a conversation was last spoken in: long before it was written where it was imported."""
    ended = _episodes(desk).ends.get(info.session_id)
    if ended is None or info.updated_at - ended < _AT_ONCE:
        return info.updated_at
    known: dict[tuple[str, datetime], datetime] = st.session_state.setdefault(_SPOKEN, {})
    version = info.session_id, info.updated_at
    if version not in known:
        last = desk.user.session(info.session_id).messages(1)
        known[version] = last[0].created_at if last else info.updated_at
    return known[version]


def _titles(desk: Desk, session_ids: Sequence[str]) -> dict[str, str]:
    episodes = _episodes(desk).titles
    begun: dict[str, str] = st.session_state.setdefault(_BEGINNINGS, {})
    for session_id in session_ids:
        if not episodes.get(session_id) and not begun.get(session_id):
            begun[session_id] = first_words(desk.user.session(session_id).messages(before=_FIRST_MESSAGES))
    return {session_id: episodes.get(session_id) or begun.get(session_id, "") for session_id in session_ids}


def _episodes(desk: Desk) -> _Episodes:
    """Return what episodes say, read anew now and then: they are written when a conversation has been quiet."""
    read: _Episodes | None = st.session_state.get(_EPISODES)
    if read is None or (desk.now() - read.read_at).total_seconds() > _STALE_SECONDS:
        found = desk.user.browse(kinds=[EPISODE], limit=_EPISODES_READ).memories
        read = _Episodes(desk.now(), episode_titles(found), episode_ends(found))
        st.session_state[_EPISODES] = read
    return read
