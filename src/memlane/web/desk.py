"""What a page works with: the connection, whose memory is open, and the place that the address names.

The address holds the place (`?user=…&session=…`), so that a reload, a bookmark and the back button keep it; moving
between pages keeps user and session.
"""

import os
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

import memlane
from memlane.errors import MemlaneError
from memlane.web.handover import settings_of
from memlane.web.shown import label
from memlane.web.views.problems import problem_of
from memlane.wiring.connecting import connected
from memlane.wiring.settings import Settings

if TYPE_CHECKING:
    from streamlit.navigation.page import StreamlitPage

USER: Final = "user"
SESSION: Final = "session"
_KEPT: Final = (USER, SESSION)


class Desk:
    """One visitor's place at the app."""

    def __init__(self, memory: memlane.Memlane, pages: "dict[str, StreamlitPage]") -> None:
        """Work with `memory`; `pages` by the names in their addresses."""
        self.memory = memory
        self._pages = pages
        if (asked := st.query_params.get(USER)) and asked != self.user_id:
            st.session_state.clear()  # the browser's back and forward buttons change the user, too
        for name in _KEPT:
            if given := st.query_params.get(name):
                st.session_state[_kept(name)] = given
            elif held := st.session_state.get(_kept(name)):
                st.query_params[name] = held

    @property
    def user_id(self) -> str | None:
        """The id of the user whose memory is open."""
        return st.session_state.get(_kept(USER))

    @property
    def user(self) -> memlane.User:
        """The user whose memory is open; pages are shown only when there is one."""
        return self.memory.user(self.user_id or "")

    @property
    def session_id(self) -> str | None:
        """The id of the conversation that is open; None before one is chosen."""
        return st.session_state.get(_kept(SESSION))

    def open_user(self, user_id: str | None) -> None:
        """Open another user's memory; nothing of the one before stays, neither in the address nor in widgets."""
        if user_id == self.user_id:
            return
        st.session_state.clear()
        if user_id is not None:
            st.session_state[_kept(USER)] = user_id
        st.query_params.from_dict({} if user_id is None else {USER: user_id})  # one step back for the browser

    def open_session(self, session_id: str | None) -> None:
        """Open another conversation of the same user."""
        _keep(SESSION, session_id)

    def place(self, name: str) -> str | None:
        """Return a parameter of the address."""
        return st.query_params.get(name)

    def set_place(self, name: str, value: str | None) -> None:
        """Put a parameter into the address; None takes it out."""
        if value is None:
            st.query_params.pop(name, None)
        else:
            st.query_params[name] = value

    def go(self, page: str, **places: str) -> None:
        """Show another page, by its name in the address; user and session stay unless given."""
        for name in _KEPT:
            if name in places:
                _keep(name, places[name])
            elif held := st.session_state.get(_kept(name)):
                places[name] = held
        st.switch_page(self._pages[page], query_params=places)

    def now(self) -> datetime:
        """Return the time; aware UTC."""
        return datetime.now(UTC)

    @property
    def zone(self) -> tzinfo:
        """The visitor's time zone, as the browser tells it; UTC where it tells none that is known."""
        try:
            return ZoneInfo(st.context.timezone or "UTC")
        except (ZoneInfoNotFoundError, ValueError):
            return UTC

    @contextmanager
    def guarded(self) -> Generator[None]:
        """Show what fails inside as a message that says what to do, and end the page there."""
        try:
            yield
        except MemlaneError as exc:
            show_problem(exc)
            st.stop()


def show_problem(error: MemlaneError, key: str = "try-again") -> None:
    """Show an error: what is the matter, what to do, and a button that tries again where that may help.

    Args:
        error: The error.
        key: Tells the button from those of other errors that may be shown in the same run.
    """
    problem = problem_of(error)
    st.error(f"**{problem.title}.** {problem.todo}", icon=":material/error:")
    st.caption(label(problem.detail, None))
    if problem.retry and st.button("Try again", icon=":material/refresh:", key=key):
        st.rerun()


@st.cache_resource(show_spinner="Opening memory …", on_release=memlane.Memlane.close)
def connection() -> memlane.Memlane:
    """Return the connection of this process, as its settings have it; `connection.clear()` closes it.

    Raises:
        SettingError: a setting is not understood.
        MissingExtraError: a package is not installed; says the pip line.
    """
    return connected(settings())


def settings() -> Settings:
    """Return the settings that the launcher put into the environment; errors as `settings_of`."""
    return settings_of(os.environ)


def _kept(name: str) -> str:
    return f"desk-{name}"


def _keep(name: str, value: str | None) -> None:
    if value is None:
        st.session_state.pop(_kept(name), None)
        st.query_params.pop(name, None)
    else:
        st.session_state[_kept(name)] = value
        st.query_params[name] = value
