"""Putting a memory down by hand."""

from datetime import date
from typing import Any, Final

import streamlit as st

from memlane.errors import UsageError
from memlane.web.desk import Desk
from memlane.web.parts.memory_state import attempt, show_outcome
from memlane.web.shown import label
from memlane.web.views.memories import day_ends
from memlane.web.views.one_memory import metadata_of

_ADDING: Final = "memory-adding"
_OWN: Final = "another kind"
_FORM: Final = "memory-new"


def start_adding() -> None:
    """Open the form; for a button's callback."""
    st.session_state[_ADDING] = True


def show_add(desk: Desk) -> None:
    """Draw the form when it is open."""
    if st.session_state.get(_ADDING):
        st.dialog("Add a memory", icon=":material/add:", on_dismiss=_stop)(_show_form)(desk)


def _show_form(desk: Desk) -> None:
    if not st.session_state.get(_ADDING):
        st.rerun()
    show_outcome()
    with st.form(_FORM, border=False):
        st.text_area("What is to be remembered", key=f"{_FORM}-text", placeholder="Prefers window seats")
        st.segmented_control("Kind", ["fact", "preference", _OWN], key=f"{_FORM}-kind", default="fact")
        st.text_input("Name of another kind", key=f"{_FORM}-own", placeholder="e.g. booking")
        st.date_input("Last day it is kept", key=f"{_FORM}-until", value=None, help="Empty: for ever.")
        st.text_area(
            "Metadata",
            key=f"{_FORM}-metadata",
            placeholder='{"source": "phone call"}',
            help="A JSON object.",
            height=80,
        )
        st.form_submit_button("Add", type="primary", on_click=_add, args=(desk,))


def _stop() -> None:
    st.session_state[_ADDING] = False


def _add(desk: Desk) -> None:
    given = {name: st.session_state.get(f"{_FORM}-{name}") for name in ("text", "kind", "own", "until", "metadata")}
    if attempt(lambda: _remember(desk, given), f"Remembered: {label(given['text'] or '')}"):
        _stop()


def _remember(desk: Desk, given: dict[str, Any]) -> None:
    until: date | None = given["until"]
    kind = given["own"].strip() if given["kind"] == _OWN else given["kind"]
    if not given["text"].strip():
        raise UsageError("there is nothing to remember: write what it is")
    if not kind:
        raise UsageError("a memory needs a kind: choose one, or name one of your own")
    desk.user.remember(
        given["text"].strip(),
        kind=kind,
        metadata=metadata_of(given["metadata"] or ""),
        expires_at=day_ends(until, desk.zone),
    )
