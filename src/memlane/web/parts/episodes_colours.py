"""The colours of the page's charts, legible on the light and the dark background."""

from typing import Final

import msgspec
import streamlit as st

from memlane.web.views.graph_records import FACT, SESSION, YOU
from memlane.web.views.names import PERSON, PLACE, TOPIC


class Colours(msgspec.Struct, frozen=True):
    """Colours as `#rrggbb`.

    Attributes:
        strong: Of what is chosen.
        middle: Of what may be chosen.
        faint: Of what is beside the point.
        line: Of what ties.
        text: Of labels.
        quiet: Of labels that matter less.
        ground: Of the background.
    """

    strong: str
    middle: str
    faint: str
    line: str
    text: str
    quiet: str
    ground: str


KINDS: Final = {
    YOU: "#e11d48",
    PERSON: "#e08a1e",
    PLACE: "#3b82f6",
    TOPIC: "#14a38b",
    FACT: "#a66be8",
    SESSION: "#8b979b",
}
"""Of the graph's nodes, by kind."""
_LIGHT: Final = Colours("#0f766e", "#6fb3ab", "#d5dede", "#9aa8a8", "#1c2526", "#66777a", "#ffffff")
_DARK: Final = Colours("#2dd4bf", "#2f7f76", "#2b3437", "#5b6a6e", "#e6ebeb", "#93a3a6", "#111516")


def colours() -> Colours:
    """Return those of the theme that the visitor sees."""
    return _DARK if st.context.theme.type == "dark" else _LIGHT
