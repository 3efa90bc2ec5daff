"""The page `usage`: what was said, sent and recalled over time, what was saved, and the work that waits."""

from collections.abc import Callable, Mapping
from typing import Final

import streamlit as st

from memlane.web.desk import Desk
from memlane.web.parts.memory_state import place, seed
from memlane.web.parts.usage_saved import show_saved
from memlane.web.parts.usage_state import PART, PART_KEY, SAVED, TIME, WORK
from memlane.web.parts.usage_time import show_time
from memlane.web.parts.usage_work import show_work

_PARTS: Final[Mapping[str, tuple[str, Callable[[Desk], None]]]] = {
    TIME: (":material/bar_chart: Over time", show_time),
    SAVED: (":material/savings: Saved", show_saved),
    WORK: (":material/pending_actions: Due work", show_work),
}


def show(desk: Desk) -> None:
    """Draw the part that the address names."""
    st.subheader("Usage", anchor=False)
    seed(desk, PART, PART_KEY, lambda given: given if given in _PARTS else TIME)
    st.segmented_control(
        "Part",
        list(_PARTS),
        required=True,
        format_func=lambda name: _PARTS[name][0],
        key=PART_KEY,
        label_visibility="collapsed",
    )
    part: str = st.session_state[PART_KEY] or TIME
    place(desk, PART, None if part == TIME else part)
    _PARTS[part][1](desk)
