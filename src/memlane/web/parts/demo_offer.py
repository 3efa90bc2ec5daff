"""The offer of a demonstration, where there is nothing to see yet and among the operations."""

from typing import Final

import streamlit as st

from memlane.errors import ForbiddenError, MemlaneError
from memlane.web import demo
from memlane.web.desk import Desk, show_problem

_NAMES: Final = {"demo-mara": "Mara", "demo-tom": "Tom"}


def show_offer(desk: Desk) -> None:
    """Offer to load the demonstration or, where it is there, to look into it and to remove it.

    Nothing is offered where the key does not allow it.
    """
    try:
        with st.container(border=True):
            if demo.is_loaded(desk.memory):
                _show_loaded(desk)
            else:
                _show_absent(desk)
    except ForbiddenError:
        st.caption("This app's key is for other users than those of the demonstration.")
    except MemlaneError as exc:
        show_problem(exc, "try-again-demo")


def _show_absent(desk: Desk) -> None:
    st.markdown("**:material/theater_comedy: Look around first?**")
    st.caption(
        "Two invented people, Mara and Tom, and what they said over the last weeks: a move, a trip, an allergy. They "
        "are users of their own, beside yours, and go again at a click."
    )
    if st.button("Load the demonstration", icon=":material/download:", key="demo-load"):
        _load(desk)
        st.rerun()


def _load(desk: Desk) -> None:
    bar = st.progress(0.0, "Mara and Tom are talking …")
    demo.load(desk.memory, desk.now(), lambda done, of: bar.progress(done / of, f"{done} of {of} conversations"))


def _show_loaded(desk: Desk) -> None:
    st.markdown("**:material/theater_comedy: The demonstration is here**")
    st.caption("Be Mara or Tom for a while: ask what they like, where they live, which hotel it was.")
    with st.container(horizontal=True):
        for user, name in _NAMES.items():
            if st.button(f"Be {name}", icon=":material/person:", key=f"demo-be-{user}"):
                desk.open_user(user)
                st.rerun()
        with st.popover("Remove", icon=":material/delete:"):
            st.caption("Erases both people, and what was said as them since.")
            if st.button("Remove the demonstration", type="primary", key="demo-remove"):
                _remove(desk)
                st.rerun()


def _remove(desk: Desk) -> None:
    with st.spinner("Erasing …"):
        demo.remove(desk.memory)
    if desk.user_id in _NAMES:
        desk.open_user(None)
