"""Background work: what waits, what failed, and doing it now."""

import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

import streamlit as st

from memlane.web.desk import Desk
from memlane.web.parts.memory_state import attempt, say, show_outcome
from memlane.web.parts.table import show_table
from memlane.web.parts.usage_state import excused
from memlane.web.views.due import Due, due_in_words, due_of

_TENANT: Final = "default"
_MOST_USERS: Final = 200
_LOOK_SECONDS: Final = 0.2


def show_work(desk: Desk) -> None:
    """Draw the part."""
    show_outcome()
    st.caption(
        "Once a conversation has gone quiet, facts are looked for in it, a long window is summed up and its episode is "
        "written. What fails is tried again later, and set aside after a few times."
    )
    with excused("Work of all users"):
        due = due_of(desk.memory.work(tenant=_TENANT, limit=_MOST_USERS), desk.now())
        _show_buttons(desk, due)
        _show_table(desk, due)


def _show_buttons(desk: Desk, due: Due) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{due_in_words(due)}**", width="content")
        st.space("stretch")
        st.button("Refresh", icon=":material/refresh:", key="usage-work-refresh")
        if due.aside:
            st.button(
                "Try again",
                icon=":material/replay:",
                key="usage-work-retry",
                on_click=_retry,
                args=(desk,),
                help="Bring back what was set aside; it is due at once.",
            )
        is_asked = st.button(
            "Do it now",
            type="primary",
            icon=":material/bolt:",
            key="usage-work-run",
            disabled=not due.waiting,
            help="Without waiting for quiet.",
        )
    if is_asked:
        _run(desk)


def _run(desk: Desk) -> None:
    written = [0]

    def note(count: int) -> None:
        written[0] = count

    pool = ThreadPoolExecutor(1)
    work = pool.submit(desk.memory.run_due, tenant=_TENANT, until_idle=False, progress=note)
    pool.shutdown(wait=False)  # a visitor who goes elsewhere does not wait; the work goes on
    with st.status("Working …") as status:
        while not _is_done(work):
            status.update(label=f"Working … {written[0]:,} written so far")
        say(f"Done: {work.result():,} written")
    st.rerun()


def _is_done(work: "Future[int]") -> bool:
    """Whether it ended, at once or in a moment."""
    deadline = time.monotonic() + _LOOK_SECONDS
    while not work.done() and time.monotonic() < deadline:
        time.sleep(_LOOK_SECONDS / 10)
    return work.done()


def _retry(desk: Desk) -> None:
    def act() -> None:
        count = desk.memory.retry_work(tenant=_TENANT)
        say(f"{count:,} conversation{'' if count == 1 else 's'} brought back")

    attempt(act)


def _show_table(desk: Desk, due: Due) -> None:
    if not due.rows:
        st.success("All that was said is looked through.", icon=":material/task_alt:")
        return
    zone = str(desk.zone)
    moment = st.column_config.DatetimeColumn(format="D MMM, HH:mm", timezone=zone)
    show_table(due.rows, columns={"Waits since": moment})
    if len({row["User"] for row in due.rows}) >= _MOST_USERS:
        st.caption(f"Of the {_MOST_USERS} users who have waited longest.")
