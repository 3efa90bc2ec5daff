"""A call of an operation: what its handler gets to see.

A handler has nothing but this. The user and the session of a path come as handles, made here, after the credential was
asked; so no handler can reach another tenant's or another user's data, or forget to check.
"""

from collections.abc import Mapping
from typing import Any, Generic, TypeVar, cast
from urllib.parse import unquote

from litestar import Request

from memlane.access.credential import Credential
from memlane.access.scope import Scope
from memlane.api.bodies import Body
from memlane.engine.client import AsyncMemlane
from memlane.engine.conversation import AsyncSession
from memlane.engine.person import AsyncUser
from memlane.errors import UsageError
from memlane.server.headers import header_of
from memlane.server.parts import Parts
from memlane.server.problems import FieldError
from memlane.types.ids import MAX_ID_CHARACTERS, check_id, derived_id
from memlane.types.state import ModelNames
from memlane.wiring.settings import Settings

_KEY = "Idempotency-Key"
_KEY_HEADER = _KEY.lower().encode()

Taken = TypeVar("Taken")
Asked = TypeVar("Asked")


class NoQuery(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """No query parameters."""


class Call(Generic[Taken, Asked]):
    """One call.

    Attributes:
        credential: Whose it is.
        body: The body, decoded; None where the operation takes none.
        query: The query parameters.
        request: The request as the framework has it.
    """

    def __init__(
        self,
        parts: Parts,
        credential: Credential,
        request: Request[Any, Any, Any],
        body: Taken,
        query: Asked,
    ) -> None:
        """Hold what is known of it; `parts` stay hidden from handlers."""
        self.credential = credential
        self.body = body
        self.query = query
        self.request = request
        self._parts = parts

    @property
    def settings(self) -> Settings:
        """The settings of the server."""
        return self._parts.settings

    async def models(self) -> ModelNames:
        """Return which models a turn may ask for."""
        return await self._parts.memory.models()

    def check_key(self) -> str | None:
        """Return the Idempotency-Key; None when there is none.

        Raises:
            FieldError: it is not 1-512 characters.
        """
        key = header_of(cast("Scope", self.request.scope), _KEY_HEADER)
        if key is not None and not 1 <= len(key) <= MAX_ID_CHARACTERS:
            raise FieldError(_KEY, f"{_KEY} must have 1-{MAX_ID_CHARACTERS} characters")
        return key

    def id_for(self, *what: str) -> str | None:
        """Return the id of something that this call makes, the same whenever it is repeated; None without a key.

        Raises:
            FieldError: the Idempotency-Key is not 1-512 characters.
        """
        key = self.check_key()
        return None if key is None else derived_id("i", *what, key)

    async def spent(self, tokens: int) -> None:
        """Take tokens from the caller's budget."""
        await self._parts.meter.spent(self.credential, tokens)

    def _segment(self, name: str) -> str:
        """Return an id of the path, decoded once.

        Raises:
            FieldError: it is not UTF-8, or not a valid id.
        """
        try:
            return check_id(unquote(self.request.path_params[name], errors="strict"), f"{name} id")
        except UnicodeDecodeError as exc:
            raise FieldError(name, f"{name} in the path must be percent-encoded UTF-8") from exc
        except UsageError as exc:
            raise FieldError(name, str(exc)) from exc


class TenantCall(Call[Taken, Asked]):
    """A call on the whole of a tenant."""

    @property
    def memory(self) -> AsyncMemlane:
        """The connection."""
        return self._parts.memory

    @property
    def tenant(self) -> str:
        """The tenant, as the credential names it."""
        return self.credential.tenant


class UserCall(Call[Taken, Asked]):
    """A call on one user of the tenant.

    Attributes:
        user: The handle of the user.
    """

    def __init__(
        self,
        parts: Parts,
        credential: Credential,
        request: Request[Any, Any, Any],
        body: Taken,
        query: Asked,
    ) -> None:
        """Make the handle.

        Raises:
            ForbiddenError: the credential is for another user.
            FieldError: the path does not name a user.
        """
        super().__init__(parts, credential, request, body, query)
        self.user: AsyncUser = parts.memory.user(credential.check_user(self._segment("user")), tenant=credential.tenant)


class SessionCall(UserCall[Taken, Asked]):
    """A call on one session of a user."""

    @property
    def session(self) -> AsyncSession:
        """The handle of the session."""
        return self.session_that(remembers=True)

    def session_that(self, *, remembers: bool) -> AsyncSession:
        """Return the handle of the session, whose messages become recallable or do not."""
        return self.user.session(self._segment("session"), remember=remembers)


class MemoryCall(UserCall[Taken, Asked]):
    """A call on one memory of a user."""

    @property
    def memory_id(self) -> str:
        """The memory's id."""
        return self._segment("memory")


CallKind = type[Call[Any, Any]]
KINDS: Mapping[tuple[str, ...], CallKind] = {
    (): TenantCall,
    ("user",): UserCall,
    ("user", "session"): SessionCall,
    ("user", "memory"): MemoryCall,
}
"""What a handler gets, by what its path names."""
