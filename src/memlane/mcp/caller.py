"""Who calls, whose memory it is about, and which tools are offered."""

from typing import Literal, get_args

import msgspec

from memlane.access.credential import SCOPES, Credential, Scope
from memlane.engine.client import AsyncMemlane
from memlane.engine.person import AsyncUser
from memlane.errors import UsageError

Toolset = Literal["memory", "graph", "all"]
"""`memory`: Memlane's own tools. `graph`: those of the MCP reference memory server. `all`: both."""
TOOLSETS: tuple[Toolset, ...] = get_args(Toolset)


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Who calls.

    Attributes:
        memory: The connection to serve from.
        credential: What they may do.
        named: The user whom the request names, None when it names none.
        toolset: Which tools are offered.
    """

    memory: AsyncMemlane
    credential: Credential
    named: str | None = None
    toolset: Toolset = "memory"

    def person(self, scope: Scope) -> AsyncUser:
        """Return the handle of the user, for what needs `scope`.

        Raises:
            ForbiddenError: the scope, or the user, is not allowed.
            UsageError: nobody says which user, or not by a valid id.
        """
        self.credential.check_scope(scope)
        user = self.credential.user if self.named is None else self.named
        if user is None:
            raise UsageError("say whose memory it is: by the header X-Memlane-User, or by a key that is for one user")
        return self.memory.user(self.credential.check_user(user), tenant=self.credential.tenant)

    def may(self, scope: Scope) -> bool:
        """Whether the credential has a scope."""
        return scope in self.credential.scopes


def local_caller(memory: AsyncMemlane, user: str, tenant: str, toolset: Toolset, *, read_only: bool) -> Caller:
    """Return the caller at the other end of a pipe: one user, everything that concerns them.

    Raises:
        UsageError: not a valid id.
    """
    memory.user(user, tenant=tenant)
    scopes: frozenset[Scope] = frozenset({"read"} if read_only else set(SCOPES) - {"admin"})
    credential = Credential(id="stdio", tenant=tenant, user=user, scopes=scopes)
    return Caller(memory=memory, credential=credential, toolset=toolset)


def check_toolset(name: str) -> Toolset:
    """Return the set of tools of this name.

    Raises:
        UsageError: there is none.
    """
    for toolset in TOOLSETS:
        if toolset == name:
            return toolset
    raise UsageError(f"tools must be one of {', '.join(TOOLSETS)}")
