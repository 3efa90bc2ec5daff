"""The messages that a memory comes from, with a way to each."""

from typing import Final

import streamlit as st

from memlane.types.ids import message_memory_id
from memlane.types.memory import MESSAGE, Memory
from memlane.web.desk import Desk
from memlane.web.parts.chat_sessions import title_of
from memlane.web.shown import label, show_text
from memlane.web.times import when
from memlane.web.views.one_memory import Source, sources_of

_SHOWN: Final = 5


def show_sources(desk: Desk, memory: Memory) -> None:
    """Draw where it was said; the newest few of many."""
    sources = sources_of(memory)
    if not sources:
        return
    st.markdown("##### Where it comes from")
    if len(sources) > _SHOWN:
        st.caption(f"The first message and the last {_SHOWN - 1} of {len(sources):,} that say it.")
        sources = [sources[0], *sources[1 - _SHOWN :]]
    for number, source in enumerate(sources):
        _show_source(desk, memory, source, number)


def _show_source(desk: Desk, memory: Memory, source: Source, number: int) -> None:
    with st.container(border=True, gap="small"):
        if memory.kind != MESSAGE:
            said = desk.user.memory(message_memory_id(source.session_id, source.message_id))
            if said is None:
                st.caption("The message is no longer remembered; it may still stand in its conversation.")
            else:
                show_text(said.text)
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            at = f"{when(source.at, desk.zone)} · " if source.at else ""
            st.caption(f"{at}in “{label(title_of(desk, source.session_id), 40)}”")
            if st.button("Open the message", icon=":material/forum:", key=f"source-{number}"):
                desk.go("chat", session=source.session_id, message=source.message_id)
