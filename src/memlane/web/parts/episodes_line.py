"""The part with the time line: search among past conversations, and one of them beside those most like it."""

from typing import Any, Final

import streamlit as st

from memlane.types.memory import RecalledEpisode
from memlane.web.desk import Desk
from memlane.web.parts.episodes_card import show_chosen, show_like
from memlane.web.parts.episodes_colours import colours
from memlane.web.parts.episodes_due import show_waiting
from memlane.web.parts.episodes_line_chart import PICK, line_chart
from memlane.web.parts.episodes_state import open_episode, opened
from memlane.web.parts.memory_state import place, seed
from memlane.web.shown import label
from memlane.web.views.episodes import (
    MOST_ON_TIME_LINE,
    Past,
    likeness_query,
    others,
    rows_of,
    time_line,
)

_CHART: Final = "episodes-chart"
_QUERY: Final = "episodes-query"
_MOST_FOUND: Final = 3
_MOST_ALIKE: Final = 6
_BESIDE: Final = 2
_ALIKE_FROM: Final = "episodes-alike-from"
_ALIKE_OF: Final = "episodes-alike-of"


def show_line(desk: Desk, pasts: list[Past]) -> None:
    """Draw the part."""
    by_session = {past.session_id: past for past in pasts}
    found = _show_search(desk)
    chosen = by_session.get(opened(desk) or "", pasts[0])
    _show_chart(desk, pasts, chosen, found)
    show_waiting(desk, sum(not past.is_written for past in pasts), "episodes-line")
    if found is not None:
        _show_found(desk, found, by_session)
    _show_alike(desk, chosen, by_session)


def _show_search(desk: Desk) -> list[RecalledEpisode] | None:
    """Draw the search; return what it found, None when nothing is searched for."""
    seed(desk, "q", _QUERY, lambda given: given or "")
    with st.form("episodes-search", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Which conversation?",
            key=_QUERY,
            placeholder="e.g. the trip we planned",
            icon=":material/search:",
            max_chars=500,
        )
        st.form_submit_button("Find")
    query: str = st.session_state[_QUERY].strip()
    place(desk, "q", query or None)
    if not query:
        return None
    with st.spinner("Searching \u2026"):
        return desk.user.episodes(query, limit=_MOST_FOUND)


def _show_chart(desk: Desk, pasts: list[Past], chosen: Past, found: list[RecalledEpisode] | None) -> None:
    names = None if found is None else {one.session_id for one in found}
    rows = rows_of(time_line(pasts), chosen=chosen.session_id, found=names)
    st.altair_chart(
        line_chart(rows, colours()),
        key=_CHART,
        on_select=lambda: _picked(desk),
        selection_mode=[PICK],
        alt="Past conversations on a time line",
    )
    hidden = len(pasts) - MOST_ON_TIME_LINE
    earlier = f" The {hidden} earliest are left out." if hidden > 0 else ""
    st.caption(
        f":material/touch_app: {len(pasts)} conversations, longer marks for more messages. Click one to look at it."
        f"{earlier}"
    )


def _picked(desk: Desk) -> None:
    state: Any = st.session_state[_CHART]
    if picked := state.selection.get(PICK):
        open_episode(desk, str(picked[0]["session"]))


def _show_found(desk: Desk, found: list[RecalledEpisode], by_session: dict[str, Past]) -> None:
    st.subheader("Found", anchor=False)
    _show_notes(found)
    shown = [(by_session[one.session_id], one) for one in found if one.session_id in by_session]
    if not shown:
        st.caption("Nothing like that was said. Try other words.")
        return
    for column, (past, one) in zip(st.columns(_MOST_FOUND), shown, strict=False):
        with column:
            show_like(desk, past, one, None)


def _show_alike(desk: Desk, chosen: Past, by_session: dict[str, Past]) -> None:
    """Draw the chosen conversation beside two of those most like it, and a button for the next two."""
    with st.spinner("Comparing \u2026"):
        asked = desk.user.episodes(likeness_query(chosen), limit=_MOST_ALIKE + 1)
    alike = [one for one in others(asked, chosen.session_id, _MOST_ALIKE) if one.session_id in by_session]
    begin = _begin_of(chosen, len(alike))
    st.subheader("Side by side" if alike else "This conversation", anchor=False)
    columns = st.columns([4, 3, 3] if alike else 1)
    with columns[0]:
        show_chosen(desk, chosen)
    for column, one in zip(columns[1:], alike[begin : begin + _BESIDE], strict=False):
        with column:
            show_like(desk, by_session[one.session_id], one, chosen)
    if len(alike) > _BESIDE:
        st.button(
            "Two others like it",
            icon=":material/navigate_next:",
            on_click=_turn,
            args=((begin + _BESIDE) % (len(alike) + len(alike) % _BESIDE),),
            key="episodes-alike-next",
        )


def _begin_of(chosen: Past, count: int) -> int:
    """Return from which of the similar ones on two are shown; the first for another conversation."""
    if st.session_state.get(_ALIKE_OF) != chosen.session_id:
        st.session_state[_ALIKE_OF], st.session_state[_ALIKE_FROM] = chosen.session_id, 0
    begin: int = st.session_state[_ALIKE_FROM]
    return begin if begin < count else 0


def _turn(begin: int) -> None:
    st.session_state[_ALIKE_FROM] = begin


def _show_notes(found: list[RecalledEpisode]) -> None:
    for note in dict.fromkeys(note for one in found for note in one.notes):
        st.info(label(note, None), icon=":material/info:")
