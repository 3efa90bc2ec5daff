"""What else can be done with a conversation: remember it now, take it along, delete it."""

from typing import Final

import streamlit as st

from memlane.errors import ForbiddenError, UnsupportedError
from memlane.web.parts.chat_sessions import forget_titles
from memlane.web.parts.chat_talk import Talk, open_conversation
from memlane.web.shown import label
from memlane.web.views import export

_POPOVER: Final = "chat-more-actions"


def show_more(talk: Talk, title: str) -> None:
    """Show what else can be done with a conversation that is kept."""
    # A file is built when it is asked for, where nothing is known of this page and its user.
    session, now, zone = talk.session, talk.desk.now(), talk.desk.zone
    with st.popover("More", icon=":material/more_horiz:", key=_POPOVER, on_change="rerun"):
        if st.button(
            "Remember now",
            icon=":material/psychology:",
            type="tertiary",
            help="Says that this conversation is over for now: its facts and its episode are written at once.",
        ):
            _remember_now(talk)
        st.download_button(
            "Export as JSON",
            lambda: export.as_json(session.id, session.messages(), now),
            export.file_name(title, "json"),
            "application/json",
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
            help="As the import takes it, here and on the command line.",
        )
        st.download_button(
            "Export as Markdown",
            lambda: export.as_markdown(title, session.messages(), instructions=session.instructions(), zone=zone),
            export.file_name(title, "md"),
            "text/markdown",
            icon=":material/description:",
            type="tertiary",
            on_click="ignore",
        )
        if st.button("Delete …", icon=":material/delete:", type="tertiary", key="chat-delete", on_click=_close):
            _delete_dialog(talk, title)


def _close() -> None:
    """Close the popover, which would stand before the dialog."""
    st.session_state[_POPOVER] = False


def _remember_now(talk: Talk) -> None:
    with st.spinner("Writing down what was said …"):
        talk.session.close()
        try:
            written = talk.desk.memory.run_due(tenant=talk.desk.user.tenant)
        except (ForbiddenError, UnsupportedError):
            said = "It is marked as over; the server writes it down by itself, soon."
        else:
            said = f"{written:,} written: facts and the episode." if written else "All of it was written already."
    forget_titles()
    st.toast(said, icon=":material/psychology:")


@st.dialog("Delete this conversation?", icon=":material/delete:")
def _delete_dialog(talk: Talk, title: str) -> None:
    st.markdown(f"**{label(title)}** goes for good, with all its messages.")
    memories = st.checkbox("Also forget what is remembered of it", help="Otherwise it can still be recalled.")
    with st.container(horizontal=True):
        if st.button("Delete", type="primary", icon=":material/delete:", key="chat-delete-sure"):
            with talk.desk.guarded():
                talk.session.delete(memories=memories)
            open_conversation(talk.desk, None)
            st.rerun()
        if st.button("Keep it", key="chat-delete-not"):
            st.rerun()
