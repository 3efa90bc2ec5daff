"""A message: what somebody said in a session."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from memlane.errors import UsageError
from memlane.types.ids import check_id, check_text
from memlane.types.times import check_time
from memlane.types.turn import Turn
from memlane.types.values import check_json, check_object

ROLES = ("system", "developer", "user", "assistant", "tool", "function")
_TURN = "memlane_turn"
_KNOWN = frozenset(
    {"role", "content", "id", "name", "created_at", "tool_calls", "tool_call_id", "metadata", _TURN},
)
_MAX_NAME_CHARACTERS = 512


class Message(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One message of a session, as it was given.

    Attributes:
        role: One of `system`, `developer`, `user`, `assistant`, `tool`, `function`.
        content: Text, a list of parts (JSON objects, OpenAI- or Anthropic-shaped), or None.
        id: Unique within its session.
        created_at: When it was said; aware UTC.
        position: Where it stands in its session, from 1; 0 before it is stored.
        name: Who spoke, where the role does not say it.
        tool_calls: OpenAI-shaped calls of an assistant message.
        tool_call_id: The call that a tool message answers.
        metadata: The application's own JSON object.
        extra: Fields Memlane does not know, kept as they were.
        turn: What it is in a turn of `session.chat`; None for what was added otherwise.
    """

    role: str
    content: str | list[dict[str, Any]] | None
    id: str
    created_at: datetime
    position: int = 0
    name: str | None = None
    tool_calls: list[dict[str, Any]] | None = None
    tool_call_id: str | None = None
    metadata: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    turn: Turn | None = None

    @property
    def is_plain(self) -> bool:
        """Whether role, name and text say it all."""
        return isinstance(self.content, str) and not (self.tool_calls or self.tool_call_id or self.extra)

    def as_mapping(self) -> dict[str, Any]:
        """Return the mapping that `add_many` would take: absent fields left out, unknown ones in their place.

        What it is in a turn of `session.chat` stands under `memlane_turn`.
        """
        fields = msgspec.structs.asdict(self)
        extra = fields.pop("extra")
        turn = fields.pop("turn")
        fields.pop("position")
        kept = {name: value for name, value in fields.items() if name == "content" or value not in (None, {})}
        return {**extra, **kept} if turn is None else {**extra, **kept, _TURN: msgspec.to_builtins(turn)}


def make_message(
    role: object,
    content: object,
    *,
    id: object,  # noqa: A002 -- the public name of the field
    created_at: object,
    name: object = None,
    tool_calls: object = None,
    tool_call_id: object = None,
    metadata: object = None,
    extra: Mapping[str, object] | None = None,
    turn: Turn | None = None,
) -> Message:
    """Return a checked message.

    Raises:
        UsageError: a field that is not allowed or cannot be kept exactly; says which and what is allowed.
    """
    if role not in ROLES:
        raise UsageError(f"role must be one of {', '.join(ROLES)}, not {_shown(role)}")
    return Message(
        role=str(role),
        content=_check_content(content),
        id=check_id(id, "message id"),
        created_at=check_time(created_at, "created_at"),
        name=_optional_text(name, "name"),
        tool_calls=None if tool_calls is None else _objects(tool_calls, "tool_calls"),
        tool_call_id=None if tool_call_id is None else check_id(tool_call_id, "tool_call_id"),
        metadata={} if metadata is None else _object(metadata, "metadata"),
        extra={} if not extra else check_object(extra, "message"),
        turn=turn,
    )


def message_from_mapping(mapping: object, *, id: str, created_at: datetime) -> Message:  # noqa: A002 -- as above
    """Return a checked message from `{"role", "content", …}`; `id` and `created_at` where it has none.

    Raises:
        UsageError: not a mapping, without a role or content, or a field that is not allowed.
    """
    if isinstance(mapping, Message):
        return msgspec.structs.replace(mapping, position=0)
    if not isinstance(mapping, Mapping):
        raise UsageError(f"a message must be a Message or a mapping, not {type(mapping).__name__}")
    given: dict[str, Any] = check_object(
        {key: value for key, value in mapping.items() if key not in ("created_at", "id")},  # pyright: ignore[reportUnknownVariableType,reportUnknownArgumentType] -- keys are checked by check_object
        "message",
    )
    if "role" not in given or not ({"content", "tool_calls", "function_call"} & given.keys()):
        raise UsageError("a message needs role and content (or tool_calls)")
    fields: Mapping[str, Any] = mapping  # pyright: ignore[reportUnknownVariableType] -- keys were checked above
    return make_message(
        given["role"],
        given.get("content"),
        id=id if fields.get("id") is None else fields["id"],
        created_at=created_at if fields.get("created_at") is None else fields["created_at"],
        name=given.get("name"),
        tool_calls=given.get("tool_calls"),
        tool_call_id=given.get("tool_call_id"),
        metadata=given.get("metadata"),
        extra={key: value for key, value in given.items() if key not in _KNOWN},
        turn=_turn(given.get(_TURN)),
    )


def _turn(given: object) -> Turn | None:
    try:
        return msgspec.convert(given, Turn | None)
    except msgspec.ValidationError as exc:
        raise UsageError(f"{_TURN} is not what Memlane writes there: {exc}") from exc


def _check_content(content: object) -> str | list[dict[str, Any]] | None:
    if content is None:
        return None
    if isinstance(content, str):
        return check_text(content, "content")
    if isinstance(content, list | tuple):
        return _objects(content, "content")  # pyright: ignore[reportUnknownArgumentType] -- checked there
    raise UsageError(f"content must be text, a list of parts or None, not {type(content).__name__}")


def _objects(value: object, what: str) -> list[dict[str, Any]]:
    items = check_json(value, what)
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):  # pyright: ignore[reportUnknownVariableType] -- JSON
        raise UsageError(f"{what} must be a list of JSON objects")
    return items  # pyright: ignore[reportUnknownVariableType] -- checked above


def _object(value: object, what: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise UsageError(f"{what} must be a mapping, not {type(value).__name__}")
    return check_object(value, what)  # pyright: ignore[reportUnknownArgumentType] -- keys are checked there


def _optional_text(value: object, what: str) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not 1 <= len(value) <= _MAX_NAME_CHARACTERS:
        raise UsageError(f"{what} must be text of 1-{_MAX_NAME_CHARACTERS} characters")
    return check_text(value, what)


def _shown(value: object) -> str:
    return repr(value)[:40]
