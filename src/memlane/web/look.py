"""What the app looks like beyond its theme: a few rules of our own, with no data in them."""

from typing import Final

import streamlit as st

_CSS: Final = """
<style>
.stMainBlockContainer {padding-top: 3.5rem; padding-bottom: 3rem; max-width: 76rem;}
[data-testid="stText"] {white-space: pre-wrap; overflow-wrap: anywhere; font-family: inherit; line-height: 1.55;}
[data-testid="stMetricValue"] {font-variant-numeric: tabular-nums;}
[data-testid="stSidebarContent"] .stButton button {justify-content: flex-start;}
.st-key-chat-sessions button {padding: 0.2rem 0.5rem; min-height: 2rem;}
.st-key-chat-sessions button :is(div, span:has(p)) {width: 100%; min-width: 0; justify-content: flex-start;}
.st-key-chat-sessions p {display: flex; justify-content: space-between; gap: 0.6rem; white-space: nowrap;}
.st-key-chat-sessions p > :first-child {overflow: hidden; text-overflow: ellipsis;}
.st-key-chat-sessions p > :last-child {flex-shrink: 0;}
@media (max-width: 640px) {.stMainBlockContainer {padding-left: 1rem; padding-right: 1rem;}}
</style>
"""


def dress() -> None:
    """Put the rules into the page."""
    st.html(_CSS)


def show_empty(icon: str, title: str, about: str) -> None:
    """Show that there is nothing yet, what would be here and how it comes to be; our own words only."""
    with st.container(border=True, horizontal_alignment="center", gap="small"):
        st.markdown(f"### :material/{icon}: {title}", text_alignment="center", anchors=False)
        st.markdown(about, text_alignment="center")
