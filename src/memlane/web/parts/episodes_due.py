"""Conversations that are not summed up yet: what to expect, and doing it now."""

import streamlit as st

from memlane.errors import ForbiddenError, UnsupportedError
from memlane.web.desk import Desk
from memlane.web.look import show_empty


def show_none(desk: Desk) -> None:
    """Show what this page will hold, before there is any conversation."""
    show_empty(
        "hub",
        "Nothing to look back on yet",
        "Each conversation becomes an **episode** once it has gone quiet: what it was about, what was said, what it "
        "left open. Episodes stand here on a time line; people, places, topics and facts tie them together in a graph.",
    )
    with st.container(horizontal=True, horizontal_alignment="center"):
        if st.button("Begin a conversation", type="primary", icon=":material/forum:", key="episodes-begin"):
            desk.go("chat")


def show_waiting(desk: Desk, count: int, key: str) -> None:
    """Show that some are not summed up yet, with a button that does it now.

    Args:
        desk: The visitor's place.
        count: How many.
        key: Tells this button from others.
    """
    if not count:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(
            f":material/hourglass_top: {count} conversation{'s are' if count > 1 else ' is'} not summed up yet; that "
            "is done, and facts are looked for, once they have gone quiet."
        )
        if st.button("Remember now", icon=":material/bolt:", key=f"{key}-now"):
            _remember(desk)


def _remember(desk: Desk) -> None:
    try:
        with st.spinner("Looking for facts, writing episodes \u2026"):
            desk.memory.run_due()
    except (ForbiddenError, UnsupportedError):
        st.info(
            "This app may not start that work. `memlane worker` does it, or the server by itself after a while.",
            icon=":material/info:",
        )
        return
    st.rerun()
