"""What can be done with one memory: pin, correct, forget. Each change holds only for the version that was seen."""

from typing import Final

import streamlit as st

from memlane.types.memory import Memory
from memlane.web.desk import Desk
from memlane.web.keys import widget_key
from memlane.web.parts.memory_state import attempt, open_memory
from memlane.web.shown import label
from memlane.web.views.one_memory import can_be_corrected

_TEXT: Final = "memory-correct-text"
_VALUE: Final = "memory-correct-value"


def show_actions(desk: Desk, memory: Memory) -> None:
    """Draw the buttons."""
    with st.container(horizontal=True):
        _show_pin(desk, memory)
        _show_correct(desk, memory)
        _show_forget(desk, memory)


def _show_pin(desk: Desk, memory: Memory) -> None:
    st.button(
        "Unpin" if memory.pinned else "Pin",
        icon=":material/keep_off:" if memory.pinned else ":material/keep:",
        help="What is pinned does not fade, and no policy prunes it.",
        key="memory-pin",
        on_click=_pin,
        args=(desk, memory),
    )


def _show_correct(desk: Desk, memory: Memory) -> None:
    if not can_be_corrected(memory):
        st.popover(
            "Correct",
            icon=":material/edit:",
            disabled=True,
            help="What was said stays as it was said. Forget it, or add what is right.",
        )
        return
    text, value = (widget_key(name, memory.id, str(memory.version)) for name in (_TEXT, _VALUE))
    with (
        st.popover("Correct", icon=":material/edit:", key=f"memory-correct-{memory.version}"),
        st.form("memory-correct-form", border=False),
    ):
        st.text_area("What it shall say", memory.text, key=text)
        if memory.attribute:
            st.text_input("Value", memory.value or "", key=value, help="What the fact says, e.g. Bergen.")
        st.form_submit_button("Save", type="primary", on_click=_correct, args=(desk, memory, text, value))


def _show_forget(desk: Desk, memory: Memory) -> None:
    with st.popover("Forget", icon=":material/delete:"):
        st.markdown("It is removed for good, with its history. A message still in its conversation stays there.")
        st.button("Forget it", type="primary", key="memory-forget", on_click=_forget, args=(desk, memory))


def _pin(desk: Desk, memory: Memory) -> None:
    done = f"{'Unpinned' if memory.pinned else 'Pinned'}: {label(memory.text)}"
    attempt(lambda: desk.user.pin(memory.id, pinned=not memory.pinned, if_version=memory.version), done)


def _correct(desk: Desk, memory: Memory, text: str, value: str) -> None:
    said: str = st.session_state[text].strip()
    given: str | None = st.session_state.get(value)
    changed = given.strip() if given is not None and given.strip() != (memory.value or "") else None
    attempt(
        lambda: desk.user.correct(memory.id, said, value=changed, if_version=memory.version),
        f"Corrected; it says now: {label(said)}",
    )


def _forget(desk: Desk, memory: Memory) -> None:
    if attempt(lambda: desk.user.forget(memory.id, if_version=memory.version), f"Forgotten: {label(memory.text)}"):
        open_memory(desk, None)
