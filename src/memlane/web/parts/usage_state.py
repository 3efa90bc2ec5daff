"""What the parts of the usage page share: places in the address, which conversation is looked at, what is refused."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

import streamlit as st

from memlane.errors import ForbiddenError, UnsupportedError
from memlane.types.session import SessionInfo
from memlane.web.desk import Desk
from memlane.web.parts.chat_sessions import title_of
from memlane.web.parts.memory_state import place
from memlane.web.shown import label, plain

PART: Final = "part"
PART_KEY: Final = "usage-part"
TIME: Final = "time"
SAVED: Final = "saved"
WORK: Final = "work"
SCOPE: Final = "scope"
SCOPE_KEY: Final = "usage-scope"
USER: Final = "user"
SESSION: Final = "session"
EVERYBODY: Final = "all"
_NEWEST: Final = 20
_TITLE_CHARACTERS: Final = 60
_ADMIN_LINE: Final = "memlane keys create --tenant TENANT --scope read,write,erase,admin"


def newest_sessions(desk: Desk) -> list[SessionInfo]:
    """Return the user's conversations that were written to last, the newest first; the one that is open among them."""
    found = sorted(desk.user.sessions(), key=lambda info: info.updated_at, reverse=True)
    return [info for number, info in enumerate(found) if number < _NEWEST or info.session_id == desk.session_id]


def pick_session(desk: Desk, key: str) -> str | None:
    """Draw the choice of a conversation, which opens it, and return it; None where there is none.

    Args:
        desk: The visitor's place.
        key: The widget's.
    """
    ids = [info.session_id for info in newest_sessions(desk)]
    if not ids:
        return None
    titles = {session_id: plain(title_of(desk, session_id), _TITLE_CHARACTERS) for session_id in ids}
    st.session_state[key] = desk.session_id if desk.session_id in titles else ids[0]
    st.selectbox(
        "Conversation",
        ids,
        format_func=lambda session_id: titles[session_id],
        key=key,
        on_change=lambda: desk.open_session(st.session_state[key]),
        width=360,
    )
    return st.session_state[key]


def open_scope(desk: Desk, session_id: str) -> None:
    """Look at the usage of one conversation. For callbacks: they run before the widgets are made."""
    desk.open_session(session_id)
    st.session_state[SCOPE_KEY] = SESSION
    place(desk, SCOPE, SESSION)


@contextmanager
def excused(what: str) -> Generator[None]:
    """Say, where the key does not allow what is shown inside or the store does not have it, what it needs.

    Args:
        what: What is shown inside; our own words, the beginning of a sentence.
    """
    try:
        yield
    except ForbiddenError:
        st.info(f"{what} takes a key with the scope `admin` and for all users of its tenant.", icon=":material/key:")
        st.caption("Where the server is, make one, put it into MEMLANE_STORE__API_KEY and start the app again:")
        st.code(_ADMIN_LINE, language=None, wrap_lines=True)
    except UnsupportedError as exc:
        st.info(f"{what} is not to be had here: {label(str(exc), None)}.", icon=":material/info:")
