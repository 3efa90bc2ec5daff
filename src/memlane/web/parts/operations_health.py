"""Whether each part works, and what mends it."""

import streamlit as st

from memlane.types.state import HealthCheck
from memlane.web.desk import Desk
from memlane.web.parts.table import show_table
from memlane.web.shown import label
from memlane.web.views.operations import ICONS, parts, summary, versions


def show_health(desk: Desk) -> None:
    """Draw what was found of every part, what does not work first."""
    with st.spinner("Asking every part …"):
        checks = desk.memory.health()
    found = summary(checks)
    icon, colour = ICONS[found.state]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"#### Health &nbsp; :{colour}-badge[:material/{icon}: {found.words}]", width="content")
        st.space("stretch")
        st.button("Check again", icon=":material/refresh:", key="operations-refresh")
    with st.container(border=True, gap="small"):
        for check in parts(checks):
            _show_check(check)
    with st.expander("Versions", icon=":material/deployed_code:"):
        show_table([{"Package": name, "Version": version} for name, version in versions(checks)], width=420)
    st.caption("Models of providers are named, not asked: that costs. `memlane doctor` asks them, too.")


def _show_check(check: HealthCheck) -> None:
    icon, colour = ICONS[check.state]
    with st.container(gap=None):
        st.markdown(f":{colour}[:material/{icon}:] **{label(check.name)}** &nbsp; {label(check.detail, None)}")
        if check.fix:
            st.caption("What to do:")
            st.code(check.fix, language=None, wrap_lines=True)
