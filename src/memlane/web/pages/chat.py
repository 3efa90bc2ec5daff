"""The page `chat`: talk, and see what is remembered."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from memlane.types.message import Message
from memlane.types.session import SessionInfo
from memlane.web.desk import Desk
from memlane.web.parts.chat_branch import show_branch
from memlane.web.parts.chat_empty import show_nothing_yet
from memlane.web.parts.chat_life import show_life
from memlane.web.parts.chat_messages import read_page, show_messages
from memlane.web.parts.chat_more import show_more
from memlane.web.parts.chat_reply import show_reply, show_unanswered
from memlane.web.parts.chat_sessions import show_sessions, title_of
from memlane.web.parts.chat_settings import show_settings
from memlane.web.parts.chat_talk import INPUT, Talk
from memlane.web.shown import label
from memlane.web.views.conversation import size_of

_TITLE_CHARACTERS: Final = 60
_SAID: Final = "chat-said"


def show(desk: Desk) -> None:
    """Draw the page."""
    talk = Talk(desk)
    sessions = show_sessions(desk)
    info = None if talk.is_new else talk.session.info()
    page = read_page(talk)
    _show_head(talk, info, page.messages)
    hearing = talk.hearing
    if not page.messages and hearing is None:
        show_nothing_yet(talk, is_first=not sessions)
    show_messages(talk, page)
    if hearing is not None:
        st.chat_input("Replying …", key=INPUT, disabled=True)
        show_reply(talk, hearing, page.messages)
        return
    if not page.has_later:
        show_unanswered(talk, page.messages)
    st.chat_input("Say something", key=INPUT, on_submit=_note_said, args=(talk.session_id,))
    if said := _take_said(talk.session_id):
        talk.ask(said)
        st.rerun()


def _note_said(session_id: str) -> None:
    """Put down what was typed before the page is drawn, which may begin anew before it comes to the input."""
    st.session_state[_SAID] = (session_id, st.session_state[INPUT])


def _take_said(session_id: str) -> str | None:
    """Return, once, what was typed in this conversation; None for nothing."""
    where, said = st.session_state.get(_SAID, (None, None))
    if where != session_id:
        return None
    st.session_state.pop(_SAID)
    return said if said and said.strip() else None


def _show_head(talk: Talk, info: SessionInfo | None, shown: Sequence[Message]) -> None:
    """Show what the conversation is called, how much there is of it, and what can be done with it."""
    title = title_of(talk.desk, talk.session_id) if shown else "New conversation"
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.subheader(label(title, _TITLE_CHARACTERS), anchor=False, width="content")
        with st.container(horizontal=True, width="content"):
            show_settings(talk, info)
            if info is not None:
                show_more(talk, title)
    if info is not None and shown:
        st.caption(size_of(info, shown, _tokens(talk, len(shown))))
    if talk.hearing is None:
        show_life(talk.desk, info)
    show_branch(talk)


def _tokens(talk: Talk, count: int) -> int:
    """Return what the messages that are shown come to."""
    parts = talk.session.context(query="", last=count, recall=0).parts
    return sum(part.tokens for part in parts if part.name == "messages")
