"""What the window and the provider's prompt cache saved in one conversation."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from memlane.web.desk import Desk
from memlane.web.look import show_empty
from memlane.web.parts.episodes_colours import colours
from memlane.web.parts.memory_state import place, seed
from memlane.web.parts.table import show_table
from memlane.web.parts.usage_charts import saved_chart
from memlane.web.parts.usage_look import NUMBERS, dress_numbers
from memlane.web.parts.usage_state import pick_session
from memlane.web.views.savings import (
    NEWEST,
    Prices,
    ReplyCost,
    Savings,
    amount,
    chart_rows,
    money_of,
    reply_costs,
    savings_of,
    table_rows,
)

_PRICES: Final = (
    ("price_in", "Sent", "e.g. 2.50"),
    ("price_cached", "Sent, cached", "e.g. 1.25"),
    ("price_out", "Come back", "e.g. 10"),
)
_DEAREST: Final = 10_000.0


def show_saved(desk: Desk) -> None:
    """Draw the part."""
    session_id = pick_session(desk, "usage-saved-session")
    if session_id is None:
        _show_nothing(desk)
        return
    with st.spinner("Reading the conversation …"):
        session = desk.user.session(session_id)
        messages, info = session.messages(last=NEWEST), session.info()
    older = max(0, info.messages - len(messages)) if info is not None else 0
    costs = reply_costs(messages, older=older)
    if not costs:
        _show_nothing(desk)
        return
    found = savings_of(costs)
    _show_tokens(found)
    _show_money(desk, found)
    st.markdown("##### The whole log, and what was sent of it")
    st.altair_chart(saved_chart(chart_rows(costs), colours()), alt="Tokens of the whole log and tokens sent, by reply")
    _show_how(desk, costs, older)


def _show_tokens(found: Savings) -> None:
    dress_numbers()
    with st.container(key=f"{NUMBERS}-saved"):
        st.metric(
            "Saved by the window",
            f"{found.saved:,} tokens".replace("-", "\u2212"),
            f"{found.saved_share:.0%} of the whole log".replace("%", " %").replace("-", "\u2212"),
            delta_color="off",
            delta_arrow="off",
            help=f"{found.sent:,} tokens were sent; the whole log each time would have been {found.whole:,}.",
            border=True,
        )
        st.metric(
            "Served by the provider's cache",
            f"{found.cached_tokens:,} tokens",
            f"{found.cached_share:.0%} of what was sent".replace("%", " %"),
            delta_color="off",
            delta_arrow="off",
            help=f"Of {found.input_tokens:,} tokens that the provider counted.",
            border=True,
        )
        st.metric(
            "Replies",
            f"{found.replies:,}",
            f"{found.output_tokens:,} tokens back",
            delta_color="off",
            delta_arrow="off",
            help="Replies of a model of which it is known what they were made from.",
            border=True,
        )
    if found.saved < 0:
        st.caption(
            "The conversation still fits into the window: nothing was left out, and what was recalled from other "
            "conversations came on top."
        )


def _show_money(desk: Desk, found: Savings) -> None:
    """Draw the prices, which only the visitor knows, and what comes of them."""
    with st.container(border=True):
        st.markdown("**In money**")
        st.caption("Prices of a million tokens, as your provider has them; in any currency. They stay in the address.")
        with st.container(horizontal=True):
            fresh, cached, out = (_price(desk, *price) for price in _PRICES)
        if fresh is None:
            return
        prices = Prices(fresh, fresh if cached is None else cached, out or 0.0)
        money = money_of(found, prices)
        with st.container(key=f"{NUMBERS}-money"):
            st.metric("Spent here", amount(money.spent))
            st.metric("Saved by the window, at most", amount(money.by_window))
            st.metric("Saved by the cache", amount(money.by_cache))


def _price(desk: Desk, name: str, title: str, example: str) -> float | None:
    key = f"usage-{name}"
    seed(desk, name, key, _read_price)
    st.number_input(title, 0.0, _DEAREST, None, 0.05, key=key, format="%g", placeholder=example, width=150)
    value: float | None = st.session_state[key]
    place(desk, name, None if value is None else f"{value:g}")
    return value


def _read_price(given: str | None) -> float | None:
    try:
        value = float(given or "")
    except ValueError:
        return None
    return value if 0 <= value <= _DEAREST else None


def _show_how(desk: Desk, costs: Sequence[ReplyCost], older: int) -> None:
    with st.expander("How it is counted, reply by reply", icon=":material/calculate:"):
        st.markdown(
            "- **Whole log** = instructions + messages sent + messages left out. What was left out is estimated: its "
            "characters, with as many to a token as the messages had that were sent.\n"
            "- **Sent** = instructions + summary + recalled memories + the newest messages, as counted then.\n"
            "- **Saved** = whole log \u2212 sent. In money at the full price; a cache would have served a part of the "
            "whole log, too, so it is at most that.\n"
            "- **Cached** is what the provider read from its cache. In money: cached times (price sent \u2212 price "
            "cached)."
        )
        if older:
            st.caption(
                f"Of the newest {NEWEST} messages. The {older:,} before these count as left out, each as long as these "
                "are on average."
            )
        show_table(
            table_rows(costs),
            columns={"At": st.column_config.DatetimeColumn(format="D MMM, HH:mm", timezone=str(desk.zone))},
        )


def _show_nothing(desk: Desk) -> None:
    show_empty(
        "savings",
        "Nothing to compare yet",
        "Without a window, a model is sent the whole conversation again for each reply. Memlane sends the newest "
        "messages and what it recalls. Once a **model** has replied here, this shows what that saved, and what the "
        "provider's prompt cache served. Replies that quote memory take no tokens.",
    )
    with st.container(horizontal=True, horizontal_alignment="center"):
        if st.button("Talk", type="primary", icon=":material/forum:", key="usage-saved-talk"):
            desk.go("chat")
