"""What is stored of sessions, as marks: held in this process, brought up to date by one read of their newest messages.

Messages never change, so what was read once stays right as long as the session is the same one and has lost none: the
store says so with every read, by when the session began and how many messages it has.
"""

from collections import OrderedDict
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Final, NamedTuple

import msgspec

from memlane.engine.core import Core
from memlane.engine.log import SessionLog
from memlane.protocols.sessions import Appended, SessionState
from memlane.proxy.marks import Marks, marks_of
from memlane.types.ids import SessionKey, message_memory_id
from memlane.types.message import Message
from memlane.types.turn import CUT
from memlane.types.wire import decode_message, encode_message

_READ: Final = 16
_MOST_OF_A_SESSION: Final = 2_000
_MOST: Final = 50_000


class Stored(msgspec.Struct, frozen=True):
    """One stored message.

    Attributes:
        id: Its id.
        memory_id: The id of the memory that it became, if it did.
        position: Where it stands.
        marks: By what it is recognised.
        answers: Whether it is a whole answer.
    """

    id: str
    memory_id: str
    position: int
    marks: Marks
    answers: bool


class Shown(NamedTuple):
    """Which messages of a mirror have one of some marks.

    Attributes:
        marks: The marks.
        upto: How many messages of the mirror were looked at.
        ids: The messages' ids.
        memories: The ids of the memories that they became, if they did.
    """

    marks: AbstractSet[int] = frozenset()
    upto: int = 0
    ids: frozenset[str] = frozenset()
    memories: frozenset[str] = frozenset()


class Mirror:
    """The newest messages of one session, oldest first; belongs to `Mirrors`, and is read at once.

    Attributes:
        stored: The messages.
        wholes: Their marks.
    """

    def __init__(self, state: SessionState) -> None:
        """Begin with none of the messages of a session that was read."""
        self.created_at_ms = state.created_at_ms
        self.older = state.count - len(state.messages)
        self.stored: list[Stored] = []
        self.wholes: list[int] = []
        self._by_mark: dict[int, list[Stored]] = {}
        self._shown = Shown()

    @property
    def last_position(self) -> int:
        """Where the newest of them stands; 0 for none."""
        return self.stored[-1].position if self.stored else 0

    def add(self, new: Sequence[Stored]) -> None:
        """Take what has come."""
        for one in new:
            self.stored.append(one)
            self.wholes.append(one.marks.whole)
            self._by_mark.setdefault(one.marks.whole, []).append(one)

    def like(self, marks: set[int]) -> Shown:
        """Return the ids of the messages that have one of these marks.

        A client mostly sends what it sent before and a little more, so what was found for that is kept.
        """
        kept = self._shown
        if not kept.marks <= marks:
            kept = Shown()
        found = [one for mark in marks - kept.marks for one in self._by_mark.get(mark, ())]
        found += [one for one in self.stored[kept.upto :] if one.marks.whole in kept.marks]
        ids, memories = kept.ids.union(one.id for one in found), kept.memories.union(one.memory_id for one in found)
        self._shown = Shown(marks, len(self.stored), ids, memories)
        return self._shown

    def since(self, begins: str) -> list[Stored]:
        """Return the messages from the one with this id on, all for an empty one; none where it is not there."""
        at = next((at for at, one in enumerate(self.stored) if one.id == begins), len(self.stored)) if begins else 0
        return self.stored[at:]


class Mirrors:
    """The sessions that were asked about lately."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._mirrors: OrderedDict[SessionKey, Mirror] = OrderedDict()
        self._size = 0

    def known(self, key: SessionKey) -> Mirror | None:
        """Return what is held of a session, which may have changed since."""
        return self._mirrors.get(key)

    def added(self, key: SessionKey, messages: Sequence[Message], places: Sequence[Appended]) -> None:
        """Take in what this process has appended, as far as nothing else came between."""
        mirror = self._mirrors.get(key)
        if mirror is None or not mirror.stored:
            return
        for message, place in zip(messages, places, strict=True):
            if place.body is None and place.position == mirror.last_position + 1:
                as_read = decode_message(encode_message(message), place.position)
                mirror.add([_stored(key, as_read, place.position)])
                self._size += 1

    async def read(self, key: SessionKey) -> Mirror:
        """Return the newest messages of a session, at least two thousand if there are so many.

        Raises:
            StoreUnavailableError: the store cannot be reached.
        """
        log = SessionLog(self._core, key, remember=True)
        state = await log.read(_READ if key in self._mirrors else _MOST_OF_A_SESSION)
        mirror = self._taken_in(key, state)
        if mirror is None:
            mirror = self._anew(key, await log.read(_MOST_OF_A_SESSION))
        return mirror

    def _taken_in(self, key: SessionKey, state: SessionState) -> Mirror | None:
        """Return the mirror with what is new; None when what was read does not reach back to what it has."""
        mirror = self._mirrors.get(key)
        if mirror is None:
            return self._anew(key, state)
        if mirror.created_at_ms != state.created_at_ms:
            return None
        new = _new(key, state, mirror.last_position)
        if mirror.older + len(mirror.stored) + len(new) != state.count or len(mirror.stored) > 2 * _MOST_OF_A_SESSION:
            return None
        self._size += len(new)
        mirror.add(new)
        self._mirrors.move_to_end(key)
        self._evict()
        return mirror

    def _anew(self, key: SessionKey, state: SessionState) -> Mirror:
        before = self._mirrors.pop(key, None)
        self._size -= 0 if before is None else len(before.stored)
        mirror = Mirror(state)
        mirror.add(_new(key, state, 0))
        if mirror.stored:
            self._mirrors[key] = mirror
            self._size += len(mirror.stored)
            self._evict()
        return mirror

    def _evict(self) -> None:
        while self._size > _MOST and len(self._mirrors) > 1:
            _, oldest = self._mirrors.popitem(last=False)
            self._size -= len(oldest.stored)


def _new(key: SessionKey, state: SessionState, position: int) -> list[Stored]:
    return [
        _stored(key, decode_message(one.body, one.position), one.position)
        for one in state.messages
        if one.position > position
    ]


def _stored(key: SessionKey, message: Message, position: int) -> Stored:
    is_whole = message.role == "assistant" and not (message.turn and message.turn.stop == CUT)
    memory_id = message_memory_id(key.session, message.id)
    return Stored(message.id, memory_id, position, marks_of(message), is_whole)
