"""An API key as it is shown."""

from datetime import datetime
from typing import Literal

import msgspec

Scope = Literal["read", "write", "erase", "admin"]
"""What a key allows: `read`, `write` (add and change), `erase` (a user, a session, a memory), `admin` (the tenant)."""


class KeyInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A key as it is shown: neither its secret nor a hash of it.

    Attributes:
        id: By which it is revoked and rotated.
        prefix: How the key itself begins; no secret, and its name in logs.
        tenant: The tenant it is for.
        user: The only user it is for; None for all of the tenant.
        scopes: What it may do.
        name: What its maker called it.
        created_at: When it was made.
        expires_at: From when it is refused and no longer listed; None for never.
        requests_per_minute: Its budget; None for the server's.
        tokens_per_minute: Its budget; None for the server's.
    """

    id: str
    prefix: str
    tenant: str
    user: str | None
    scopes: tuple[Scope, ...]
    name: str
    created_at: datetime
    expires_at: datetime | None
    requests_per_minute: int | None
    tokens_per_minute: int | None
