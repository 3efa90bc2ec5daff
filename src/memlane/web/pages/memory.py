"""The page `memory`: what is known of a user, how it is found, and how it is let go."""

from collections.abc import Callable, Mapping
from typing import Final

import streamlit as st

from memlane.web.desk import Desk
from memlane.web.parts.memory_drawer import show_opened
from memlane.web.parts.memory_erase import show_erase
from memlane.web.parts.memory_list import show_list
from memlane.web.parts.memory_look import dress_rows
from memlane.web.parts.memory_profile import show_profile
from memlane.web.parts.memory_prune import show_prune
from memlane.web.parts.memory_recall import show_recall
from memlane.web.parts.memory_state import place, seed, show_outcome

_FIRST: Final = "memories"
_PARTS: Final[Mapping[str, tuple[str, Callable[[Desk], None]]]] = {
    _FIRST: (":material/list: Memories", show_list),
    "profile": (":material/person: Profile", show_profile),
    "recall": (":material/search_insights: Recall", show_recall),
    "prune": (":material/content_cut: Prune", show_prune),
    "erase": (":material/delete_forever: Erase", show_erase),
}
_PART: Final = "part"
_KEY: Final = "memory-part"


def show(desk: Desk) -> None:
    """Draw the part that the address names."""
    dress_rows()
    st.subheader("Memory", anchor=False)
    seed(desk, _PART, _KEY, lambda given: given if given in _PARTS else _FIRST)
    st.segmented_control(
        "Part", list(_PARTS), format_func=lambda name: _PARTS[name][0], key=_KEY, label_visibility="collapsed"
    )
    part: str = st.session_state[_KEY] or _FIRST
    place(desk, _PART, None if part == _FIRST else part)
    show_outcome()
    _PARTS[part][1](desk)
    show_opened(desk)
