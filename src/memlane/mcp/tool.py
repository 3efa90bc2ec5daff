"""What a tool is, and how it is called."""

from collections.abc import Awaitable, Callable
from typing import Any, cast

import msgspec

from memlane.access.credential import Scope
from memlane.engine.person import AsyncUser
from memlane.errors import UsageError
from memlane.mcp.caller import Caller


class Arguments(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a tool takes."""


class Answer(msgspec.Struct, frozen=True):
    """What a tool gives: a record for programs, and the same in short for a model to read."""

    value: msgspec.Struct
    text: str


class Tool(msgspec.Struct, frozen=True, kw_only=True):
    """A tool.

    Attributes:
        name: By which it is called.
        title: For people.
        about: Tells a model what it does, and when to use it.
        takes: Its arguments.
        gives: Its structured output.
        scope: What a caller must be allowed; `read` changes nothing, only `erase` removes something.
        idempotent: Whether the same call again has no further effect.
        run: Does it.
    """

    name: str
    title: str
    about: str
    takes: type[Arguments]
    gives: type[msgspec.Struct]
    scope: Scope
    idempotent: bool = False
    run: Callable[[AsyncUser, Any], Awaitable[Answer]]

    async def call(self, caller: Caller, given: dict[str, Any] | None) -> Answer:
        """Do it for a caller.

        Raises:
            ForbiddenError: the caller may not.
            UsageError: an argument is not as the schema has it.
            MemlaneError: it failed.
        """
        person = caller.person(self.scope)
        try:
            arguments = msgspec.convert(_without_null(given or {}), self.takes)
        except msgspec.ValidationError as exc:
            raise UsageError(f"the arguments are not understood: {exc}") from exc
        return await self.run(person, arguments)


def _without_null(given: Any) -> Any:
    """Return arguments without what is null: models write that for what they leave out."""
    if isinstance(given, dict):
        fields = cast("dict[str, Any]", given)
        return {name: value for name, value in fields.items() if value is not None}
    return given
