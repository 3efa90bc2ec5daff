"""Messages of a session: adding them, reading them back, and what asks for a reply."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from memlane.api.bodies import AddMessages, Body, Messages
from memlane.errors import UsageError
from memlane.server.problems import FieldError
from memlane.server.v1.calls import NoQuery, SessionCall
from memlane.server.v1.cursors import make_cursor, read_cursor
from memlane.server.v1.operations import Operations
from memlane.server.v1.pages import MOST, USUAL, Limit
from memlane.types.message import Message, message_from_mapping

operations = Operations("messages", __doc__)
_S = "/users/{user}/sessions/{session}"
_EXAMPLE = {
    "messages": [
        {"role": "user", "content": "My sister Ada breeds alpacas in Bergen."},
        {"role": "assistant", "content": "How many does she have?"},
    ]
}


class AskMessages(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which messages.

    Attributes:
        last: Only the newest n of the session, however many pages they take.
        before: Only messages at positions below this; not together with a cursor, which says it itself.
        limit: At most this many on this page, 1-1,000.
        cursor: Where to go on to older ones, as the page before said.
    """

    last: Annotated[int, Meta(ge=0, le=2**53)] | None = None
    before: Annotated[int, Meta(ge=1, le=2**53)] | None = None
    limit: Limit | None = None
    cursor: str | None = None


class _Place(msgspec.Struct, frozen=True, array_like=True):
    """Messages below `before` are still to come; of them, at most `left` (None: all)."""

    before: int
    left: int | None


@operations.at("POST", f"{_S}/messages", scope="write", status=201, keyed=True, example=_EXAMPLE)
async def add_messages(call: SessionCall[AddMessages, NoQuery]) -> Messages:
    """Add messages as one block; all are checked before any is written.

    An id that the session already has adds nothing: the stored message is returned. With an Idempotency-Key, messages
    without an id get one made from it, so that repeating the call adds nothing.
    """
    given = call.body.messages
    most = call.settings.server.max_messages
    if len(given) > most:
        raise FieldError("messages", f"messages must be at most {most:,} a call, not {len(given):,}")
    named = [_named(call, number, message) for number, message in enumerate(given)]
    added = await call.session_that(remembers=call.body.remember).add_many(named)
    for number, (message, asked, stored) in enumerate(zip(given, named, added, strict=True)):
        if asked is not message and not _is_what_was_asked(asked, stored):
            raise UsageError(f"message {number + 1}: the Idempotency-Key was used before, with other messages")
    return Messages(messages=added)


def _named(call: SessionCall[Any, Any], number: int, message: dict[str, Any]) -> dict[str, Any]:
    """Return a message with the id that the key gives it; itself where it has its own, or there is no key."""
    made = None if message.get("id") is not None else call.id_for("message", str(number))
    return message if made is None else {**message, "id": made}


def _is_what_was_asked(asked: Mapping[str, Any], stored: Message) -> bool:
    again = message_from_mapping(asked, id=stored.id, created_at=stored.created_at)
    return msgspec.structs.replace(stored, position=0) == again


@operations.at("GET", f"{_S}/messages", scope="read")
async def list_messages(call: SessionCall[None, AskMessages]) -> Messages:
    """Return live messages: the newest page first, oldest first within a page; `cursor` leads to older ones."""
    of = ("messages", call.user.tenant, call.user.id, call.session.id)
    asked = call.query
    place = read_cursor(of, asked.cursor, _Place) if asked.cursor else None
    left = asked.last if place is None else place.left
    limit = asked.limit or min(MOST, USUAL if asked.last is None else asked.last)
    wanted = limit if left is None else min(limit, left)
    found = await call.session.messages(wanted + 1, before=asked.before if place is None else place.before)
    page = found[-wanted:] if wanted else []
    rest = None if left is None else left - len(page)
    if len(found) <= wanted or rest == 0 or not page:
        return Messages(messages=page)
    return Messages(messages=page, cursor=make_cursor(of, _Place(page[0].position, rest)))


@operations.at("GET", f"{_S}/unanswered", scope="read")
async def list_unanswered(call: SessionCall[None, NoQuery]) -> Messages:
    """Return the messages given to chat that have no whole reply, oldest first."""
    return Messages(messages=await call.session.unanswered())
