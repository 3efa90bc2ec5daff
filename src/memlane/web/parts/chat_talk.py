"""The conversation that is open: which one, how its next message is sent, and what is being asked."""

from secrets import token_hex
from typing import Any, Final

import msgspec
import streamlit as st

import memlane
from memlane.errors import MemlaneError
from memlane.types.message import Message
from memlane.types.state import ModelNames
from memlane.web.desk import Desk
from memlane.web.hearing import Conversation, Hearing, hearings
from memlane.web.views.problems import Problem, problem_of
from memlane.web.views.window import ChatWindow, window_of

MESSAGE: Final = "message"
"""The parameter of the address that names the message to show."""
INPUT: Final = "chat-input"
_DRAFT: Final = "chat-draft"
_FAILED: Final = "chat-failed"
_BRANCHES: Final = "chat-branches"
_WINDOWS: Final = "chat-windows"
_PLACES: Final = tuple(ChatWindow().places)


class Failed(msgspec.Struct, frozen=True):
    """A message that got no reply, and why.

    Attributes:
        session_id: Where.
        message_id: The message; it may not have been kept.
        content: What it says.
        problem: Why.
    """

    session_id: str
    message_id: str
    content: str | list[dict[str, Any]]
    problem: Problem


class Talk:
    """The conversation that is open, or the one that the next message begins."""

    def __init__(self, desk: Desk) -> None:
        """Work on the conversation of `desk`; errors as `AsyncMemlane.models`."""
        self.desk = desk
        self.is_new = desk.session_id is None
        self.session_id = desk.session_id or _draft(desk)
        self.models: ModelNames = desk.memory.models()
        self.window = self._window()
        self._write_places()

    @property
    def session(self) -> memlane.Session:
        """The session."""
        return self.desk.user.session(self.session_id)

    def open(self) -> None:
        """Put a new conversation into the address: something of it is kept from now on."""
        if self.is_new:
            st.session_state.pop(_DRAFT, None)
            self.desk.open_session(self.session_id)
            self.is_new = False

    def set_window(self, window: ChatWindow) -> None:
        """Send the next messages so."""
        self.window = window
        _windows()[self.session_id] = window
        self._write_places()

    def ask(self, content: str | list[dict[str, Any]], message_id: str | None = None) -> None:
        """Begin to reply to a message; `message_id` of one that is there already. A reply that is coming stays.

        The message's id is made here, once: however often the page is drawn, it is kept and replied to once.
        """
        if self.hearing is not None:
            return
        self.open()
        self.desk.set_place(MESSAGE, None)
        st.session_state.pop(_FAILED, None)
        message_id = message_id or new_id()
        stream = self.session.stream(
            content,
            id=message_id,
            last=self.window.last,
            recall=self.window.recall,
            max_tokens=self.window.max_tokens,
            model=self.window.model,
        )
        hearings()[self._name] = Hearing(stream, message_id, content)

    def ask_again(self, message: Message) -> None:
        """Begin to reply to a message that is there."""
        if message.content is not None:
            self.ask(message.content, message.id)

    @property
    def hearing(self) -> Hearing | None:
        """The reply that is coming; None for none."""
        return hearings().get(self._name)

    def settle(self, hearing: Hearing) -> None:
        """Take a reply as over: it is in the conversation now, or it is noted why not."""
        if hearings().get(self._name) is hearing:
            del hearings()[self._name]
        if isinstance(hearing.error, MemlaneError):
            problem = problem_of(hearing.error)
            st.session_state[_FAILED] = Failed(self.session_id, hearing.message_id, hearing.content, problem)
        elif hearing.error is not None:
            raise hearing.error

    @property
    def failed(self) -> Failed | None:
        """Why the last message of this conversation got no reply; None when nothing failed."""
        failed: Failed | None = st.session_state.get(_FAILED)
        return failed if failed is not None and failed.session_id == self.session_id else None

    def note_branch(self, old_session_id: str, messages: int) -> None:
        """Note that this conversation began as a copy of so many messages of another one."""
        st.session_state.setdefault(_BRANCHES, {})[self.session_id] = (old_session_id, messages)

    @property
    def branch(self) -> tuple[str, int] | None:
        """The conversation that this one began as a copy of, and of how many messages; None where it did not."""
        branches: dict[str, tuple[str, int]] = st.session_state.get(_BRANCHES, {})
        return branches.get(self.session_id)

    @property
    def _name(self) -> Conversation:
        user = self.desk.user
        return user.tenant, user.id, self.session_id

    def _window(self) -> ChatWindow:
        windows = _windows()
        if self.session_id not in windows:
            windows[self.session_id] = window_of(self.desk.place, self.models.offered)
        window = windows[self.session_id]
        return window if window.model in (None, *self.models.offered) else msgspec.structs.replace(window, model=None)

    def _write_places(self) -> None:
        for name, value in self.window.places.items():
            if self.desk.place(name) != value:
                self.desk.set_place(name, value)


def open_conversation(desk: Desk, session_id: str | None, message_id: str | None = None) -> None:
    """Show another conversation, at a message; None for a new one."""
    for name in _PLACES:
        desk.set_place(name, None)
    st.session_state.pop(_FAILED, None)
    desk.open_session(session_id)
    desk.set_place(MESSAGE, message_id)


def new_id() -> str:
    """Return an id for a message."""
    return token_hex(12)


def new_session_id(desk: Desk) -> str:
    """Return an id for a conversation; replies without a model name conversations by theirs."""
    return f"chat-{desk.now():%Y-%m-%d}-{token_hex(3)}"


def _draft(desk: Desk) -> str:
    if _DRAFT not in st.session_state:
        st.session_state[_DRAFT] = new_session_id(desk)
    return st.session_state[_DRAFT]


def _windows() -> dict[str, ChatWindow]:
    return st.session_state.setdefault(_WINDOWS, {})
