"""When a conversation or some of its messages disappear."""

from datetime import UTC, datetime, timedelta

from memlane.types.session import SessionInfo
from memlane.web.views.expiry import endings, is_over

_NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_what_disappears_is_told_soonest_first() -> None:
    info = SessionInfo(
        session_id="s",
        messages=5,
        created_at=_NOON,
        updated_at=_NOON,
        expires_at=_NOON + timedelta(hours=1),
        expiring=2,
        expiring_at=_NOON + timedelta(minutes=1),
    )
    found = endings(info)
    assert [ending.what for ending in found] == ["2 messages", "This conversation"]
    assert not is_over(found, _NOON)
    assert is_over(found, _NOON + timedelta(minutes=1))


def test_most_conversations_stay() -> None:
    assert endings(None) == []
    assert endings(SessionInfo(session_id="s", messages=5, created_at=_NOON, updated_at=_NOON)) == []
    assert not is_over([], _NOON)
