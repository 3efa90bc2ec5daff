"""The part with the flow of one conversation: its picture, page by page, and the message that was clicked."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import streamlit as st

from memlane.types.message import Message
from memlane.web.desk import Desk
from memlane.web.keys import widget_key
from memlane.web.parts.episodes_colours import colours
from memlane.web.parts.episodes_flow_chart import PICK, flow_chart
from memlane.web.parts.episodes_state import open_episode, opened
from memlane.web.parts.memory_state import place
from memlane.web.shown import label, plain, show_text
from memlane.web.times import when
from memlane.web.views.conversation import text_of
from memlane.web.views.episodes import Past, name_of
from memlane.web.views.flow import PAGE, Flow, make_flow, recalled_ids, window_begins
from memlane.web.views.flow_rows import BY_HAND
from memlane.web.views.meter import shares, shares_in_words

_CHART: Final = "flow-chart"
_WHICH: Final = "flow-which"
_BEFORE: Final = "before"
_MESSAGE: Final = "at"
_HOMES: Final = "flow-homes"
_LONGEST_TITLE: Final = 60
_LONGEST_TEXT: Final = 300
_MOST_SHOWN: Final = 8


def show_flow(desk: Desk, pasts: list[Past]) -> None:
    """Draw the part."""
    live = [past for past in pasts if past.is_live]
    if not live:
        st.info("None of these conversations still has its messages; what is remembered of them is on the time line.")
        return
    past = _show_which(desk, live)
    session = desk.user.session(past.session_id)
    before = _number(desk.place(_BEFORE))
    with st.spinner("Reading the conversation \u2026"):
        messages = session.messages(last=PAGE, before=before)
        summary = session.summary()
        homes = _homes(desk, recalled_ids(messages))
    if not messages:
        st.info("This conversation has no messages at this place.")
        return
    flow = make_flow(messages, homes, summary=summary, window_from=window_begins(messages) if before is None else None)
    titles = {one.session_id: name_of(one) for one in pasts}
    st.altair_chart(
        flow_chart(flow, titles, colours()),
        key=widget_key(_CHART, past.session_id, str(before)),
        on_select=lambda: _pick(desk, past.session_id, before),
        selection_mode=[PICK],
        alt="The messages of one conversation in order, and what was recalled for its replies",
    )
    _show_pages(desk, past, messages)
    _show_legend(flow)
    _show_picked(desk, past, messages, flow, titles)


def _show_which(desk: Desk, live: Sequence[Past]) -> Past:
    """Draw the choice of a conversation; return the chosen one."""
    by_session = {past.session_id: past for past in live}
    asked = opened(desk) or desk.session_id
    chosen = asked if asked in by_session else live[0].session_id
    if st.session_state.get(_WHICH) != chosen:
        st.session_state[_WHICH] = chosen
    st.selectbox(
        "Conversation",
        list(by_session),
        format_func=lambda session: plain(name_of(by_session[session]), _LONGEST_TITLE),
        key=_WHICH,
        on_change=lambda: _choose(desk),
    )
    return by_session[chosen]


def _choose(desk: Desk) -> None:
    open_episode(desk, st.session_state[_WHICH])
    place(desk, _BEFORE, None)
    place(desk, _MESSAGE, None)


def _homes(desk: Desk, ids: Iterable[str]) -> dict[str, str | None]:
    """Return the session of each of these memories that is still there; each is looked up once a visit."""
    known: dict[str, str | None] = st.session_state.setdefault(_HOMES, {})
    for memory_id in ids:
        if memory_id not in known and (memory := desk.user.memory(memory_id)) is not None:
            known[memory_id] = memory.session_id
    return known


def _show_pages(desk: Desk, past: Past, messages: Sequence[Message]) -> None:
    first, last = messages[0].position, messages[-1].position
    if len(messages) >= past.messages:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            "Earlier",
            icon=":material/chevron_left:",
            disabled=len(messages) < PAGE,
            on_click=_turn,
            args=(desk, first),
            key="flow-earlier",
        )
        st.button(
            "Later",
            icon=":material/chevron_right:",
            disabled=desk.place(_BEFORE) is None,
            on_click=_turn,
            args=(desk, last + PAGE + 1 if last + PAGE < past.messages else None),
            key="flow-later",
        )
        st.caption(f"Messages {first:,} to {last:,}; {past.messages:,} in all.", width="content")


def _turn(desk: Desk, before: int | None) -> None:
    place(desk, _BEFORE, None if before is None else str(before))
    place(desk, _MESSAGE, None)


def _show_legend(flow: Flow) -> None:
    said = ":material/touch_app: Wider: longer. Click a message to read it."
    if flow.sources:
        said += " Curves lead from replies to the conversations they were helped by."
    else:
        said += " Nothing was recalled into these replies, or it was not noted: that is kept of what is said here."
    st.caption(said)


def _pick(desk: Desk, session_id: str, before: int | None) -> None:
    state: Any = st.session_state[widget_key(_CHART, session_id, str(before))]
    if picked := state.selection.get(PICK):
        open_episode(desk, session_id)
        place(desk, _MESSAGE, str(picked[0]["key"]))


def _show_picked(desk: Desk, past: Past, messages: Sequence[Message], flow: Flow, titles: dict[str, str]) -> None:
    picked = desk.place(_MESSAGE) or ""
    number = _number(picked[1:])
    message = next((one for one in messages if picked.startswith("m") and one.position == number), None)
    if message is not None:
        _show_message(desk, past, message)
    elif picked.startswith("s") and number is not None and number < len(flow.sources):
        source = flow.sources[number]
        _show_source(desk, source.session_id, source.memories, titles)


def _show_message(desk: Desk, past: Past, message: Message) -> None:
    with st.container(border=True, gap="small"):
        st.caption(
            f"**{message.position}** \u00b7 {label(message.name or message.role)} \u00b7 "
            f"{when(message.created_at, desk.zone)}"
        )
        show_text(text_of(message) or "(no text)")
        if message.turn is not None and message.turn.sent is not None:
            for shown in message.turn.sent.recalled[:_MOST_SHOWN]:
                memory = desk.user.memory(shown.id)
                text = "forgotten since" if memory is None else plain(memory.text, _LONGEST_TEXT)
                with st.container(border=True, gap=None):
                    st.text(text)
                    st.caption(f"{shown.score:.2f} = {shares_in_words(shares(shown.why))}")
        if st.button("Open in chat", icon=":material/forum:", key="flow-open"):
            desk.go("chat", session=past.session_id, message=message.id)


def _show_source(desk: Desk, session_id: str | None, memories: Sequence[str], titles: dict[str, str]) -> None:
    with st.container(border=True, gap="small"):
        st.markdown(
            f"**{label(BY_HAND if session_id is None else titles.get(session_id, session_id), _LONGEST_TITLE)}**"
        )
        for memory_id in memories[:_MOST_SHOWN]:
            memory = desk.user.memory(memory_id)
            if memory is not None:
                st.text(plain(memory.text, _LONGEST_TEXT))
        if session_id is not None and st.button("Open in chat", icon=":material/forum:", key="flow-open-source"):
            desk.go("chat", session=session_id)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < _MOST_DIGITS else None


_MOST_DIGITS: Final = 12
