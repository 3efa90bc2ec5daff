"""What is known of a session besides its messages, and what erasing a user removed."""

from datetime import datetime

import msgspec


class SessionInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A session as listed by `user.sessions()`.

    Attributes:
        session_id: The session.
        messages: How many live messages it has.
        created_at: When it began; aware UTC.
        updated_at: When it was last written to.
        expires_at: When it disappears; None for never.
    """

    session_id: str
    messages: int
    created_at: datetime
    updated_at: datetime
    expires_at: datetime | None = None

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
