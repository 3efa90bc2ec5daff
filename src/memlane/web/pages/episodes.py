"""The page `episodes`: past conversations on a time line, what ties them, and how one flowed."""

from collections.abc import Callable, Mapping
from typing import Final

import streamlit as st

from memlane.types.memory import EPISODE
from memlane.web.desk import Desk
from memlane.web.parts.episodes_due import show_none
from memlane.web.parts.episodes_flow import show_flow
from memlane.web.parts.episodes_graph import show_graph
from memlane.web.parts.episodes_line import show_line
from memlane.web.parts.episodes_state import FLOW, GRAPH, LINE, PART, PART_KEY
from memlane.web.parts.memory_state import place, seed
from memlane.web.views.episodes import Past, past_conversations

_PARTS: Final[Mapping[str, tuple[str, Callable[[Desk, list[Past]], None]]]] = {
    LINE: (":material/view_timeline: Time line", show_line),
    GRAPH: (":material/hub: Graph", show_graph),
    FLOW: (":material/timeline: Flow", show_flow),
}


def show(desk: Desk) -> None:
    """Draw the part that the address names."""
    st.subheader("Episodes and graph", anchor=False)
    pasts = past_conversations(desk.user.sessions(), desk.user.memories(kinds={EPISODE}))
    if not pasts:
        show_none(desk)
        return
    seed(desk, PART, PART_KEY, lambda given: given if given in _PARTS else LINE)
    st.segmented_control(
        "Part", list(_PARTS), format_func=lambda name: _PARTS[name][0], key=PART_KEY, label_visibility="collapsed"
    )
    part: str = st.session_state[PART_KEY] or LINE
    place(desk, PART, None if part == LINE else part)
    _PARTS[part][1](desk, pasts)
