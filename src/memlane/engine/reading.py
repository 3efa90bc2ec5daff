"""What the bytes of a session say."""

from memlane.protocols.sessions import SessionState
from memlane.types.message import Message
from memlane.types.summary import Summary
from memlane.types.wire import decode_message, decode_summary

INSTRUCTIONS = "instructions"
SUMMARY = "summary"


def messages_of(state: SessionState) -> list[Message]:
    """Return the messages of a session that was read."""
    return [decode_message(stored.body, stored.position) for stored in state.messages]


def instructions_of(state: SessionState) -> str | None:
    """Return its instructions, None when there are none."""
    body = state.fields.get(INSTRUCTIONS)
    return body.decode() if body else None


def summary_of(state: SessionState) -> Summary | None:
    """Return its summary, None when there is none."""
    body = state.fields.get(SUMMARY)
    return decode_summary(body) if body else None
