"""What a client sends of a conversation, read just far enough to compare it with what is stored."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec

from memlane.errors import UsageError
from memlane.proxy.body import Body, Item, NotUnderstoodError, items_of
from memlane.proxy.dialect import Dialect
from memlane.proxy.marks import Marks, marks_of
from memlane.proxy.recognised import Beginning, Beginnings
from memlane.proxy.unquoting import without_memories
from memlane.types.ids import Partition
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


class History:
    """What a client sends of a conversation: how it begins, if that was sent before, and the messages behind that.

    Attributes:
        items: The items as they came; those of a beginning that is known stand in front, as one.
        said: The messages behind the beginning; `at` is their place in `items`.
    """

    def __init__(
        self,
        items: list[Item],
        said: list[Said],
        known: Beginning | None = None,
        read: "Callable[[], History] | None" = None,
    ) -> None:
        """Have read this; where something is `known`, `read` reads all of it."""
        self.items = items
        self.said = said
        self._known = known
        self._read = read
        self._wholes = [one.marks.whole for one in said]
        self._words = {one.marks.words for one in said}

    @property
    def session(self) -> str:
        """The session that was found for a conversation which begins so; empty where none was looked for."""
        return self._known.session if self._known else ""

    @property
    def wholes(self) -> list[int]:
        """The marks of all messages."""
        return self._known.wholes + self._wholes if self._known else self._wholes

    def says(self, words: int) -> bool:
        """Whether a message has these words, by their mark."""
        return words in self._words or (self._known is not None and words in self._known.words)

    def behind(self, count: int) -> list[Said]:
        """Return the messages behind the first `count`."""
        begun = len(self._known.wholes) if self._known else 0
        return self.said[count - begun :] if count >= begun else self.whole().said[count:]

    def whole(self) -> "History":
        """Return the same with all messages read."""
        return self if self._read is None else self._read()

    def beginning(self, session: str) -> Beginning | None:
        """Return all but the newest message, for `Beginnings`; None where nothing is behind or before it."""
        if not self.said or self.said[-1].at == 0:
            return None
        wholes, words = self.wholes[:-1], frozenset(one.marks.words for one in self.said[:-1])
        if self._known:
            words |= self._known.words
        return Beginning(0, 0, wholes, words, session)


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
        self._beginnings = Beginnings()

    def read(self, body: Body, partition: Partition, session: str | None) -> History:
        """Return the history of a call without instructions; `session` as the call names it.

        Raises:
            NotUnderstoodError: it, or an item of it, is not what the API has there.
        """
        raw, plain = body.raw(self._dialect.field) or b"", body.copy()
        known = self._beginnings.find(partition, session, raw) if raw.startswith(b"[") else None
        items = [] if known is None else items_of(b"[" + raw[known.size :])
        if known is None or not items:
            return self._whole(plain)
        begun = raw[1 : raw.rindex(b",", 0, known.size)]
        said = [msgspec.structs.replace(one, at=one.at + 1) for one in self._said(items)]
        return History([begun, *items], said, known, lambda: self._whole(plain))

    def note(self, body: Body, partition: Partition, session: str | None, history: History, found: str) -> None:
        """Learn how the history of a call begins, which `read` has returned; `found` as `Beginning.session`."""
        raw, beginning = body.raw(self._dialect.field) or b"", history.beginning(found)
        if beginning is None:
            return
        size = len(raw)
        for item in reversed(history.items[history.said[-1].at :]):
            size = raw.rindex(item, 0, size)
        self._beginnings.note(partition, session, raw, beginning._replace(size=size))

    def _whole(self, body: Body) -> History:
        items = self._dialect.history(body)
        return History(items, self._said(items))

    def _said(self, items: Sequence[Item]) -> list[Said]:
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
