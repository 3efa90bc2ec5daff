"""Saying something anew: a new conversation holds what was said before it, and the old one stays as it was."""

from typing import Final

import streamlit as st

from memlane.types.message import Message
from memlane.web.keys import widget_key
from memlane.web.parts.chat_talk import Talk, new_id, new_session_id, open_conversation
from memlane.web.views.conversation import branched, text_of

_PUT: Final = 500


@st.dialog("Say it anew", width="medium", icon=":material/edit:")
def edit_dialog(talk: Talk, message: Message) -> None:
    """Let a user's message be said in other words, in a new conversation."""
    st.caption(
        "A new conversation begins with everything before this message, and sends your new words. "
        "This one stays as it is."
    )
    with st.form("chat-edit-form", border=False):
        key = widget_key("chat-edit-text", message.id)
        text = st.text_area("Message", text_of(message), height=140, label_visibility="collapsed", key=key)
        sent = st.form_submit_button("Send in a new conversation", type="primary", icon=":material/send:")
    if sent and text.strip():
        with talk.desk.guarded():
            _branch(talk, message, text)
            st.rerun()


def _branch(talk: Talk, message: Message, text: str) -> None:
    """Copy what was said before `message` into a new conversation, open it, and ask `text` there."""
    user, window = talk.desk.user, talk.window
    with st.spinner("Copying what was said before …"):
        before = talk.session.messages(before=message.position)
        session_id = new_session_id(talk.desk)
        copy = user.session(session_id, remember=False)  # it is remembered already, of where it was said
        if instructions := talk.session.instructions():
            copy.instruct(instructions)
        said = branched(before, new_id)
        for start in range(0, len(said), _PUT):
            copy.add_many(said[start : start + _PUT])
    open_conversation(talk.desk, session_id)
    branch = Talk(talk.desk)
    branch.set_window(window)
    branch.note_branch(talk.session_id, len(before))
    branch.ask(text.strip())


def show_branch(talk: Talk) -> None:
    """Say, of a conversation that began as a copy, whose copy it is."""
    if talk.branch is None:
        return
    old_session_id, messages = talk.branch
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        copied = f"{messages:,} message{'' if messages == 1 else 's'}"
        st.caption(
            f":material/call_split: Began with the {copied} before the one you changed; the old conversation stays "
            "as it was.",
            width="content",
        )
        if st.button("Open it", type="tertiary", key="chat-branch-old"):
            open_conversation(talk.desk, old_session_id)
            st.rerun()
