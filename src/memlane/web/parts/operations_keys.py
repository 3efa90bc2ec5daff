"""The API keys of a tenant, and how more are made."""

from typing import Final

import streamlit as st

from memlane.types.key import KeyInfo
from memlane.web.desk import Desk
from memlane.web.parts.table import show_table
from memlane.web.parts.usage_state import excused
from memlane.web.views.operations import key_rows

_MAKE: Final = """\
memlane keys create --tenant default --scope read,write --expires 90d --name phone
memlane keys create --tenant default --user mara          # for one user only
memlane keys rotate ID                                    # a new secret; the old one stays valid for 1 h
memlane keys revoke ID"""
_SHOWN: Final = "Key", "Name", "User", "May", "State", "Expires", "Made", "Tenant", "Requests/min", "Tokens/min"


def show_keys(desk: Desk) -> None:
    """Draw the keys, without secrets, and the lines that make, renew and revoke one."""
    st.markdown("#### Keys")
    with excused("The list of keys"):
        _show_list(desk, desk.memory.keys())
    with st.expander("Make, renew, revoke", icon=":material/terminal:"):
        st.caption("Where the server is. A key is shown once, when it is made: only a hash of it is kept.")
        st.code(_MAKE, language=None, wrap_lines=True)


def _show_list(desk: Desk, keys: list[KeyInfo]) -> None:
    if not keys:
        st.caption("There is none. Programs that open the store themselves need none; callers of a server do.")
        return
    day = st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm", timezone=str(desk.zone))
    show_table(key_rows(keys, desk.now()), order=_SHOWN, columns={"Made": day, "Expires": day})
