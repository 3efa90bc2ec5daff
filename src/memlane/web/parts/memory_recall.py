"""The recall playground: ask, see each signal's share, and weigh the signals anew."""

from typing import Any, Final

import altair as alt
import streamlit as st

from memlane.context.remembered import memories_block
from memlane.types.memory import Recalled
from memlane.web.desk import Desk
from memlane.web.look import show_empty
from memlane.web.parts.memory_list import show_row
from memlane.web.parts.memory_state import place, seed
from memlane.web.shown import label, show_text
from memlane.web.views.memories import day_begins, day_ends
from memlane.web.views.playground import (
    CANDIDATES,
    Ranked,
    bars_of,
    best_shares,
    colour_of,
    notes_of,
    rerank,
    says,
    signals_of,
)

_QUESTION: Final = "memory-question"
_LIMIT: Final = "memory-limit"
_FOUND: Final = "memory-found"
_ASKED: Final = "memory-asked"
_WEIGHT: Final = "memory-weight"
_MOST: Final = 20


def show_recall(desk: Desk) -> None:
    """Draw the question, and what answers it."""
    seed(desk, "q", _QUESTION, lambda given: given or "")
    scope = _show_question(desk)
    question: str = st.session_state[_QUESTION].strip()
    place(desk, "q", question or None)
    if not question:
        show_empty(
            "search_insights",
            "Ask, and see why",
            "Recall finds what was said by words and meaning, and by what surrounds it. Ask something: each answer "
            "shows what every signal says for it.",
        )
        return
    found = _found(desk, question, scope)
    for note in notes_of(found):
        st.info(label(note, None), icon=":material/info:")
    if found:
        _show_found(desk)
    else:
        show_empty("search_off", "Nothing was found", "Try other words, more kinds or a longer time.")


def _show_question(desk: Desk) -> dict[str, Any]:
    """Draw the form; return what it says besides the question, as arguments of `user.recall`."""
    with st.form("memory-recall", border=False):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.text_input(
                "Question", key=_QUESTION, placeholder="Where should I eat?", icon=":material/search:", max_chars=2000
            )
            st.form_submit_button("Recall", type="primary")
        with st.expander("Kinds, dates, how many", icon=":material/tune:"):
            kinds = st.multiselect("Kinds", sorted(desk.user.browse(limit=1).by_kind), format_func=label)
            with st.container(horizontal=True):
                since = st.date_input("Said since", value=None, key="memory-recall-since")
                until = st.date_input("Said until", value=None, key="memory-recall-until")
                at = st.date_input(
                    "Asked on", value=None, key="memory-recall-at", help="“Last week” is counted from that day."
                )
            st.slider("Show", 1, _MOST, 5, key=_LIMIT, help="So many a context quotes; 5 unless asked for others.")
    zone = desk.zone
    return {
        "kinds": kinds or None,
        "since": day_begins(since, zone),
        "until": day_ends(until, zone),
        "at": day_ends(at, zone),
    }


def _found(desk: Desk, question: str, scope: dict[str, Any]) -> list[Recalled]:
    """Return what was found: once a question, so that weighing asks nothing anew."""
    asked = (question, scope)
    if st.session_state.get(_ASKED) != asked:
        with st.spinner("Recalling …"):
            st.session_state[_FOUND] = desk.user.recall(question, limit=CANDIDATES, **scope)
        st.session_state[_ASKED] = asked
    return st.session_state[_FOUND]


def _show_found(desk: Desk) -> None:
    """Draw what was found, and beside it the sliders that order it."""
    found: list[Recalled] = st.session_state[_FOUND]
    signals = signals_of(found)
    answers, sliders = st.columns([5, 3], gap="large")
    with sliders:
        weights = _show_weights(signals, len(found))
    ranked = rerank(found, weights)[: st.session_state[_LIMIT]]
    with answers:
        _show_bars(ranked, signals)
        with st.container(gap=None):
            for one in ranked:
                show_row(desk, one.recalled.memory, f"recall-{one.rank}", _why(one))
        with st.expander("What a context would quote of these", icon=":material/format_quote:"):
            st.caption(
                "As it stands before the newest message, oldest first. A conversation's own context leaves out what it "
                "shows anyway, and what does not fit its budget."
            )
            show_text(memories_block([one.recalled for one in ranked]))


def _show_weights(signals: list[str], count: int) -> dict[str, float]:
    """Draw a slider for each signal; return how much each counts."""
    st.markdown("##### Weigh the signals")
    st.caption(
        f"Each signal's share, times what you set here, puts the {count} memories that were found in a new order. It "
        "finds no others, and changes nothing in memory."
    )
    for name in signals:
        st.slider(name, 0.0, 2.0, 1.0, 0.1, key=_key(name), help=says(name), format="%.1f x")
    st.button("All back to 1", icon=":material/restart_alt:", on_click=_reset, args=(signals,))
    return {name: st.session_state[_key(name)] for name in signals}


def _show_bars(ranked: list[Ranked], signals: list[str]) -> None:
    """Draw a bar for each, of the shares of its signals."""
    chart = (
        alt.Chart(alt.Data(values=bars_of(ranked, signals)))
        .mark_bar(height={"band": 0.72})
        .encode(
            x=alt.X("share:Q", title=None, axis=alt.Axis(grid=False, tickCount=5)),
            y=alt.Y("rank:O", title=None, axis=alt.Axis(domain=False, ticks=False)),
            color=alt.Color(
                "signal:N",
                scale=alt.Scale(domain=signals, range=[colour_of(name) for name in signals]),
                legend=alt.Legend(orient="bottom", title=None, columns=4, offset=4),
            ),
            order=alt.Order("order:Q"),
            tooltip=[alt.Tooltip("signal:N"), alt.Tooltip("share:Q", format=".3f")],
        )
        .properties(height=alt.Step(26))
    )
    st.altair_chart(chart, alt="Each result's score as a bar of its signals' shares")


def _why(one: Ranked) -> str:
    shares = ", ".join(f"{label(name)} {share:.2f}" for name, share in best_shares(one))
    moved = f" :primary[{one.moved}]" if one.moved else ""
    return f"**{one.rank}**{moved} &nbsp;:small[{one.score:.2f} = {shares}, …]  \n"


def _reset(signals: list[str]) -> None:
    for name in signals:
        st.session_state[_key(name)] = 1.0


def _key(signal: str) -> str:
    return f"{_WEIGHT}-{signal}"
