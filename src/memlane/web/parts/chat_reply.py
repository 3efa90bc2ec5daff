"""Replying: the reply is shown as it comes, can be stopped, and what went wrong can be tried again."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from memlane.types.message import Message
from memlane.types.visible import visible
from memlane.web.hearing import Hearing
from memlane.web.parts.chat_messages import show_said
from memlane.web.parts.chat_talk import INPUT, Failed, Talk
from memlane.web.shown import label
from memlane.web.views.conversation import to_answer

_AT_ONCE_SECONDS: Final = 0.3
_TICK: Final = "250ms"
_CURSOR: Final = " ▍"


def show_reply(talk: Talk, hearing: Hearing, known: Sequence[Message]) -> None:
    """Show the reply that is coming; the page is drawn anew when it has come.

    Args:
        talk: The conversation.
        hearing: The reply.
        known: The messages that are shown already.
    """
    if isinstance(hearing.content, str) and all(message.id != hearing.message_id for message in known):
        show_said(hearing.content)
    with st.chat_message("assistant", avatar=":material/neurology:"):
        if hearing.is_over(_AT_ONCE_SECONDS):
            talk.settle(hearing)
            st.rerun()
        _follow(talk, hearing)


@st.fragment(run_every=_TICK)
def _follow(talk: Talk, hearing: Hearing) -> None:
    if st.session_state.get("chat-stop"):
        hearing.stop()
    if hearing.is_over():
        talk.settle(hearing)
        st.rerun(scope="app")
    if hearing.text:
        st.text(visible(hearing.text) + _CURSOR)
    else:
        st.caption("Looking through memory and thinking …")
    st.button("Stop", icon=":material/stop_circle:", key="chat-stop", shortcut="Escape")


def show_unanswered(talk: Talk, shown: Sequence[Message]) -> None:
    """Show that the last message has no whole reply, why, and a button that asks again."""
    failed, waiting = talk.failed, to_answer(shown)
    if failed is not None:
        _show_failed(failed)
        if waiting is None or waiting.id != failed.message_id:  # it was not kept: nothing typed is lost
            st.session_state[INPUT] = failed.content
    if waiting is None:
        return
    is_cut = shown[-1].id != waiting.id
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Try again", icon=":material/refresh:", type="primary", key="chat-again"):
            talk.ask_again(waiting)
            st.rerun()
        if failed is None:
            st.caption("Stopped: what had come is kept." if is_cut else "No reply has come to this; it is kept.")


def _show_failed(failed: Failed) -> None:
    problem = failed.problem
    st.error(f"**{problem.title}.** {problem.todo}", icon=":material/error:")
    st.caption(label(problem.detail, None))
