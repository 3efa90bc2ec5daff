"""The page `operations`: whether everything works, where memory is and how large, who may use it."""

import streamlit as st

from memlane.web.desk import Desk
from memlane.web.parts.demo_offer import show_offer
from memlane.web.parts.memory_state import show_outcome
from memlane.web.parts.operations_health import show_health
from memlane.web.parts.operations_keys import show_keys
from memlane.web.parts.operations_place import show_place
from memlane.web.parts.operations_stores import show_backups, show_stores


def show(desk: Desk) -> None:
    """Draw the page; the problem of a store that is away ends it after the place, which tells which one it is."""
    st.subheader("Operations", anchor=False)
    show_outcome()
    show_place()
    show_health(desk)
    show_stores(desk)
    show_keys(desk)
    show_backups()
    st.markdown("#### Demonstration")
    show_offer(desk)
