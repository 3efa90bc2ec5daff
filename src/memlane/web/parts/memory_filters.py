"""The filters of the list of memories; what they are set to stands in the address."""

from collections.abc import Mapping
from typing import Final

import streamlit as st

from memlane.web.desk import Desk
from memlane.web.parts.memory_state import place, seed
from memlane.web.shown import label, plain
from memlane.web.views.memories import Filters, kinds_on_offer, read_day, read_kinds, written_kinds

_FIND: Final = "memory-find"
_KINDS: Final = "memory-kinds"
_SESSION: Final = "memory-session"
_SINCE: Final = "memory-since"
_UNTIL: Final = "memory-until"
_PINNED: Final = "memory-pinned"
_CURRENT: Final = "memory-current"
_ON: Final = "yes"


def read_filters(desk: Desk) -> Filters:
    """Return what the filters are set to, by their widgets or, before these are drawn, by the address."""
    seed(desk, "find", _FIND, lambda given: given or "")
    seed(desk, "kinds", _KINDS, read_kinds)
    seed(desk, "from", _SESSION, lambda given: given)
    for name, key in (("since", _SINCE), ("until", _UNTIL)):
        seed(desk, name, key, read_day)
    for name, key in (("pinned", _PINNED), ("current", _CURRENT)):
        seed(desk, name, key, lambda given: given == _ON)
    state = st.session_state
    filters = Filters(
        kinds=tuple(state[_KINDS] or ()),
        containing=state[_FIND] or "",
        session=state[_SESSION],
        since=state[_SINCE],
        until=state[_UNTIL],
        pinned=state[_PINNED],
        current=state[_CURRENT],
    )
    _place_all(desk, filters)
    return filters


def clear_filters() -> None:
    """Set none; for a button's callback."""
    for key in (_FIND, _KINDS, _SESSION, _SINCE, _UNTIL, _PINNED, _CURRENT):
        st.session_state[key] = _EMPTY.get(key)


def show_filters(desk: Desk, filters: Filters) -> None:
    """Draw the box to find text and the filters behind a button."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Find", key=_FIND, placeholder="Words in a memory", icon=":material/search:", label_visibility="collapsed"
        )
        name = f"Filters ({filters.narrower})" if filters.narrower else "Filters"
        with st.popover(name, icon=":material/tune:"):
            _show_narrower(desk, filters)


def show_kinds(by_kind: Mapping[str, int], filters: Filters) -> None:
    """Draw the kinds to choose from, with how many there are of each."""
    offered = kinds_on_offer(by_kind, filters.kinds)
    if not offered:
        return
    st.pills(
        "Kinds",
        offered,
        selection_mode="multi",
        format_func=lambda kind: f"{label(kind, 30)} &nbsp;{by_kind.get(kind, 0):,}",
        key=_KINDS,
        label_visibility="collapsed",
    )


def _show_narrower(desk: Desk, filters: Filters) -> None:
    sessions = [info.session_id for info in desk.user.sessions()]
    if filters.session is not None and filters.session not in sessions:
        sessions.insert(0, filters.session)
    st.selectbox("Conversation", sessions, format_func=plain, placeholder="Any", key=_SESSION)
    with st.container(horizontal=True):
        st.date_input("Since", key=_SINCE, value=None)
        st.date_input("Until", key=_UNTIL, value=None)
    st.toggle("Pinned only", key=_PINNED)
    st.toggle("Only what holds now", key=_CURRENT, help="Facts that ended, or have not begun, are left out.")
    st.button("Clear", icon=":material/filter_alt_off:", on_click=clear_filters, key="memory-clear")


def _place_all(desk: Desk, filters: Filters) -> None:
    place(desk, "find", filters.containing or None)
    place(desk, "kinds", written_kinds(filters.kinds))
    place(desk, "from", filters.session)
    place(desk, "since", filters.since.isoformat() if filters.since else None)
    place(desk, "until", filters.until.isoformat() if filters.until else None)
    place(desk, "pinned", _ON if filters.pinned else None)
    place(desk, "current", _ON if filters.current else None)


_EMPTY: Final[Mapping[str, object]] = {_FIND: "", _KINDS: [], _PINNED: False, _CURRENT: False}
