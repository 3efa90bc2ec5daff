"""What of a call is new: the history that the client sends, held against what is stored of its session."""

from collections.abc import Sequence

import msgspec

from memlane.engine.core import Core
from memlane.proxy.history import History, Reader, Said
from memlane.proxy.marks import essence
from memlane.proxy.matching import Joint, find_joint
from memlane.proxy.mirrors import Mirror, Mirrors, Stored
from memlane.proxy.naming import Held
from memlane.types.ids import SessionKey, derived_id, message_memory_id
from memlane.types.message import Message
from memlane.types.turn import Turn


class Plan(msgspec.Struct, frozen=True):
    """What is to be stored of a call, and what it shows already.

    Attributes:
        key: The session.
        new: The messages to add, oldest first.
        asked: The id of the message that the call wants answered; None where it sends none.
        begins: The id of the first message that the provider has then, if it keeps them; empty for all.
        shown: Ids of stored messages that the client sends or the provider has, those to be added included.
        memories: Ids of the memories that these are.
    """

    key: SessionKey
    new: list[Message]
    asked: str | None
    begins: str
    shown: frozenset[str]
    memories: frozenset[str]


class Planner:
    """Plans calls of one API."""

    def __init__(self, core: Core, mirrors: Mirrors, reader: Reader) -> None:
        self._core = core
        self._mirrors = mirrors
        self._reader = reader

    def guess(self, key: SessionKey, sent: History) -> frozenset[str]:
        """Return the ids of the memories that a call shows, as far as that is known without asking the store."""
        mirror = self._mirrors.known(key)
        return frozenset() if mirror is None else mirror.like(set(sent.wholes)).memories

    async def plan(self, key: SessionKey, sent: History, *, is_retry: bool, held: Held | None = None) -> Plan:
        """Return what is new in `sent`; `is_retry` says that the client has sent the very same before.

        Where the provider keeps the history, and what it has is known by `held`, all that is sent is new.

        The ids of what is new are made from its content and from the id of what it follows (`id_behind`), so that the
        same call makes the same ids, whichever process serves it.

        Raises:
            StoreUnavailableError: the store cannot be reached.
        """
        mirror = await self._mirrors.read(key)
        stored, wholes = mirror.stored, sent.wholes
        joint = _behind(stored, held) or _joint(mirror, wholes, is_retry=is_retry)
        behind = sent.behind(joint.sent)
        fresh = _not_cut_differently(behind, stored[joint.stored :])
        new = self._chained(
            fresh, stored[joint.stored - 1].id if joint.stored else "", last=behind[-1] if behind else None
        )
        shown, kept = mirror.like(set(wholes)), mirror.since(held.begins) if held else []
        asked = _asked(stored, new, joint)
        return Plan(
            key=key,
            new=new,
            asked=asked,
            begins=held.begins if held else new[0].id if new else asked or "",
            shown=shown.ids.union((one.id for one in kept), (one.id for one in new)),
            memories=shown.memories.union(
                (one.memory_id for one in kept), (message_memory_id(key.session, one.id) for one in new)
            ),
        )

    async def stands(self, plan: Plan) -> bool:
        """Whether the message that a call wants answered is still stored; that of a call without one always is.

        Raises:
            StoreUnavailableError: the store cannot be reached.
        """
        if plan.asked is None:
            return True
        stored = (await self._mirrors.read(plan.key)).stored
        return any(one.id == plan.asked for one in reversed(stored))

    def _chained(self, fresh: Sequence[Said], after: str, *, last: Said | None) -> list[Message]:
        """Return the messages to add, each with its id; the last of the call asks for an answer."""
        new: list[Message] = []
        for said in fresh:
            message = self._reader.message(said.items)
            after = id_behind(after, message)
            turn = Turn() if said is last and message.role == "user" else None
            created_at = self._core.stamps.next()
            new.append(msgspec.structs.replace(message, id=after, created_at=created_at, turn=turn))
        return new


def id_behind(before: str, message: Message) -> str:
    """Return the id of a message that follows the one with the id `before` (empty: none).

    An answer gets the same id whether it is stored as it was given or as the client sends it with its next call.
    """
    return derived_id("p", before, essence(message))


def _joint(mirror: Mirror, sent: Sequence[int], *, is_retry: bool) -> Joint:
    """Return where the client's history goes on from what is stored.

    A client that sends its newest message only, and has it said before, says it again if that was answered then; what
    began the session, if the user went on since: else the whole conversation was sent anew. Where nothing is common,
    all that is sent follows all that is stored.
    """
    stored = mirror.stored
    joint = find_joint(mirror.wholes, sent)
    behind = stored[joint.stored :]
    goes_on = joint.stored > 1 or any(one.marks.role == "user" for one in behind)
    is_alone = len(sent) == 1 and joint.sent == 1 and goes_on
    if is_alone and not is_retry and any(one.answers for one in behind):
        return Joint(len(stored), 0)
    return joint if joint.sent else Joint(len(stored), 0)


def _behind(stored: Sequence[Stored], held: Held | None) -> Joint | None:
    """Return the joint behind the answer that is gone on from; None where that is not known, or not stored."""
    if held is None or not held.ends:
        return None
    place = next((at for at in range(len(stored), 0, -1) if stored[at - 1].id == held.ends), None)
    return None if place is None else Joint(place, 0)


def _not_cut_differently(sent: Sequence[Said], stored: Sequence[Stored]) -> Sequence[Said]:
    """Return what is sent but for what an assistant says and calls there that is stored in messages cut differently."""
    if not any(said.marks.role == "assistant" for said in sent):
        return sent
    known = frozenset(mark for one in stored for mark in one.marks.parts)
    return [
        said
        for said in sent
        if said.marks.role != "assistant" or not said.marks.parts or not known.issuperset(said.marks.parts)
    ]


def _asked(stored: Sequence[Stored], new: Sequence[Message], joint: Joint) -> str | None:
    if new:
        return new[-1].id
    return stored[joint.stored - 1].id if joint.stored else None
