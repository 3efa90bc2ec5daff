"""How histories began that clients have sent before, so that what is sent again need not be read again.

A beginning is known by its length and a hash of its bytes, Python's own: 64 bits, salted for each process. Of what was
read in it only marks are held, which are hashes too; no text.
"""

from collections import OrderedDict
from typing import Final, NamedTuple

from memlane.proxy.body import Item
from memlane.types.ids import Partition

_MOST_MESSAGES: Final = 100_000
_MOST_BEGINNINGS: Final = 4_096
_SHORT_BYTES: Final = 4_096
"""A history that is shorter is read as quickly as it is recognised."""


class Beginning(NamedTuple):
    """The messages that a history begins with.

    Attributes:
        size: How many bytes of the history they take, with the bracket before them and the comma behind.
        mark: A hash of these bytes.
        wholes: Of each message the mark of the whole.
        words: The marks of their words.
        session: The session to which a history belongs that begins so and says no other; empty where it does.
    """

    size: int
    mark: int
    wholes: list[int]
    words: frozenset[int]
    session: str = ""


class Beginnings:
    """The beginnings of the histories that came lately: of each session the newest."""

    def __init__(self) -> None:
        """Know none."""
        self._known: OrderedDict[tuple[Partition, str | int], Beginning] = OrderedDict()
        self._messages = 0

    def find(self, partition: Partition, session: str | None, history: Item) -> Beginning | None:
        """Return how a history begins, if it is known; `session` as the call names it."""
        if len(history) < _SHORT_BYTES:
            return None
        place = _place(partition, session, history)
        known = self._known.get(place)
        if known is None or len(history) <= known.size or _mark(history, known.size) != known.mark:
            return None
        self._known.move_to_end(place)
        return known

    def note(self, partition: Partition, session: str | None, history: Item, known: Beginning) -> None:
        """Learn how a history begins; the mark is found here."""
        if len(history) < _SHORT_BYTES:
            return
        place = _place(partition, session, history)
        self._forget(self._known.pop(place, None))
        self._known[place] = known._replace(mark=_mark(history, known.size))
        self._messages += len(known.wholes)
        while self._messages > _MOST_MESSAGES or len(self._known) > _MOST_BEGINNINGS:
            self._forget(self._known.popitem(last=False)[1])

    def _forget(self, known: Beginning | None) -> None:
        self._messages -= 0 if known is None else len(known.wholes)


def _place(partition: Partition, session: str | None, history: Item) -> tuple[Partition, str | int]:
    return partition, hash(history[:_SHORT_BYTES]) if session is None else session


def _mark(history: Item, size: int) -> int:
    return hash(memoryview(history)[:size])
