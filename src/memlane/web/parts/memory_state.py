"""What the parts of the memory page keep between runs: places in the address, what was just done, what went wrong."""

from collections.abc import Callable
from typing import Any, Final

import streamlit as st

from memlane.errors import MemlaneError
from memlane.web.desk import Desk, show_problem
from memlane.web.shown import label

OPEN: Final = "memory"
_DONE: Final = "memory-done"
_PROBLEM: Final = "memory-problem"


def seed(desk: Desk, place: str, key: str, read: Callable[[str | None], Any]) -> None:
    """Give a widget the value that the address names: at first, and when the address was changed from outside.

    Args:
        desk: Holds the address.
        place: The parameter.
        key: The widget's key; it is to be made without a default.
        read: Makes a value of the parameter; None where there is none.
    """
    given = desk.place(place)
    if key not in st.session_state or st.session_state.get(_written(place)) != given:
        st.session_state[key] = read(given)
        st.session_state[_written(place)] = given


def place(desk: Desk, name: str, value: str | None) -> None:
    """Put into the address what a widget holds now."""
    st.session_state[_written(name)] = value
    if desk.place(name) != value:
        desk.set_place(name, value)


def open_memory(desk: Desk, memory_id: str | None) -> None:
    """Open one memory beside the page; None closes it."""
    desk.set_place(OPEN, memory_id)


def attempt(act: Callable[[], Any], done: str = "") -> bool:
    """Do what changes memory, and keep for `show_outcome` what came of it; return whether it was done.

    For callbacks: they run before the page is drawn, with what the visitor saw when the button was.

    Args:
        act: The change.
        done: What to say when it is done; Markdown, with `label` around what is data. Empty text for nothing.
    """
    try:
        act()
    except MemlaneError as exc:
        st.session_state[_PROBLEM] = exc
        return False
    if done:
        say(done)
    return True


def say(done: str) -> None:
    """Keep something for `show_outcome` to say; as of `attempt`."""
    st.session_state.setdefault(_DONE, []).append(done)


def show_outcome() -> None:
    """Show, once, what was done and what went wrong; where trying again may help, nothing else is drawn."""
    for done in st.session_state.pop(_DONE, []):
        st.toast(done, icon=":material/check:")
    problem: MemlaneError | None = st.session_state.pop(_PROBLEM, None)
    if problem is not None:
        show_problem(problem, "try-again-outcome")
        if problem.retryable:
            st.stop()


def show_pairs(pairs: list[tuple[str, str]]) -> None:
    """Show names of ours with values that are data, a line each."""
    st.markdown("  \n".join(f":gray[{name}] &nbsp;{label(value, None)}" for name, value in pairs))


def _written(name: str) -> str:
    return f"memory-place-{name}"
