"""What a client sends of a conversation, read just far enough to compare it with what is stored."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec

from memlane.errors import UsageError
from memlane.proxy.body import Item, NotUnderstoodError
from memlane.proxy.dialect import Dialect
from memlane.proxy.marks import Marks, marks_of
from memlane.proxy.unquoting import without_memories
from memlane.types.message import Message, message_from_mapping

_MOST_KNOWN: Final = 32_768
_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Said(msgspec.Struct, frozen=True):
    """One message that a client sends.

    Attributes:
        at: Where its first item stands in the history.
        items: Its items as they came.
        marks: By what it is recognised.
    """

    at: int
    items: tuple[Item, ...]
    marks: Marks


class _Unknown:
    """What is known of an item that was never read."""


_UNKNOWN: Final = _Unknown()


class Reader:
    """Reads histories of one API; what it has read before it recognises by a hash, and keeps no text of.

    Clients send the same items call after call. Hashes are Python's own, 64 bits and salted for each process; together
    with the length they do not collide in practice.
    """

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._known: dict[tuple[int, int], Marks | None] = {}

    def read(self, items: Sequence[Item]) -> list[Said]:
        """Return the messages of a history, oldest first, without instructions.

        Raises:
            NotUnderstoodError: an item is not what the API has there.
        """
        groups = self._groups(items) if self._dialect.joins else enumerate((item,) for item in items)
        marked = [(at, group, self._marks(group)) for at, group in groups]
        return [Said(at, group, marks) for at, group, marks in marked if marks is not None]

    def message(self, items: Sequence[Item]) -> Message:
        """Return the message that items are, with an id and a time that are still to be set.

        Raises:
            NotUnderstoodError: they are not what the API has there.
        """
        message = self._message(items)
        if message is None:
            raise NotUnderstoodError("not a message of the conversation")
        return message

    def _groups(self, items: Sequence[Item]) -> Iterator[tuple[int, tuple[Item, ...]]]:
        begun = 0
        for at in range(1, len(items) + 1):
            if at == len(items) or not self._dialect.goes_on(items[at - 1], items[at]):
                yield begun, tuple(items[begun:at])
                begun = at

    def _marks(self, group: tuple[Item, ...]) -> Marks | None:
        key = (hash(group), len(group[0]))
        found = self._known.get(key, _UNKNOWN)
        if isinstance(found, _Unknown):
            message = self._message(group)
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            found = self._known[key] = None if message is None else marks_of(message)
        return found

    def _message(self, items: Sequence[Item]) -> Message | None:
        try:
            said = self._dialect.read(items)
            if said is None:
                return None
            said["content"] = without_memories(said.get("content"))
            return message_from_mapping(said, id="sent", created_at=_NEVER)
        except (UsageError, AttributeError, TypeError) as exc:
            raise NotUnderstoodError("not a message of the conversation") from exc
