"""The preferences document: seen, edited as rows or as JSON, and saved only over what was seen."""

from datetime import timedelta
from typing import Any, Final

import streamlit as st

from memlane.errors import MemlaneError
from memlane.web.desk import Desk, show_problem
from memlane.web.parts.memory_state import attempt
from memlane.web.views.one_memory import as_json, metadata_of
from memlane.web.views.profile import LASTS, USUAL, days_of, document_of, rows_of

_SEEN: Final = "memory-preferences-seen"
_ROUND: Final = "memory-preferences-round"
_LASTS: Final = "memory-preferences-lasts"
_AS_JSON: Final = "memory-preferences-as-json"
_TEXT: Final = "memory-preferences-text"
_BLANK: Final = {"name": [""], "value": [""]}


def show_preferences(desk: Desk) -> None:
    """Draw the document and the form that changes it."""
    st.markdown("##### Preferences")
    st.caption("A document that applications set and read; it goes into the profile, too.")
    now = desk.user.preferences()
    seen: dict[str, Any] = st.session_state.setdefault(_SEEN, now)
    if seen != now:
        with st.container(border=True):
            st.markdown(":material/sync_problem: It was changed meanwhile; below is what it was.")
            st.button("Show what it is now", on_click=_begin_anew, key="memory-preferences-again")
    st.toggle("Edit as JSON", key=_AS_JSON)
    with st.form(f"memory-preferences-{_round()}", border=False):
        rows = None if st.session_state[_AS_JSON] else _show_rows(seen)
        if rows is None:
            st.text_area("Document", as_json(seen), key=_text_key(), height=200, label_visibility="collapsed")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.selectbox("Keep it for", LASTS, index=LASTS.index(USUAL), key=_LASTS, width=160)
            saved = st.form_submit_button("Save", type="primary", icon=":material/save:")
    if saved:
        _save(desk, seen, rows)


def _show_rows(seen: dict[str, Any]) -> Any:
    return st.data_editor(
        rows_of(seen) if seen else _BLANK,
        num_rows="dynamic",
        hide_index=True,
        column_config={
            "name": st.column_config.TextColumn("Name"),
            "value": st.column_config.TextColumn("Value", help="Text, or JSON: 2, true, [1, 2]."),
        },
        key=f"memory-preferences-rows-{_round()}",
    )


def _save(desk: Desk, seen: dict[str, Any], rows: Any) -> None:
    try:
        document = _edited(rows)
    except MemlaneError as exc:
        show_problem(exc)
        return
    days = days_of(st.session_state[_LASTS])
    ttl = None if days is None else timedelta(days=days)
    if attempt(lambda: desk.user.set_preferences(document, merge=False, ttl=ttl, if_was=seen), "Preferences saved"):
        _begin_anew()
    st.rerun()


def _edited(rows: Any) -> dict[str, Any]:
    if rows is None:
        return metadata_of(st.session_state[_text_key()]) or {}
    return document_of(list(rows["name"]), list(rows["value"]))


def _begin_anew() -> None:
    """Forget what was seen and edited; the next run reads the document."""
    st.session_state.pop(_SEEN, None)
    st.session_state[_ROUND] = _round() + 1


def _round() -> int:
    return st.session_state.get(_ROUND, 0)


def _text_key() -> str:
    return f"{_TEXT}-{_round()}"
