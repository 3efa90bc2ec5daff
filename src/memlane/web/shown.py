"""The way to the screen of everything that people, models and stores say: always as text.

Streamlit reads labels, headings, captions and messages as Markdown, which can load pictures, and colours, icons and
formulas besides. Whatever is not our own wording goes through `label` there, and through `show_text` where it is to be
read in full.
"""

import re
from typing import Final

import streamlit as st

from memlane.types.visible import one_line, visible

_LABEL_CHARACTERS: Final = 60
_MARKUP: Final = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:^=@&/])")
_LINK: Final = re.compile(r"https?(?=://)|www(?=\.)|[\w.+-](?=@)", re.IGNORECASE)
_JOINER: Final = "\u2060"
"""Invisible; where it stands, Markdown makes no link of an address, as it does of one written with entities, too."""
_FENCE: Final = re.compile(r"^```[^\n`]*\n(.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)
_ENTITY: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "/": "&#47;", ":": "&#58;", "@": "&#64;", "=": "&#61;"}


def label(text: str, limit: int | None = _LABEL_CHARACTERS) -> str:
    """Return text of others for a place that reads Markdown, where it then stands as it is, on one line.

    Args:
        text: An id, a title, a piece of what was said.
        limit: Cut to so many characters, with `…`; None for all.
    """
    unlinked = _LINK.sub(lambda found: found[0] + _JOINER, one_line(text, limit))
    return _MARKUP.sub(lambda found: _ENTITY.get(found[0], "\\" + found[0]), unlinked)


def plain(text: str, limit: int | None = _LABEL_CHARACTERS) -> str:
    """Return text of others for a place that reads no Markdown: an option of a list, a cell, a mark of a chart."""
    return one_line(text, limit)


def show_text(text: str) -> None:
    """Show what was said, whole: its lines as they are, blocks of code between fences as code, nothing else read."""
    at = 0
    for found in _FENCE.finditer(text):
        _show_words(text[at : found.start()])
        st.code(visible(found[1]), language=None, wrap_lines=True)
        at = found.end()
    _show_words(text[at:])


def _show_words(text: str) -> None:
    if words := visible(text).strip("\n"):
        st.text(words)
