"""Which conversations of a user used most."""

from typing import Any, Final

import streamlit as st

from memlane.types.usage import Amounts
from memlane.web.desk import Desk
from memlane.web.parts.chat_sessions import title_of
from memlane.web.parts.episodes_colours import colours
from memlane.web.parts.usage_charts import PICK, session_chart
from memlane.web.parts.usage_state import newest_sessions, open_scope
from memlane.web.shown import plain
from memlane.web.views.usage import Window, has_tokens, most_used, session_rows, total

_CHART: Final = "usage-sessions-chart"
_MOST: Final = 8
_TITLE_CHARACTERS: Final = 48


def show_sessions(desk: Desk, span: Window) -> None:
    """Draw the conversations that used most in a window, of those written to last."""
    st.markdown("##### By conversation")
    used = most_used(_amounts(desk, span), _MOST)
    if not used:
        st.caption("None of the newest conversations used anything in this time.")
        return
    by_tokens = any(has_tokens(amounts) for _, amounts in used)
    titles = [plain(title_of(desk, session_id), _TITLE_CHARACTERS) for session_id, _ in used]
    st.altair_chart(
        session_chart(session_rows(used, titles), colours(), by_tokens=by_tokens),
        key=_CHART,
        on_select=lambda: _picked(desk),
        selection_mode=[PICK],
        alt="Conversations that used most",
    )
    what = "tokens" if by_tokens else "messages"
    st.caption(f":material/touch_app: By {what}, of the 20 newest conversations. Click a bar to see it alone.")


def _amounts(desk: Desk, span: Window) -> list[tuple[str, Amounts]]:
    """Return what each of the newest conversations used in a window; a bar shows how far that is."""
    sessions = newest_sessions(desk)
    touched = [info.session_id for info in sessions if info.updated_at >= span.since]
    if not touched:
        return []
    bar = st.progress(0.0, "Counting …")
    found: list[tuple[str, Amounts]] = []
    for number, session_id in enumerate(touched, 1):
        points = desk.user.session(session_id).stats(step=span.step, since=span.since, until=span.until)
        found.append((session_id, total(points, span.since, span.until)))
        bar.progress(number / len(touched), f"{number} of {len(touched)} conversations")
    bar.empty()
    return found


def _picked(desk: Desk) -> None:
    state: Any = st.session_state[_CHART]
    if picked := state.selection.get(PICK):
        open_scope(desk, str(picked[0]["session"]))
