"""One memory, opened beside the page: all there is of it, and what can be done with it."""

from typing import Final

import streamlit as st

from memlane.types.memory import Memory
from memlane.web.desk import Desk
from memlane.web.parts.memory_actions import show_actions
from memlane.web.parts.memory_history import show_history
from memlane.web.parts.memory_sources import show_sources
from memlane.web.parts.memory_state import OPEN, open_memory, show_outcome, show_pairs
from memlane.web.shown import label, show_text
from memlane.web.views.memories import colour_of, life_of
from memlane.web.views.one_memory import as_json, particulars_of, strength_of, title_of

_LINKS: Final = (("replaces", "It replaced", ":material/history:"), ("replaced_by", "Replaced by", ":material/update:"))


def show_opened(desk: Desk) -> None:
    """Draw the memory that the address names, if it names one."""
    memory_id = desk.place(OPEN)
    if memory_id is None:
        return
    memory = desk.user.memory(memory_id)
    if memory is None:
        st.info("That memory is gone: it was forgotten, pruned, or its time has passed.", icon=":material/info:")
        desk.set_place(OPEN, None)
        return
    opened = st.dialog(title_of(memory), width="medium", position="right", on_dismiss=lambda: open_memory(desk, None))
    opened(_show)(desk, memory_id)


def _show(desk: Desk, memory_id: str) -> None:
    """Draw it as it is now; alone again after each click inside."""
    with desk.guarded():
        memory = desk.user.memory(memory_id) if desk.place(OPEN) == memory_id else None
        if memory is None:
            st.rerun()
        show_outcome()
        _show_head(desk, memory)
        show_actions(desk, memory)
        _show_strength(desk, memory)
        show_pairs(particulars_of(memory, desk.zone))
        _show_links(desk, memory)
        show_sources(desk, memory)
        _show_documents(memory)
        show_history(desk, memory)


def _show_head(desk: Desk, memory: Memory) -> None:
    badges = [f":{colour_of(memory.kind)}-badge[{label(memory.kind, 30)}]"]
    if memory.pinned:
        badges.append(":green-badge[:material/keep: pinned]")
    if life := life_of(memory, desk.now()):
        badges.append(f":orange-badge[{life}]")
    st.markdown(" ".join(badges))
    with st.container(border=True):
        show_text(memory.text)


def _show_strength(desk: Desk, memory: Memory) -> None:
    share, why = strength_of(memory, desk.now())
    st.progress(share, text=f"Strength {share:.2f}")
    st.caption(why)


def _show_links(desk: Desk, memory: Memory) -> None:
    """Draw a way to the memories before and after it."""
    for name, title, icon in _LINKS:
        other_id: str | None = getattr(memory, name)
        if other_id is None:
            continue
        other = desk.user.memory(other_id)
        said = label(other.text, 80) if other else "a memory that is gone"
        st.button(
            f"{title}: {said}",
            icon=icon,
            disabled=other is None,
            key=f"link-{name}",
            on_click=open_memory,
            args=(desk, other_id),
        )


def _show_documents(memory: Memory) -> None:
    for name, document in (("Metadata", memory.metadata), ("As it was sent", memory.original)):
        if document:
            st.markdown(f"##### {name}")
            st.code(as_json(document), language="json", wrap_lines=True)
