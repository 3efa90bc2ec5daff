"""How long a conversation still lives, counted down before one's eyes."""

import streamlit as st

from memlane.types.session import SessionInfo
from memlane.web.desk import Desk
from memlane.web.times import left
from memlane.web.views.expiry import endings, is_over


def show_life(desk: Desk, info: SessionInfo | None) -> None:
    """Count down to the end of what disappears; nothing is shown where nothing does."""
    if endings(info):
        _count_down(desk, info)


@st.fragment(run_every="1s")
def _count_down(desk: Desk, info: SessionInfo | None) -> None:
    """Show the time left without asking the store, and draw the whole page anew when it is over."""
    found, now = endings(info), desk.now()
    if is_over(found, now):
        st.rerun(scope="app")
    with st.container(horizontal=True, gap="small"):
        for ending in found:
            st.badge(f"{ending.what}: {left(ending.until, now)}", icon=":material/timer:", color="orange")
