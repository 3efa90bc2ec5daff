"""What the parts of this page share: which part and which conversation are open, as the address names them."""

from typing import Final

import streamlit as st

from memlane.web.desk import Desk
from memlane.web.parts.memory_state import place

LINE: Final = "line"
GRAPH: Final = "graph"
FLOW: Final = "flow"
PART: Final = "part"
PART_KEY: Final = "episodes-part"
EPISODE: Final = "episode"


def opened(desk: Desk) -> str | None:
    """Return the conversation that is open on this page."""
    return desk.place(EPISODE)


def open_episode(desk: Desk, session_id: str) -> None:
    """Open a conversation on this page. For callbacks."""
    place(desk, EPISODE, session_id)


def open_part(desk: Desk, part: str, session_id: str) -> None:
    """Open another part of this page with a conversation. For callbacks: they run before its widgets are made."""
    st.session_state[PART_KEY] = part
    open_episode(desk, session_id)
