"""How the next messages of a conversation are sent: instructions, window, model, and how long it lives."""

from datetime import timedelta
from typing import Final

import msgspec
import streamlit as st

from memlane.types.session import SessionInfo
from memlane.web.keys import widget_key
from memlane.web.parts.chat_talk import Talk
from memlane.web.shown import label, plain
from memlane.web.times import span
from memlane.web.views.presets import PRESETS, preset_of
from memlane.web.views.window import BUDGETS, LASTS, MOST_RECALL, with_value

_NONE: Final = "None"
_OWN: Final = "Own words"
_USUAL: Final = ""
_PICKED: Final = "chat-preset-picked"
_FOREVER: Final = "Stays"
_WHOLE: Final = "All of it"
_SOME: Final = "Last messages"
_USUAL_MINUTES: Final = 10.0
_LEAST_MINUTES: Final = 0.05
_MOST_MINUTES: Final = 527_040.0


def show_settings(talk: Talk, info: SessionInfo | None) -> None:
    """Show the settings of a conversation; what is changed holds from the next message on."""
    with st.popover("Settings", icon=":material/tune:", key="chat-settings"):
        _show_instructions(talk)
        st.divider()
        _show_window(talk)
        _show_model(talk)
        st.divider()
        _show_life(talk, info)


def show_model_hint(talk: Talk) -> None:
    """Say, where no model replies, that it works all the same, and how to add one."""
    if talk.models.default is None and talk.window.model is None:
        st.caption(
            ":material/info: No chat model is set: replies quote what memory holds. To add one, start again with "
            "`MEMLANE_MODEL__NAME`, e.g. `openai:gpt-4o-mini`, `anthropic:claude-sonnet-4-5` or "
            "`openai+http://127.0.0.1:11434/v1#llama3.2`."
        )


def _show_instructions(talk: Talk) -> None:
    now = None if talk.is_new else talk.session.instructions()
    _take_picked(talk, now)
    preset = preset_of(now)
    key = widget_key("chat-preset", talk.session_id)
    is_writing = st.session_state.get(_PICKED) == (talk.session_id, _OWN)
    st.session_state[key] = preset.title if preset and not is_writing else _OWN if now or is_writing else _NONE
    picked = st.pills(
        "Instructions",
        [_NONE, *(preset.title for preset in PRESETS), _OWN],
        required=True,
        key=key,
        help="How the model is to behave in this conversation.",
        on_change=_note_picked,
        args=(talk.session_id, key),
    )
    if picked == _OWN:
        _show_own_words(talk, now)
    elif preset is not None:
        st.caption(f"{preset.about} “{preset.text}”")


def _note_picked(session_id: str, key: str) -> None:
    st.session_state[_PICKED] = (session_id, st.session_state[key])


def _take_picked(talk: Talk, now: str | None) -> None:
    """Keep what was picked a moment ago; one's own words are kept when they are written."""
    session_id, title = st.session_state.get(_PICKED, (None, None))
    if session_id != talk.session_id or title == _OWN:
        return
    st.session_state.pop(_PICKED)
    text = next((preset.text for preset in PRESETS if preset.title == title), None)
    if text != now:
        _instruct(talk, text)


def _show_own_words(talk: Talk, now: str | None) -> None:
    with st.form(widget_key("chat-instructions", talk.session_id), border=False):
        text = st.text_area("Your instructions", now or "", height=120, placeholder="e.g. Answer in Norwegian.")
        if st.form_submit_button("Save", icon=":material/save:"):
            st.session_state.pop(_PICKED, None)
            _instruct(talk, text.strip() or None)


def _instruct(talk: Talk, text: str | None) -> None:
    talk.session.instruct(text)
    talk.open()
    st.toast("Instructions saved; they hold from the next message on.", icon=":material/check:")
    st.rerun()


def _show_window(talk: Talk) -> None:
    window = talk.window
    last = st.select_slider(
        "Past messages sent",
        with_value(LASTS, window.last),
        window.last,
        format_func=_number,
        key=widget_key("chat-last", talk.session_id),
        help="At most so many of the newest; all: as many as the budget holds.",
    )
    recall = st.slider(
        "Memories recalled",
        0,
        MOST_RECALL,
        window.recall,
        key=widget_key("chat-recall", talk.session_id),
        help="At most so many, from all conversations; 0 for none.",
    )
    budget = st.select_slider(
        "Tokens of the context",
        with_value(BUDGETS, window.max_tokens),
        window.max_tokens,
        format_func=_number,
        key=widget_key("chat-budget", talk.session_id),
        help="Instructions, memories, summary and messages together; all: what the model takes.",
    )
    talk.set_window(msgspec.structs.replace(window, last=last, recall=recall, max_tokens=budget))


def _number(value: int | None) -> str:
    return "all" if value is None else f"{value:,}"


def _show_model(talk: Talk) -> None:
    if not talk.models.offered:
        show_model_hint(talk)
        return
    default = talk.models.default
    usual = "quotes memory, no model" if default is None else plain(default)
    others = [name for name in talk.models.offered if name != default]
    model = st.selectbox(
        "Model",
        [_USUAL, *others],
        index=0 if talk.window.model in (None, default) else 1 + others.index(talk.window.model),
        format_func=lambda name: plain(name) if name else usual,
        key=widget_key("chat-model", talk.session_id),
    )
    talk.set_window(msgspec.structs.replace(talk.window, model=model or None))


def _show_life(talk: Talk, info: SessionInfo | None) -> None:
    if info is None:
        st.caption(":material/timer: Once something is said here, it can be given a time to live.")
        return
    with st.form(widget_key("chat-life", talk.session_id), border=False):
        what = st.segmented_control(
            "Time to live",
            [_FOREVER, _WHOLE, _SOME],
            default=_WHOLE if info.ttl else _FOREVER,
            required=True,
            help="All of it: counted anew with each message. Last messages: counted once, from now.",
        )
        with st.container(horizontal=True):
            minutes = st.number_input("Minutes", _LEAST_MINUTES, _MOST_MINUTES, _minutes(info), 1.0, format="%g")
            count = st.number_input("Messages", 1, max(info.messages, 1), min(2, max(info.messages, 1)))
        if st.form_submit_button("Set", icon=":material/timer:"):
            _set_life(talk, str(what), timedelta(minutes=minutes), count)


def _minutes(info: SessionInfo) -> float:
    whole = info.ttl.total_seconds() / 60 if info.ttl else _USUAL_MINUTES
    return min(max(whole, _LEAST_MINUTES), _MOST_MINUTES)


def _set_life(talk: Talk, what: str, ttl: timedelta, count: int) -> None:
    if what == _FOREVER:
        talk.session.expire(None)
        said = "This conversation stays."
    elif what == _WHOLE:
        talk.session.expire(ttl)
        said = f"This conversation goes {span(ttl)} after its last message."
    else:
        going = talk.session.expire(ttl, last=count)
        said = f"{going} messages go in {span(ttl)}."
    st.toast(label(said, None), icon=":material/timer:")
    st.rerun()
