"""A conversation in which nothing has been said yet."""

from typing import Final

import streamlit as st

from memlane.web.look import show_empty
from memlane.web.parts.chat_settings import show_model_hint
from memlane.web.parts.chat_talk import Talk
from memlane.web.parts.demo_offer import show_offer

_EXAMPLES: Final = (
    "I'm vegetarian, and I fly to Oslo on Friday.",
    "My sister Nora plays the cello in Bergen.",
    "What do you know about me?",
)


def show_nothing_yet(talk: Talk, *, is_first: bool) -> None:
    """Show what a conversation is for, with lines to begin it.

    Args:
        talk: The conversation.
        is_first: Whether the user has no other.
    """
    show_empty(
        "forum",
        "Say something worth remembering",
        "All of it is kept as you say it. Begin another conversation later and ask: what you said here is found there, "
        "and under each reply you see what was remembered and why.",
    )
    with st.container(horizontal=True, horizontal_alignment="center"):
        for number, example in enumerate(_EXAMPLES):
            if st.button(example, icon=":material/chat:", key=f"chat-example-{number}"):
                talk.ask(example)
                st.rerun()
    show_model_hint(talk)
    if is_first:
        show_offer(talk.desk)
