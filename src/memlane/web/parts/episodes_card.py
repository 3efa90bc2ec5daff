"""A past conversation as a card, and how like another it is."""

import streamlit as st

from memlane.types.memory import RecalledEpisode
from memlane.web.desk import Desk
from memlane.web.keys import widget_key
from memlane.web.parts.episodes_state import FLOW, open_episode, open_part
from memlane.web.shown import label, show_text
from memlane.web.views.episodes import Past, in_brief, name_of, shared_words, when_held
from memlane.web.views.meter import shares, shares_in_words

_LONGEST_TITLE = 90
_LONGEST_WORD = 30
_OPEN_END = "\u25e6"


def show_chosen(desk: Desk, past: Past) -> None:
    """Show the conversation that is open, with what may be done with it."""
    with st.container(border=True, gap="small"):
        _show_head(desk, past)
        _show_what(past)
        with st.container(horizontal=True, gap="small"):
            if st.button(
                "Open in chat",
                type="primary",
                icon=":material/forum:",
                disabled=not past.is_live,
                help=None if past.is_live else "Its messages are gone; what is remembered of it stays.",
                key="episode-chat",
            ):
                desk.go("chat", session=past.session_id)
            st.button(
                "How it flowed",
                icon=":material/timeline:",
                disabled=not past.is_live,
                on_click=open_part,
                args=(desk, FLOW, past.session_id),
                key="episode-flow",
            )
            if st.button("Its memories", icon=":material/neurology:", key="episode-memories"):
                desk.go("memory", **{"from": past.session_id})


def show_like(desk: Desk, past: Past, found: RecalledEpisode, than: Past | None) -> None:
    """Show a conversation that was found, and why.

    Args:
        desk: The visitor's place.
        past: The conversation.
        found: How it was found.
        than: The one that it is like; None when words were searched for.
    """
    with st.container(border=True, gap="small"):
        _show_head(desk, past)
        st.caption(f":material/join_inner: {found.score:.2f} = {shares_in_words(shares(found.why)) or 'the latest'}")
        if than is not None and (common := shared_words(than, past)):
            st.markdown(" ".join(f":gray-badge[{label(word, _LONGEST_WORD)}]" for word in common))
        if past.summary:
            _show_what(past)
        else:
            show_text(found.memory.text)
        st.button(
            "Look at this one",
            icon=":material/arrow_forward:",
            on_click=open_episode,
            args=(desk, past.session_id),
            key=widget_key("episode-open" if than is None else "episode-alike", past.session_id),
        )


def _show_head(desk: Desk, past: Past) -> None:
    st.markdown(f"**{label(name_of(past), _LONGEST_TITLE)}**")
    said = [when_held(past, desk.zone)]
    if past.messages:
        said.append(f"{past.messages} message{'s' if past.messages > 1 else ''}")
    if not past.is_live:
        said.append("messages gone")
    if past.participants:
        said.append(", ".join(label(name, _LONGEST_WORD) for name in past.participants))
    st.caption(" \u00b7 ".join(said))


def _show_what(past: Past) -> None:
    if not past.is_written:
        st.caption("Not summed up yet: that is done once it has gone quiet.")
        return
    brief, rest = in_brief(past.summary)
    show_text(brief)
    if rest:
        with st.expander("The rest of it", icon=":material/more_horiz:"):
            show_text(rest)
    if past.open_ends:
        st.markdown(":material/pending: **Left open**")
        show_text("\n".join(f"{_OPEN_END} {end}" for end in past.open_ends))
