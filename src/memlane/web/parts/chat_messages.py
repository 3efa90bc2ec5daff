"""The messages of a conversation, a page of them at a time."""

from typing import Final

import msgspec
import streamlit as st

import memlane
from memlane.types.message import Message
from memlane.types.visible import visible
from memlane.web.keys import widget_key
from memlane.web.parts.chat_branch import edit_dialog
from memlane.web.parts.chat_recalled import show_recalled
from memlane.web.parts.chat_talk import MESSAGE, Talk, open_conversation
from memlane.web.shown import label, show_text
from memlane.web.views.conversation import Block, Line, foot, is_editable, lines

_PAGE: Final = 40
_AFTER: Final = 2
_SEARCHED: Final = 1_000
_SHOWN: Final = "chat-shown"
_AVATARS: Final = {
    "user": ":material/person:",
    "assistant": ":material/neurology:",
    "tool": ":material/build:",
    "system": ":material/tune:",
}


class Page(msgspec.Struct, frozen=True):
    """What of a conversation is shown.

    Attributes:
        messages: Oldest first.
        has_earlier: Whether there are earlier ones.
        has_later: Whether there are later ones.
        marked: The id of the message that was looked for; None for none.
        is_missing: Whether one was looked for in vain.
    """

    messages: list[Message]
    has_earlier: bool = False
    has_later: bool = False
    marked: str | None = None
    is_missing: bool = False


class _Shown(msgspec.Struct, frozen=True):
    """How much of which conversation is shown: so many up to a position, and for which message that was found."""

    session_id: str
    marked: str | None
    upto: int | None = None
    count: int = _PAGE


def read_page(talk: Talk) -> Page:
    """Return the messages to show: the newest, or those around the one that the address names."""
    if talk.is_new:
        return Page([])
    marked = talk.desk.place(MESSAGE)
    shown = _shown(talk, marked)
    before = None if shown.upto is None else shown.upto + 1
    found = talk.session.messages(shown.count + 1, before=before)
    newest = talk.session.messages(1) if shown.upto is not None else []
    return Page(
        messages=found[-shown.count :],
        has_earlier=len(found) > shown.count,
        has_later=bool(newest) and newest[-1].position > found[-1].position if found else False,
        marked=marked if shown.upto is not None else None,
        is_missing=marked is not None and shown.upto is None,
    )


def show_messages(talk: Talk, page: Page) -> None:
    """Show a page of messages."""
    if page.is_missing:
        st.info("The message you came for is no longer there; these are the newest.", icon=":material/search_off:")
    if page.has_earlier and st.button("Earlier messages", icon=":material/expand_less:", key="chat-earlier"):
        _show_more()
    if page.marked is not None:
        st.info("This is where a memory comes from: the message is marked below.", icon=":material/neurology:")
    for line in lines(page.messages, page.marked):
        _show(talk, line)
    if page.has_later and st.button("To the newest messages", icon=":material/expand_more:", key="chat-later"):
        open_conversation(talk.desk, talk.session_id)
        st.rerun()


def show_said(text: str) -> None:
    """Show a message of the user that is being sent."""
    with st.chat_message("user", avatar=_AVATARS["user"]):
        show_text(text)


def _shown(talk: Talk, marked: str | None) -> _Shown:
    shown: _Shown | None = st.session_state.get(_SHOWN)
    if shown is None or shown.session_id != talk.session_id or shown.marked != marked:
        position = None if marked is None else _position(talk.session, marked)
        shown = _Shown(talk.session_id, marked, None if position is None else position + _AFTER)
        st.session_state[_SHOWN] = shown
    return shown


def _show_more() -> None:
    shown: _Shown = st.session_state[_SHOWN]
    st.session_state[_SHOWN] = msgspec.structs.replace(shown, count=shown.count + _PAGE)
    st.rerun()


def _position(session: memlane.Session, message_id: str) -> int | None:
    """Return where a message stands, looked for from the end."""
    before: int | None = None
    while found := session.messages(_SEARCHED, before=before):
        position = next((message.position for message in found if message.id == message_id), None)
        if position is not None:
            return position
        before = found[0].position
    return None


def _show(talk: Talk, line: Line) -> None:
    with st.chat_message(line.speaker, avatar=_AVATARS[line.speaker]):
        if line.is_marked:
            st.badge("You came from here", icon=":material/my_location:", color="primary")
        if line.message.name:
            st.caption(f"**{label(line.message.name)}**")
        for block in line.blocks:
            _show_block(block)
        if line.speaker != "tool" and any(block.kind != "call" for block in line.blocks):
            _show_foot(talk, line)
        if line.message.turn is not None and line.message.turn.sent is not None:
            show_recalled(talk.desk, line.message)


def _show_block(block: Block) -> None:
    if block.kind == "text":
        show_text(block.text)
        return
    if block.kind == "other":
        st.caption(f":material/attach_file: {label(block.title)}, not loaded")
        return
    what = f"Calls {label(block.title)}" if block.kind == "call" else f"Result of {label(block.title or 'a tool')}"
    with st.expander(what, icon=":material/build:" if block.kind == "call" else ":material/output:", type="compact"):
        st.code(visible(block.text) or " ", language=None, wrap_lines=True)


def _show_foot(talk: Talk, line: Line) -> None:
    """Show, dimly, when it was said and what it took; a user's words can be said anew."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(label(foot(line, talk.desk.now()), None), width="content")
        if is_editable(line.message) and st.button(
            "",
            icon=":material/edit:",
            type="tertiary",
            help="Say this anew, in a new conversation",
            key=widget_key("chat-edit", line.message.id),
        ):
            edit_dialog(talk, line.message)
