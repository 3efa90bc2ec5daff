"""The stores: what they are, how large, who is in them; freeing space, and copies elsewhere."""

from typing import Final

import streamlit as st

from memlane.errors import ForbiddenError, UnsupportedError
from memlane.web.desk import Desk
from memlane.web.parts.memory_state import attempt, say
from memlane.web.shown import label
from memlane.web.views.operations import Store, stores, users_in_words

_MOST_USERS: Final = 10_000


def show_stores(desk: Desk) -> None:
    """Draw the stores with their sizes, how many users there are, and a button that frees space."""
    st.markdown("#### Stores")
    with st.container(horizontal=True):
        for store in stores(desk.memory.ping()):
            _show_store(store)
        _show_users(desk)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Free space",
            icon=":material/mop:",
            key="operations-sweep",
            on_click=_sweep,
            args=(desk,),
            help="Removes what has expired from the stores now.",
        )
        st.caption(
            "What has expired is never shown, and goes by itself; this frees its space earlier.", width="content"
        )


def show_backups() -> None:
    """Say how copies are made."""
    st.markdown("#### Backups")
    st.caption(
        "None are made by Memlane yet. Copy a user with the line below, from time to time; `memlane restore` brings "
        "the copy back, here or on another store."
    )
    st.code("memlane export mara.jsonl --user mara", language=None, wrap_lines=True)


def _show_store(store: Store) -> None:
    with st.container(border=True, width=330, gap="small"):
        st.metric(label(store.title), store.size, help="On disk, or in memory of a server that keeps all there.")
        st.caption(
            "  \n".join([label(store.server), *(f"{label(name)}: {label(fact, None)}" for name, fact in store.facts)])
        )


def _show_users(desk: Desk) -> None:
    with st.container(border=True, width=330, gap="small"):
        try:
            found = desk.memory.users(limit=_MOST_USERS)
        except ForbiddenError:
            st.metric("Users", "?")
            st.caption("This app's key does not list them: that takes the scope `admin`.")
        except UnsupportedError:
            st.metric("Users", "?")
            st.caption("This store keeps no list of them.")
        else:
            st.metric("Users", users_in_words(len(found), _MOST_USERS))
            st.caption("Of whom something was said, sent or recalled, and who were not erased.")


def _sweep(desk: Desk) -> None:
    def act() -> None:
        count = desk.memory.sweep()
        say(f"{count:,} expired {'record' if count == 1 else 'records'} removed" if count else "Nothing had expired")

    attempt(act)
