"""Usage over time: of the user, of one conversation, or of everybody."""

from datetime import datetime
from typing import Final

import streamlit as st

from memlane.types.usage import UsagePoint
from memlane.web.desk import Desk
from memlane.web.look import show_empty
from memlane.web.parts.episodes_colours import colours
from memlane.web.parts.memory_state import place, seed
from memlane.web.parts.usage_charts import message_chart, recall_chart, token_chart
from memlane.web.parts.usage_growth import show_growth
from memlane.web.parts.usage_look import NUMBERS, dress_numbers
from memlane.web.parts.usage_sessions import show_sessions
from memlane.web.parts.usage_state import EVERYBODY, SCOPE, SCOPE_KEY, SESSION, USER, excused, pick_session
from memlane.web.views.usage import (
    RANGES,
    USUAL_RANGE,
    Window,
    filled,
    has_tokens,
    is_less,
    is_nothing,
    message_rows,
    metrics,
    recall_rows,
    token_rows,
    total,
    window,
)

_RANGE: Final = "range"
_RANGE_KEY: Final = "usage-range"
_SCOPES: Final = {USER: "This user", SESSION: "One conversation", EVERYBODY: "Everybody"}


def show_time(desk: Desk) -> None:
    """Draw the part."""
    name, scope = _show_choices(desk)
    session_id = pick_session(desk, "usage-session") if scope == SESSION else None
    if scope == SESSION and session_id is None:
        _show_nothing(desk)
        return
    span = window(RANGES[name], desk.now())
    with excused("The usage of everybody"):
        points = _points(desk, scope, session_id, span)
        _show_points(desk, points, span, name)
        if scope == USER:
            _show_of_user(desk, span)
    _show_freshness(desk.now().astimezone(desk.zone))


def _show_choices(desk: Desk) -> tuple[str, str]:
    """Draw the choices of a range and of whose usage; return both."""
    seed(desk, _RANGE, _RANGE_KEY, lambda given: given if given in RANGES else USUAL_RANGE)
    seed(desk, SCOPE, SCOPE_KEY, lambda given: given if given in _SCOPES else USER)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.segmented_control(
            "Last", list(RANGES), required=True, format_func=lambda name: RANGES[name].title, key=_RANGE_KEY
        )
        st.segmented_control(
            "Whose", list(_SCOPES), required=True, format_func=lambda name: _SCOPES[name], key=SCOPE_KEY
        )
        st.button("Refresh", icon=":material/refresh:", key="usage-refresh")
    name, scope = st.session_state[_RANGE_KEY] or USUAL_RANGE, st.session_state[SCOPE_KEY] or USER
    place(desk, _RANGE, None if name == USUAL_RANGE else name)
    place(desk, SCOPE, None if scope == USER else scope)
    return name, scope


def _points(desk: Desk, scope: str, session_id: str | None, span: Window) -> list[UsagePoint]:
    """Return what was used in the window and in the range before it."""
    if scope == EVERYBODY:
        return desk.memory.stats(step=span.step, since=span.before, until=span.until)
    whose = desk.user if session_id is None else desk.user.session(session_id)
    return whose.stats(step=span.step, since=span.before, until=span.until)


def _show_points(desk: Desk, points: list[UsagePoint], span: Window, name: str) -> None:
    now, before = total(points, span.since, span.until), total(points, span.before, span.since)
    if is_nothing(now):
        _show_nothing(desk)
        return
    dress_numbers()
    with st.container(key=f"{NUMBERS}-usage"):
        for metric in metrics(now, before):
            st.metric(
                metric.title,
                metric.value,
                metric.change,
                delta_color="off",
                delta_arrow="down" if is_less(metric.change) else "auto" if metric.change != "as before" else "off",
                help=metric.about,
                border=True,
            )
    if not is_nothing(before):
        st.caption(f"Changes are against {RANGES[name].before}.")
    _show_charts(filled(points, span), span, with_tokens=has_tokens(now))


def _show_charts(steps: list[UsagePoint], span: Window, *, with_tokens: bool) -> None:
    hue = colours()
    st.markdown("##### Tokens")
    if with_tokens:
        st.altair_chart(token_chart(token_rows(steps, span.step), span.step, hue), alt="Tokens over time")
    else:
        st.caption("No model was asked in this time: replies that quote memory take no tokens.")
    left, right = st.columns(2)
    with left:
        st.markdown("##### Messages")
        st.altair_chart(message_chart(message_rows(steps, span.step), span.step, hue), alt="Messages over time")
    with right:
        st.markdown("##### Recalls and hits")
        if any(step.used.recalls for step in steps):
            rows = recall_rows(steps, span.step)
            st.altair_chart(recall_chart(rows, span.step, hue), alt="Recalls and hits over time")
        else:
            st.caption("Nothing was searched for in this time.")


def _show_of_user(desk: Desk, span: Window) -> None:
    left, right = st.columns(2)
    with left:
        show_sessions(desk, span)
    with right:
        show_growth(desk, span)


def _show_nothing(desk: Desk) -> None:
    show_empty(
        "bar_chart",
        "Nothing was used in this time",
        "Each message, each reply of a model and each search in memory is counted here, by the minute. Say something, "
        "or look further back.",
    )
    with st.container(horizontal=True, horizontal_alignment="center"):
        if st.button("Talk", type="primary", icon=":material/forum:", key="usage-talk"):
            desk.go("chat")


def _show_freshness(now: datetime) -> None:
    st.caption(
        f":material/schedule: As of {now:%H:%M:%S}. Every process writes what it counted each five seconds: refresh to "
        "see the latest. Days begin at midnight UTC; hours and minutes are shown in your time."
    )
