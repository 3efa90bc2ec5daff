"""How a memory came to be what it is, version by version, and the way back."""

from typing import Final

import streamlit as st

from memlane.types.memory import Memory
from memlane.web.desk import Desk
from memlane.web.parts.memory_state import attempt
from memlane.web.shown import label
from memlane.web.times import when
from memlane.web.views.one_memory import Difference, Step, steps_of

_SHOWN: Final = 10
_ALL: Final = "memory-whole-history"


def show_history(desk: Desk, memory: Memory) -> None:
    """Draw the versions, the newest first; nothing of a memory that never changed."""
    if not memory.past:
        return
    st.markdown("##### History")
    steps = steps_of(desk.user.history(memory.id))
    shown = steps if st.session_state.get(_ALL) else steps[:_SHOWN]
    for step in shown:
        _show_step(desk, memory, step)
    if len(steps) > _SHOWN:
        st.toggle(f"All {len(steps):,} versions", key=_ALL)


def _show_step(desk: Desk, memory: Memory, step: Step) -> None:
    with st.container(border=True, gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.markdown(f"**{label(step.title)}** :small[:gray[version {step.version} · {when(step.at, desk.zone)}]]")
            _show_way_back(desk, memory, step)
        for difference in step.differences:
            st.markdown(_told(difference))


def _show_way_back(desk: Desk, memory: Memory, step: Step) -> None:
    is_newest = step.version == memory.version
    to = step.version - 1 if is_newest else step.version
    if to < 1:
        return
    st.button(
        "Undo" if is_newest else "Back to this",
        icon=":material/undo:",
        type="tertiary",
        key=f"memory-revert-{step.version}",
        on_click=_revert,
        args=(desk, memory, to),
    )


def _told(difference: Difference) -> str:
    before, after = label(difference.before, 120), label(difference.after, 120)
    return f":small[{label(difference.field)}: :gray[~~{before}~~] → {after}]"


def _revert(desk: Desk, memory: Memory, version: int) -> None:
    attempt(
        lambda: desk.user.revert(memory.id, version, if_version=memory.version),
        f"It is again what it was in version {version}.",
    )
