"""What the proxy must know of a provider's API: where the history stands, how it reads, where memories go in."""

from collections.abc import Sequence
from typing import Any, Final, Protocol

import msgspec

from memlane.context.parts import object_of, objects_of
from memlane.context.placement import joined
from memlane.protocols.chat_model import Completion
from memlane.proxy.body import Body, Item, fields_of, is_text, item_from, items_of, list_from, value_of

OURS: Final = "memlane_"
"""How keys of `metadata` begin that are for the proxy and are not sent on."""
_TEXTS: Final = ("text", "input_text", "output_text")


class Named(msgspec.Struct, frozen=True):
    """Whose call it is, as far as its body says; None for what it does not.

    Attributes:
        user: The user.
        session: The session.
        follows: The id of the answer that it goes on from, where the provider keeps the history.
        conversation: The id under which the provider keeps the history, where it does so.
    """

    user: str | None = None
    session: str | None = None
    follows: str | None = None
    conversation: str | None = None


class Collector(Protocol):
    """Puts the events of a streamed answer together."""

    def add(self, event: dict[str, Any]) -> str:
        """Take an event; return the text it brings."""
        ...

    def completion(self) -> Completion:
        """Return the whole answer; ModelUnavailableError where its end has not come."""
        ...


class Dialect(Protocol):
    """One API in which a model is asked."""

    field: str
    """Where in the body the history stands."""
    joins: bool
    """Whether items that follow each other may be one message as Memlane keeps it; see `goes_on`."""

    def named(self, body: Body) -> Named:
        """Return whose call it is."""
        ...

    def history(self, body: Body) -> list[Item]:
        """Return what the client sends of the conversation, oldest first; NotUnderstoodError where it is none."""
        ...

    def goes_on(self, before: Item, item: Item) -> bool:
        """Whether two items that follow each other are one message; asked where `joins`."""
        ...

    def read(self, items: Sequence[Item]) -> dict[str, Any] | None:
        """Return the message that items are, as `add_many` takes it; None for what is no part of the conversation."""
        ...

    def put(self, body: Body, items: list[Item], text: str, at: int | None) -> None:
        """Put a text before the words of the item `at` of the history, or at the end of the system text.

        Args:
            body: The request; changed.
            items: Its history, as `history` returned it; changed.
            text: What is put in.
            at: Where; None for the system text.
        """
        ...

    def whole(self, content: bytes) -> Completion:
        """Return what the body of an answer says."""
        ...

    def collector(self) -> Collector:
        """Return what puts a streamed answer together."""
        ...

    def answer_id(self, answer: dict[str, Any]) -> str | None:
        """Return what the next call may name in order to go on from an answer or event; None when it says nothing."""
        ...


def named_in(body: Body, *user_fields: str) -> Named:
    """Return whose call it is, by top-level fields for the user, else by `metadata`."""
    metadata = object_of({"metadata": body.value("metadata")}, "metadata")
    users = [*(body.value(name) for name in user_fields), metadata.get("memlane_user"), metadata.get("user_id")]
    sessions = [metadata.get("memlane_session"), metadata.get("session_id")]
    return Named(user=_first_text(users), session=_first_text(sessions))


def without_ours(body: Body) -> None:
    """Take out of `metadata` what is for the proxy only."""
    raw = body.raw("metadata")
    if raw is None or OURS.encode() not in raw or not raw.startswith(b"{"):
        return
    kept = {name: value for name, value in fields_of(raw).items() if not name.startswith(OURS)}
    body.put("metadata", item_from({name: msgspec.Raw(value) for name, value in kept.items()}))


def text_before(content: Item | None, text: str, kind: str) -> Item:
    """Return the content of a user message with a text before its words.

    Text stays text. In a list the text becomes a part of its own, in front of everything but results of tools; the
    other parts stay as they came.
    """
    if content is None or is_text(content):
        return item_from(joined(text, value_of(content) if content else ""))
    parts = items_of(content)
    results = sum(b"tool_result" in part and value_of(part).get("type") == "tool_result" for part in parts)
    parts.insert(results, item_from({"type": kind, "text": text}))
    return list_from(parts)


def text_behind(content: Item | None, text: str) -> Item:
    """Return a system text, or a list of its parts, with a text at its end."""
    if content is None or content == b"null" or is_text(content):
        return item_from(joined((value_of(content) or "") if content else "", text))
    return list_from([*items_of(content), item_from({"type": "text", "text": text})])


def simplest(content: Any) -> Any:
    """Return content that is a single text as text."""
    parts = objects_of({"content": content}, "content")
    if len(parts) != 1 or parts[0].get("type") not in _TEXTS or not isinstance(parts[0].get("text"), str):
        return content
    return parts[0]["text"]


def with_field(item: Item, name: str, raw: Item) -> Item:
    """Return an object with another value of one field."""
    fields = {**fields_of(item), name: raw}
    return item_from({key: msgspec.Raw(value) for key, value in fields.items()})


def _first_text(values: Sequence[object]) -> str | None:
    return next((value for value in values if isinstance(value, str) and value), None)
