"""What the bytes of a session say."""

from datetime import datetime, timedelta

from memlane.protocols.sessions import SessionRow, SessionState
from memlane.types.message import Message
from memlane.types.session import SessionInfo
from memlane.types.summary import Summary
from memlane.types.times import from_ms
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


def listed_session(row: SessionRow) -> SessionInfo:
    """Return a session as it is listed."""
    return SessionInfo(
        session_id=row.session,
        messages=row.count,
        created_at=from_ms(row.created_at_ms),
        updated_at=from_ms(row.updated_at_ms),
        expires_at=_moment(row.expires_at_ms),
    )


def session_info(session_id: str, state: SessionState) -> SessionInfo | None:
    """Return what is known of a session, None when there is none."""
    if not state.exists:
        return None
    return SessionInfo(
        session_id=session_id,
        messages=state.count,
        created_at=from_ms(state.created_at_ms),
        updated_at=from_ms(state.updated_at_ms),
        expires_at=_moment(state.expires_at_ms),
        ttl=timedelta(milliseconds=state.ttl_ms) if state.ttl_ms else None,
        expiring=state.expiring,
        expiring_at=_moment(state.expiring_at_ms),
    )


def _moment(ms: int | None) -> datetime | None:
    return None if ms is None else from_ms(ms)
