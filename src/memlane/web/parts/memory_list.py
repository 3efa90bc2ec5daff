"""The list of memories: fifty a page, the newest first, each opened by a click on what it says."""

from typing import Final

import streamlit as st

from memlane.types.memory import Memory
from memlane.types.page import MemoryPage
from memlane.web.desk import Desk
from memlane.web.look import show_empty
from memlane.web.parts.chat_sessions import title_of
from memlane.web.parts.memory_add import show_add, start_adding
from memlane.web.parts.memory_filters import clear_filters, read_filters, show_filters, show_kinds
from memlane.web.parts.memory_state import open_memory, place
from memlane.web.shown import label
from memlane.web.views.memories import PAGE, Filters, age_of, colour_of, life_of, range_of, wanted

_AFTER: Final = "after"
_CURSORS: Final = "memory-cursors"
_LAST: Final = "memory-last-filters"
_TEXT_CHARACTERS: Final = 200


def show_list(desk: Desk) -> None:
    """Draw filters, list and pager."""
    filters = read_filters(desk)
    cursors = _cursors(desk, filters)
    page = desk.user.browse(**wanted(filters, desk.zone), after=cursors[-1] if cursors else None, limit=PAGE)
    show_filters(desk, filters)
    show_kinds(page.by_kind, filters)
    if page.memories:
        _show_head(page, len(cursors))
        show_rows(desk, page.memories, "memory")
        _show_pager(page, cursors)
    elif cursors:
        cursors.clear()  # all of this page is gone by now
        st.rerun()
    else:
        _show_nothing(desk, filters)
    show_add(desk)


def show_rows(desk: Desk, memories: list[Memory], name: str) -> None:
    """Draw memories as rows that open when clicked.

    Args:
        desk: The desk.
        memories: Those of one page.
        name: Of the list; there may be two on a page.
    """
    with st.container(key=f"{name}-rows", gap=None):
        for number, memory in enumerate(memories):
            show_row(desk, memory, f"{name}-{number}")


def show_row(desk: Desk, memory: Memory, key: str, note: str = "") -> None:
    """Draw one memory as a row; `note` is Markdown that stands in front of its particulars."""
    with st.container(key=f"row-{key}", gap=None):
        st.button(
            label(memory.text, _TEXT_CHARACTERS) or ":gray[no words]",
            key=f"open-{key}",
            type="tertiary",
            width="stretch",
            wrap=True,
            on_click=open_memory,
            args=(desk, memory.id),
        )
        st.markdown(note + _line(desk, memory))


def _line(desk: Desk, memory: Memory) -> str:
    now = desk.now()
    parts = [
        ":material/keep: pinned" if memory.pinned else "",
        label(memory.role, 20) if memory.role else "",
        age_of(memory, now),
        f"in “{label(title_of(desk, memory.session_id), 40)}”" if memory.session_id else "",
        life_of(memory, now),
    ]
    badge = f":{colour_of(memory.kind)}-badge[{label(memory.kind, 30)}]"
    return f"{badge} :small[:gray[{' · '.join(part for part in parts if part)}]]"


def _cursors(desk: Desk, filters: Filters) -> list[str]:
    """Return where the pages up to this one begin, but for the first; other filters begin anew."""
    state = st.session_state
    given = desk.place(_AFTER)
    if _CURSORS not in state:
        state[_CURSORS] = [given] if given else []
    elif state.get(_LAST) != filters:
        state[_CURSORS] = []
    state[_LAST] = filters
    cursors = state[_CURSORS]
    place(desk, _AFTER, cursors[-1] if cursors else None)
    return cursors


def _show_head(page: MemoryPage, number: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.caption(range_of(number, len(page.memories), page.total))
        st.button("Add a memory", icon=":material/add:", type="primary", on_click=start_adding, key="memory-add")


def _show_pager(page: MemoryPage, cursors: list[str]) -> None:
    if not cursors and page.next is None:
        return
    with st.container(horizontal=True, horizontal_alignment="center"):
        st.button("Newer", icon=":material/chevron_left:", disabled=not cursors, on_click=_turn, args=(None,))
        st.button(
            "Older",
            icon=":material/chevron_right:",
            icon_position="right",
            disabled=page.next is None,
            on_click=_turn,
            args=(page.next,),
        )


def _turn(after: str | None) -> None:
    """Go to the page that begins there; None for the page before."""
    cursors: list[str] = st.session_state[_CURSORS]
    if after is not None:
        cursors.append(after)
    elif cursors:
        cursors.pop()


def _show_nothing(desk: Desk, filters: Filters) -> None:
    if filters.any:
        show_empty("search_off", "Nothing meets these filters", "There may be more without them.")
        st.button("Clear the filters", type="primary", on_click=clear_filters, key="memory-clear-all")
        return
    show_empty(
        "neurology",
        "Nothing is remembered yet",
        "Every message of a conversation is remembered word for word, and facts are found in them. You can also put "
        "something down by hand.",
    )
    with st.container(horizontal=True, horizontal_alignment="center"):
        if st.button("Talk", icon=":material/forum:", type="primary", key="memory-talk"):
            desk.go("chat")
        st.button("Add a memory", icon=":material/add:", on_click=start_adding, key="memory-add")
