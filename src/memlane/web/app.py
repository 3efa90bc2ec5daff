"""The app: connection, user, pages. `script.main` runs it for every visitor and every click."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

import streamlit as st

from memlane.errors import ForbiddenError, MemlaneError
from memlane.web.addresses import FIRST_PAGE
from memlane.web.desk import Desk, connection, show_problem
from memlane.web.keys import widget_key
from memlane.web.look import dress, show_empty
from memlane.web.pages import chat, episodes, memory, operations, usage
from memlane.web.parts.demo_offer import show_offer
from memlane.web.parts.memory_erase import show_receipt
from memlane.web.shown import plain

# A file of ours: as the page's icon, Streamlit would fetch one of its own names from another host.
_ICON: Final = Path(__file__).with_name("icon.svg")
_LONGEST_ID: Final = 512
_PAGES: Final[tuple[tuple[str, str, str, Callable[[Desk], None]], ...]] = (
    ("chat", "Chat", ":material/forum:", chat.show),
    ("memory", "Memory", ":material/neurology:", memory.show),
    ("episodes", "Episodes and graph", ":material/hub:", episodes.show),
    ("usage", "Usage", ":material/monitoring:", usage.show),
    ("operations", "Operations", ":material/health_and_safety:", operations.show),
)
_NEEDS_NO_USER: Final = frozenset({"operations"})


def main() -> None:
    """Draw the page that the address names."""
    st.set_page_config(page_title="Memlane", page_icon=str(_ICON), layout="wide")
    dress()
    desks: list[Desk] = []
    pages = {
        name: st.Page(
            partial(_page, name, show, desks), title=title, icon=icon, url_path=name, default=name == FIRST_PAGE
        )
        for name, title, icon, show in _PAGES
    }
    chosen = st.navigation(list(pages.values()))
    try:
        desks.append(Desk(connection(), pages))
    except MemlaneError as exc:
        show_problem(exc)
        return
    _show_user_picker(desks[0])
    chosen.run()


def _page(name: str, show: Callable[[Desk], None], desks: list[Desk]) -> None:
    desk = desks[0]
    if desk.user_id is None and name not in _NEEDS_NO_USER:
        show_receipt(desk)
        _show_welcome(desk)
        return
    with desk.guarded():
        show(desk)


def _show_user_picker(desk: Desk) -> None:
    """Show who is talking, and let it be somebody else, known or new."""
    users = _known_users(desk)
    if desk.user_id is not None and desk.user_id not in users:
        users.insert(0, desk.user_id)
    with st.sidebar:
        picked = st.selectbox(
            "User",
            users,
            index=users.index(desk.user_id) if desk.user_id is not None else None,
            format_func=plain,
            placeholder="Choose",
            help="Whose memory this is.",
            key=widget_key("user-picker", desk.user_id or ""),  # another one for each: none keeps showing who has gone
        )
        if desk.user_id is not None:
            key = widget_key("user-new", desk.user_id)  # likewise: it is closed once another one is there
            with st.popover("New user", icon=":material/person_add:", type="tertiary", key=key):
                _show_name(desk, f"{key}-form")
    if picked and picked != desk.user_id:
        desk.open_user(picked)
        st.rerun()


def _known_users(desk: Desk) -> list[str]:
    """Return those seen last first; none where the key is for one user only, or memory is away."""
    try:
        seen = desk.memory.users()
    except ForbiddenError:
        return []
    except MemlaneError as exc:
        with st.sidebar:
            show_problem(exc, "try-again-users")
        return []
    return [found.user for found in sorted(seen, key=lambda found: found.seen_at, reverse=True)]


def _show_welcome(desk: Desk) -> None:
    show_empty(
        "neurology",
        "Memory that stays",
        "Say who you are, talk, and begin another conversation: what you said before is remembered there, and you see "
        "why. Each user's memory is theirs alone.",
    )
    _show_name(desk, "welcome")
    show_offer(desk)


def _show_name(desk: Desk, key: str) -> None:
    """Draw the form that begins a user, or goes on with one."""
    with st.form(key, border=False):
        name = st.text_input("Your name", max_chars=_LONGEST_ID, placeholder="e.g. mara")
        if st.form_submit_button("Begin", type="primary") and name.strip():
            desk.open_user(name.strip())
            st.rerun()


if __name__ == "__main__":
    main()
