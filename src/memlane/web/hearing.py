"""Listens to a streamed reply apart from the page that shows it.

The page draws what has come, time and again; it is never kept waiting, also while the model is silent, and a reload
finds the reply where it is.
"""

import threading
from typing import Any, Final

import streamlit as st

from memlane.sync.session import BlockingStream

_LONGEST_END_SECONDS: Final = 10.0


class Hearing:
    """A reply as far as it has come.

    Attributes:
        message_id: The message that is replied to.
        content: What it says.
    """

    def __init__(self, stream: BlockingStream, message_id: str, content: str | list[dict[str, Any]]) -> None:
        """Listen to `stream` on a thread of its own."""
        self.message_id = message_id
        self.content = content
        self._error: Exception | None = None
        self._stream = stream
        self._pieces: list[str] = []
        self._thread = threading.Thread(target=self._listen, name="memlane-hearing", daemon=True)
        self._thread.start()

    @property
    def text(self) -> str:
        """What has come so far."""
        return "".join(self._pieces)

    @property
    def error(self) -> Exception | None:
        """What ended it too soon; None when nothing did."""
        return self._error

    def is_over(self, wait_seconds: float = 0.0) -> bool:
        """Wait so long at most, and say whether all has come, or nothing more will."""
        self._thread.join(wait_seconds)
        return not self._thread.is_alive()

    def stop(self) -> None:
        """End it; what had come is kept as cut."""
        self._stream.close()
        self._thread.join(_LONGEST_END_SECONDS)

    def _listen(self) -> None:
        try:
            for piece in self._stream:
                self._pieces.append(piece)
        except Exception as exc:  # noqa: BLE001 -- shown, or raised, where the page is
            self._error = exc


Conversation = tuple[str, str, str]
"""Tenant, user and session."""


@st.cache_resource
def hearings() -> dict[Conversation, Hearing]:
    """Return the replies that are coming in this process, by conversation."""
    return {}
