"""What is known of a session besides its messages, and what erasing a user removed."""

from datetime import datetime, timedelta

import msgspec


class SessionInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A session as `session.info()` and, without its last three fields, `user.sessions()` know it.

    Attributes:
        session_id: The session.
        messages: How many live messages it has.
        created_at: When it began; aware UTC.
        updated_at: When it was last written to.
        expires_at: When it disappears; None for never.
        ttl: Its own sliding time to live, set by `session.expire`; None when it has none of its own, or lives for ever.
        expiring: How many messages have an end of their own, set by `session.expire` with `last`.
        expiring_at: When the first of these goes; None for none.
    """

    session_id: str
    messages: int
    created_at: datetime
    updated_at: datetime
    expires_at: datetime | None = None
    ttl: timedelta | None = None
    expiring: int = 0
    expiring_at: datetime | None = None

    @property
    def id(self) -> str:
        """The session's id."""
        return self.session_id


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What `erase` removed.

    Attributes:
        tenant: Whose tenant.
        user: Whose memory it was.
        erased_at: When; aware UTC.
        removed: How many were removed of each: `sessions`, `messages`, `memories`, `vectors`, `preferences`, `waiting`,
            steps of `usage`.
    """

    tenant: str
    user: str
    erased_at: datetime
    removed: dict[str, int]
