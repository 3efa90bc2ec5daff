"""A credential: what a caller was found to be, and what that allows."""

from typing import Protocol

import msgspec

from memlane.errors import ForbiddenError
from memlane.types.ids import check_id
from memlane.types.key import Scope

SCOPES: tuple[Scope, ...] = ("read", "write", "erase", "admin")
ANYONE = "anyone"
"""The id of the credential that everybody has where there is no authentication."""


class Credential(msgspec.Struct, frozen=True, kw_only=True):
    """Who is calling.

    Attributes:
        id: What logs and budgets call it: a key's public prefix, or a hash of a token's issuer and subject. No secret.
        tenant: The tenant it acts for; it can name no other.
        user: The only user it may act for; None for all of the tenant.
        scopes: What it may do: `read`, `write` (add and change), `erase` (a user, a session, a memory), `admin` (what
            concerns the whole tenant: users, work, usage, operations). None implies another.
        requests_per_minute: Its budget of requests; None for the server's default.
        tokens_per_minute: Its budget of tokens sent to and received from models; likewise.
    """

    id: str
    tenant: str
    user: str | None = None
    scopes: frozenset[Scope] = frozenset()
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None

    def check_scope(self, scope: Scope) -> None:
        """Let pass who has a scope.

        Raises:
            ForbiddenError: it has not. The text does not depend on what exists.
        """
        if scope not in self.scopes:
            raise ForbiddenError(f"this needs the scope `{scope}`")

    def check_user(self, user: str) -> str:
        """Return `user` if this credential may act for them.

        Raises:
            ForbiddenError: it may not. The text does not depend on what exists.
            UsageError: not a valid id.
        """
        if self.user is not None and self.user != user:
            raise ForbiddenError("this credential is for another user")
        return check_id(user, "user id")

    def check_whole_tenant(self) -> None:
        """Let pass who may act for all users of the tenant.

        Raises:
            ForbiddenError: it is bound to one user.
        """
        if self.user is not None:
            raise ForbiddenError("this credential is for one user only")


class Gate(Protocol):
    """Finds out who is calling."""

    async def admit(self, secret: str | None) -> Credential:
        """Return whose secret (an API key or a token, without `Bearer`) it is.

        Raises:
            UnauthenticatedError: there is none, or it is not valid; one text for every reason.
            StoreUnavailableError: keys cannot be looked up.
        """
        ...


class Meter(Protocol):
    """Holds credentials to their budgets."""

    async def request(self, credential: Credential) -> None:
        """Take one request from its budget.

        Raises:
            RateLimitError: nothing is left of its requests, or it has spent its tokens.
        """
        ...

    async def spent(self, credential: Credential, tokens: int) -> None:
        """Take tokens that a model has read or written from its budget, after the fact; an empty one does not raise."""
        ...


class OpenGate:
    """Lets everybody in, as the whole of one tenant: for a server on loopback that was told so."""

    def __init__(self, tenant: str = "default") -> None:
        """Everybody acts for `tenant`."""
        self._credential = Credential(id=ANYONE, tenant=tenant, scopes=frozenset(SCOPES))

    async def admit(self, secret: str | None) -> Credential:  # noqa: ARG002 -- whatever it is
        """Return the credential that everybody has."""
        return self._credential
