"""Letting go by policy: tried first, then done."""

from typing import Final

import streamlit as st

from memlane import Policy
from memlane.derive.prune import Pruned
from memlane.errors import MemlaneError
from memlane.web.desk import Desk, show_problem
from memlane.web.look import show_empty
from memlane.web.parts.memory_list import show_row
from memlane.web.parts.memory_state import attempt, say
from memlane.web.shown import label
from memlane.web.views.pruning import Form, counted, page_of, pages_of, policy_of, reasons_of

_POLICY: Final = "memory-policy"
_RULES: Final = (
    ("older_than", "Older than … days", "What was said or put down longer ago.", 365),
    ("idle_for", "Idle for … days", "Neither said again nor used for so long.", 180),
    ("keep_most", "Keep the … strongest of each kind", "The others go.", 1000),
)


def show_prune(desk: Desk) -> None:
    """Draw the policy's form and what it would let go."""
    st.caption("A policy lets go whatever meets one of its rules. Pinned memories stay, whatever it says.")
    form = _show_form(desk)
    if form is not None:
        _keep(form)
    policy: Policy | None = st.session_state.get(_POLICY)
    if policy is not None:
        with st.spinner("Looking through all memories …"):
            taken = desk.user.prune(policy).pruned
        _show_taken(desk, taken, policy)


def _show_form(desk: Desk) -> Form | None:
    """Draw the form; return what it says when it was sent."""
    with st.form("memory-prune", border=True):
        columns = st.columns(3)
        given = {
            name: column.number_input(title, min_value=0, value=None, step=1, help=about, placeholder=f"e.g. {example}")
            for column, (name, title, about, example) in zip(columns, _RULES, strict=True)
        }
        columns = st.columns(3)
        weaker = columns[0].number_input(
            "Weaker than …",
            min_value=0.0,
            max_value=1.0,
            value=None,
            step=0.05,
            placeholder="e.g. 0.2",
            help="Strength is 1 when it is touched, and half that after the half-life.",
        )
        half_life = columns[1].number_input("Half-life in days", min_value=1, value=90, step=1)
        kinds = columns[2].multiselect(
            "Only these kinds", sorted(desk.user.browse(limit=1).by_kind), format_func=label, placeholder="All"
        )
        messages = st.checkbox(
            "Messages may go, too", help="What was said cannot be made anew; without this, messages stay."
        )
        sent = st.form_submit_button("Try it", type="primary", icon=":material/preview:")
    return (
        Form(**given, below_strength=weaker, half_life=half_life, kinds=tuple(kinds), include_messages=messages)
        if sent
        else None
    )


def _keep(form: Form) -> None:
    """Keep the policy that a form means; what it lets go is looked up anew whenever it is shown."""
    st.session_state.pop(_POLICY, None)
    try:
        st.session_state[_POLICY] = policy_of(form)
    except MemlaneError as exc:
        show_problem(exc)


def _show_taken(desk: Desk, taken: list[Pruned], policy: Policy) -> None:
    if not taken:
        show_empty("task_alt", "This policy lets nothing go", "No memory meets one of its rules.")
        return
    st.markdown(f"##### {counted(len(taken))} would go")
    st.caption(" · ".join(f"{label(why, None)}: {count:,}" for why, count in reasons_of(taken)))
    with st.popover(f"Prune {counted(len(taken))}", icon=":material/content_cut:"):
        st.markdown("They are removed for good. What was used, said again or pinned meanwhile is judged anew.")
        st.button("Yes, prune", type="primary", key="memory-prune-now", on_click=_prune, args=(desk, policy))
    number = 1
    if pages_of(taken) > 1:
        number = st.pagination(pages_of(taken), key="memory-prune-page")
    with st.container(gap=None):
        for place, one in enumerate(page_of(taken, number)):
            show_row(desk, one.memory, f"prune-{place}", f":red-badge[{label(one.why, None)}] ")


def _prune(desk: Desk, policy: Policy) -> None:
    def act() -> None:
        pruned = desk.user.prune(policy, dry_run=False).pruned
        say(f"Pruned {counted(len(pruned))}")

    if attempt(act):
        st.session_state.pop(_POLICY, None)
