"""What this app is, and what it is connected to."""

import streamlit as st

from memlane import __version__
from memlane.web.desk import settings
from memlane.web.shown import label
from memlane.web.views.whereabouts import Whereabouts, whereabouts
from memlane.wiring.build import default_url


def show_place() -> None:
    """Draw the app's version, and where memory is; asks nobody."""
    found = whereabouts(settings(), default_url())
    with st.container(border=True):
        st.markdown(f"**:material/lan: Memlane {label(__version__)}** on {found.kind}")
        st.code(found.place, language=None, wrap_lines=True)
        if found.memories is not None:
            st.caption("Its memories are in another store:")
            st.code(found.memories, language=None, wrap_lines=True)
        if found.server is not None:
            _show_server(found, found.server)


def _show_server(found: Whereabouts, server: str) -> None:
    key = "with a key" if found.has_key else "without a key"
    st.caption(f":material/key: This app calls it {key}, which no browser sees.")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.link_button("Its interface", f"{server}/docs", icon=":material/api:")
        with st.popover("Its metrics", icon=":material/query_stats:"):
            st.markdown("For Prometheus. They take a key with the scope `admin`, unless `server.open_metrics` is on.")
            line = f'curl -H "Authorization: Bearer $MEMLANE_STORE__API_KEY" {server}/metrics'
            st.code(line, language=None, wrap_lines=True)
