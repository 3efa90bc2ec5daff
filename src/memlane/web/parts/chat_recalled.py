"""What a reply was made from: the memories it was shown, why these, and what of the budget each part took."""

from typing import Final

import altair as alt
import streamlit as st

from memlane.types.memory import Memory
from memlane.types.message import Message
from memlane.types.turn import Sent, Shown, Turn
from memlane.web.desk import Desk
from memlane.web.keys import widget_key
from memlane.web.parts.chat_sessions import title_of
from memlane.web.parts.chat_talk import open_conversation
from memlane.web.shown import label, plain
from memlane.web.times import when
from memlane.web.views import meter

_QUOTED_CHARACTERS: Final = 400
_COLOURS: Final = ("#0f766e", "#14b8a6", "#0ea5e9", "#6366f1", "#a3a3a3", "#94a3b840")
_SIGNAL_COLOURS: Final = (
    "#0f766e",
    "#0ea5e9",
    "#6366f1",
    "#f59e0b",
    "#14b8a6",
    "#a3a3a3",
    "#ec4899",
    "#84cc16",
    "#f97316",
    "#a855f7",
    "#64748b",
)
_BAR_HEIGHT: Final = 46
_ROW_HEIGHT: Final = 26
_LEGEND_COLUMNS: Final = 3


@st.fragment
def show_recalled(desk: Desk, message: Message) -> None:
    """Show, once it is unfolded, what a reply was made from."""
    turn = message.turn
    if turn is None or turn.sent is None:
        return
    box = st.expander(
        f"Remembered {len(turn.sent.recalled) or 'nothing'} · {meter.total(turn.sent)}",
        icon=":material/neurology:",
        type="compact",
        on_change="rerun",
        key=widget_key("chat-remembered", message.id),
    )
    if not box.open:
        return
    with box, desk.guarded():
        _show_memories(desk, turn.sent)
        _show_meter(turn)


def _show_memories(desk: Desk, sent: Sent) -> None:
    if not sent.recalled:
        st.caption("Nothing that is remembered answered this well enough.")
        return
    for number, shown in enumerate(sent.recalled, start=1):
        with st.container(border=True, gap="xsmall"):
            memory = desk.user.memory(shown.id)
            if memory is None:
                st.caption(f"**{number}** · Forgotten since: it was shown to this reply, and is gone.")
            else:
                _show_memory(desk, number, shown, memory)
    _show_why(sent)


def _show_memory(desk: Desk, number: int, shown: Shown, memory: Memory) -> None:
    st.text(plain(memory.text, _QUOTED_CHARACTERS))
    why = meter.shares_in_words(meter.shares(shown.why))
    st.caption(
        f"**{number}** · {label(memory.kind)} · {when(memory.created_at, desk.zone)} · score {shown.score:.2f}"
        f"{' · ' + why if why else ''}"
    )
    with st.container(horizontal=True, gap="small"):
        if memory.session_id is not None and st.button(
            f"Open {label(title_of(desk, memory.session_id), 32)}",
            icon=":material/open_in_new:",
            type="tertiary",
            key=widget_key("chat-source", str(number), memory.id),
        ):
            open_conversation(desk, memory.session_id, memory.message_ids[0] if memory.message_ids else None)
            st.rerun(scope="app")
        if st.button(
            "In Memory",
            icon=":material/neurology:",
            type="tertiary",
            key=widget_key("chat-memory", str(number), memory.id),
        ):
            desk.go("memory", memory=memory.id)


def _show_why(sent: Sent) -> None:
    """Show each signal's share of each memory's score as bars."""
    rows = [
        {"memory": str(number), "signal": share.title, "points": share.points, "share": f"{share.part:.0%}"}
        for number, shown in enumerate(sent.recalled, start=1)
        for share in meter.shares(shown.why)
        if share.points > 0
    ]
    if not rows:
        return
    legend_rows = -(-len({row["signal"] for row in rows}) // _LEGEND_COLUMNS)
    chart = (
        alt.Chart(alt.Data(values=rows))
        .mark_bar(height=10, cornerRadius=2)
        .encode(
            x=alt.X("points:Q", stack="zero", title=None, axis=None, scale=alt.Scale(nice=False)),
            y=alt.Y("memory:N", sort=None, title=None, axis=alt.Axis(ticks=False, domain=False)),
            color=alt.Color(
                "signal:N",
                sort=None,
                scale=alt.Scale(range=list(_SIGNAL_COLOURS)),
                legend=alt.Legend(orient="bottom", columns=_LEGEND_COLUMNS, title=None),
            ),
            tooltip=[alt.Tooltip("signal:N"), alt.Tooltip("share:N")],
        )
        .properties(height=_ROW_HEIGHT * (len(sent.recalled) + legend_rows) + _BAR_HEIGHT)
    )
    st.caption("Why these: each signal's share of the score.")
    st.altair_chart(chart, width="stretch")


def _show_meter(turn: Turn) -> None:
    parts = meter.segments(turn)
    if turn.sent is None or not parts:
        return
    chart = (
        alt.Chart(alt.Data(values=meter.bar_rows(parts)))
        .mark_bar(height=16)
        .encode(
            x=alt.X("tokens:Q", stack="zero", title=None, axis=None, scale=alt.Scale(nice=False)),
            color=alt.Color("part:N", scale=alt.Scale(domain=list(meter.PARTS), range=list(_COLOURS)), legend=None),
            order=alt.Order("order:Q"),
            tooltip=[alt.Tooltip("part:N"), alt.Tooltip("tokens:Q", format=",")],
        )
        .properties(height=_BAR_HEIGHT)
    )
    st.caption(f"The context: {meter.total(turn.sent)}.")
    st.altair_chart(chart, width="stretch")
    st.caption(meter.legend(parts))
    if left_out := meter.left_out(turn.sent):
        st.caption(f":material/content_cut: {left_out}.")
