"""The profile: what is known of the user, as of today or another day, and the preferences document."""

from datetime import datetime
from typing import Final

import streamlit as st

from memlane.web.desk import Desk
from memlane.web.look import show_empty
from memlane.web.parts.memory_preferences import show_preferences
from memlane.web.parts.memory_state import open_memory, place, seed
from memlane.web.shown import label, show_text
from memlane.web.views.memories import day_ends, read_day
from memlane.web.views.profile import PAGE, About, by_subject, first_of, line_of, since_of

_AS_OF: Final = "memory-as-of"
_MORE: Final = "memory-profile-shown"


def show_profile(desk: Desk) -> None:
    """Draw facts by whom they are about, what a model is told of them, and the document."""
    at = _show_day(desk)
    facts = desk.user.facts(at=at)
    if facts:
        _show_facts(desk, by_subject(facts), len(facts))
    else:
        show_empty(
            "person_search",
            "No facts " + ("held then" if at else "yet"),
            "Facts are found in what the user says: “I live in Bergen”, “I'm vegetarian”. Each keeps the message that "
            "says it, and since when it holds.",
        )
    if not at:
        _show_text(desk)
    show_preferences(desk)


def _show_day(desk: Desk) -> datetime | None:
    """Draw the choice of a day; return the moment it means, None for now."""
    seed(desk, "at", _AS_OF, read_day)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        day = st.date_input(
            "As of", key=_AS_OF, value=None, width=220, help="What held at the end of that day. Empty: what holds now."
        )
    place(desk, "at", day.isoformat() if day else None)
    return day_ends(day, desk.zone)


def _show_facts(desk: Desk, groups: list[About], count: int) -> None:
    shown: int = st.session_state.setdefault(_MORE, PAGE)
    number = 0
    for about in first_of(groups, shown):
        st.markdown(f"##### {label(desk.user_id or '' if about.is_user else about.subject)}")
        with st.container(gap=None):
            for fact in about.facts:
                attribute, value = line_of(fact)
                with st.container(key=f"row-profile-{number}", gap=None):
                    name = f":gray[{label(attribute)}] &nbsp;" if attribute else ""
                    st.button(
                        f"{name}{label(value, 200)}",
                        key=f"open-profile-{number}",
                        type="tertiary",
                        width="stretch",
                        wrap=True,
                        on_click=open_memory,
                        args=(desk, fact.id),
                    )
                    pin = ":material/keep: pinned · " if fact.pinned else ""
                    st.markdown(f":small[:gray[{pin}{since_of(fact, desk.now())}]]")
                number += 1
    if count > shown:
        st.button(f"Show more of {count:,}", on_click=_show_more, key="memory-profile-more")


def _show_more() -> None:
    st.session_state[_MORE] += PAGE


def _show_text(desk: Desk) -> None:
    with st.expander("As a model reads it", icon=":material/smart_toy:"):
        text = desk.user.profile()
        if text:
            st.caption("The text that `user.profile()` gives, for a system prompt: dated, and quoted as data.")
            show_text(text)
        else:
            st.caption("Nothing yet: there are neither facts nor preferences.")
