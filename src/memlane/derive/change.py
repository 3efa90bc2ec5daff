"""How what is said changes what is known.

Owns the rules, and nothing else: which memories a new statement confirms, ends or stands beside. It destroys nothing: a
fact that no longer holds gets an end and a link to what ended it, and each change keeps what it changed.

The rules, for statements of one subject and attribute:
- The same value again is support: the message is added to the fact's mentions.
- Where only one value can hold at a time (`single`), facts stand in the order in which they began to hold. A new one
  ends the one that held when it began, and itself ends when the next one begins, if that is known already: so what is
  imported late finds its place.
- Where several can hold, a new value stands beside the others.
- A statement that something no longer holds (`ends`) ends the fact of that value, or whatever held if it names none.

- What somebody corrected by hand is not said again by the messages that it came from.

What was derived from the same messages before changes nothing: doing it twice is doing it once.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from memlane.types.ids import derived_id
from memlane.types.memory import Memory, Mention, Revision

MOST_MENTIONS: Final = 100
"""So many messages are kept as support of one fact; more say nothing new."""
CORRECTED: Final = "corrected"
"""What a revision calls a change by hand."""


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was said and may be a fact.

    Attributes:
        kind: `fact` or `preference`.
        subject: Whom or what it is about: `user`, or a name.
        attribute: What it says of the subject.
        value: What that is; may be empty where `ends` is meant for whatever held.
        text: A sentence that stands alone.
        single: Whether only one value can hold at a time.
        ends: Whether it says that this no longer holds.
        said_at: When it was said; aware UTC.
        valid_from: From when it holds; None: since it was said.
        valid_to: Until when; None: until something else is said.
        confidence: 0-1.
        session_id: Where it was said.
        message_ids: The messages that say it; at least one.
        method: What found it.
    """

    kind: str
    subject: str
    attribute: str
    value: str
    text: str
    single: bool
    said_at: datetime
    session_id: str
    message_ids: list[str]
    method: str
    ends: bool = False
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    confidence: float = 1.0

    @property
    def id(self) -> str:
        """The id of the fact that it becomes: the same statement of the same messages always makes the same."""
        parts = (self.session_id, *self.message_ids, self.kind, *_key(self), _plain(self.value))
        return derived_id("f", *parts)

    @property
    def begins(self) -> datetime:
        """From when it holds."""
        return self.valid_from or self.said_at


class Change(msgspec.Struct, frozen=True):
    """A memory as it was (None: there was none) and as it is to be."""

    was: Memory | None
    now: Memory


def settle(known: Iterable[Memory], statements: Sequence[Statement], *, now: datetime) -> list[Change]:
    """Return what statements change in what is known, in the order in which they were said.

    Args:
        known: Facts and preferences of the user; others are left alone.
        statements: What was said.
        now: When the change is made; aware UTC.
    """
    before = {memory.id: memory for memory in known}
    table = _Table(before, now)
    for statement in sorted(statements, key=lambda item: item.said_at):
        table.add(statement)
    return [
        Change(before.get(memory.id), memory) for memory in table.facts.values() if memory is not before.get(memory.id)
    ]


def revised(memory: Memory, change: str, at: datetime, because: Mention | None = None, **fields: Any) -> Memory:
    """Return a memory with fields changed and a revision that keeps what they held."""
    before = {name: _kept(memory, name) for name in fields}
    revision = Revision(version=memory.version + 1, at=at, change=change, before=before, because=because)
    return msgspec.structs.replace(memory, **fields, past=[*memory.past, revision])


def correction(memory: Memory, text: str, value: str | None, at: datetime) -> Memory:
    """Return a memory that says something else, by hand: nobody is surer. `value` None leaves it as it is."""
    fields: dict[str, Any] = {"text": text}
    if value is not None and value != memory.value:
        fields["value"] = value
    if memory.confidence is not None and memory.confidence < 1:
        fields["confidence"] = 1.0
    return revised(memory, CORRECTED, at, None, **fields)


def as_of(memory: Memory, version: int) -> Memory:
    """Return a memory as it was in an earlier version, with the changes it had by then.

    Raises:
        LookupError: there is no such version.
    """
    if not 1 <= version <= memory.version:
        raise LookupError(f"there is no version {version}; there are 1 to {memory.version}")
    past = list(memory.past)
    fields: dict[str, Any] = {}
    while past and past[-1].version > version:
        fields |= past.pop().before
    if isinstance(fields.get("mentions"), int):
        fields["mentions"] = msgspec.to_builtins(memory.mentions[: fields["mentions"]])
    types = {field.name: field.type for field in msgspec.structs.fields(Memory)}
    restored = {name: msgspec.convert(value, types[name]) for name, value in fields.items()}
    return msgspec.structs.replace(memory, **restored, past=past)


def _kept(memory: Memory, name: str) -> Any:
    """Return what a revision keeps of a field; of mentions, which are only added, how many there were."""
    return len(memory.mentions) if name == "mentions" else msgspec.to_builtins(getattr(memory, name))


def supports(memory: Memory, session_id: str, message_id: str) -> bool:
    """Whether this message is among those that say it."""
    if memory.session_id == session_id and message_id in memory.message_ids:
        return True
    return any(mention.session_id == session_id and mention.message_id == message_id for mention in memory.mentions)


def _was_corrected(memory: Memory, statement: Statement) -> bool:
    """Whether a memory said what these messages state, until somebody corrected it."""
    before = [
        change.before["value"] for change in memory.past if change.change == CORRECTED and "value" in change.before
    ]
    if _plain(statement.value) not in [_plain(value or "") for value in before]:
        return False
    return all(supports(memory, statement.session_id, message) for message in statement.message_ids)


class _Table:
    """What is known while statements are added, by id."""

    def __init__(self, known: dict[str, Memory], now: datetime) -> None:
        self.facts = dict(known)
        self._now = now

    def add(self, statement: Statement) -> None:
        if statement.id in self.facts:
            return
        alike = [memory for memory in self.facts.values() if _key(memory) == _key(statement)]
        if any(_was_corrected(memory, statement) for memory in alike):
            return
        same = [memory for memory in alike if _plain(memory.value or "") == _plain(statement.value)]
        if statement.ends:
            self._end(same or ([] if statement.value else alike), statement)
        elif holding := [memory for memory in same if _overlaps(memory, statement)]:
            self._mention(holding[-1], statement)
            self._widen(holding[-1].id, statement, alike if statement.single else [])
        else:
            self._insert(statement, alike if statement.single else [])

    def _end(self, facts: list[Memory], statement: Statement) -> None:
        end = statement.valid_to or statement.begins
        for memory in facts:
            if holds_at(memory, end):
                self._revise(memory, "ended", _mention(statement), valid_to=end)

    def _mention(self, memory: Memory, statement: Statement) -> None:
        new = [
            Mention(session_id=statement.session_id, message_id=message, at=statement.said_at)
            for message in statement.message_ids
            if not supports(memory, statement.session_id, message)
        ][: MOST_MENTIONS - len(memory.mentions)]
        if new:
            sure = max(memory.confidence or 0.0, statement.confidence)
            self._revise(memory, "mentioned", new[0], mentions=[*memory.mentions, *new], confidence=sure)

    def _widen(self, memory_id: str, statement: Statement, timeline: list[Memory]) -> None:
        """Let a fact begin earlier when it was said earlier and nothing else held since."""
        fact, begins = self.facts[memory_id], statement.begins
        between = [other for other in timeline if other.id != memory_id and _ends_after(other, begins)]
        if begins < _began(fact) and not any(_began(other) < _began(fact) for other in between):
            self._revise(fact, "widened", _mention(statement), valid_from=begins)

    def _insert(self, statement: Statement, timeline: list[Memory]) -> None:
        begins = statement.begins
        ordered = sorted(timeline, key=_began)
        earlier = [memory for memory in ordered if _began(memory) <= begins and holds_at(memory, begins)]
        later = [memory for memory in ordered if _began(memory) > begins]
        fact = _fact(statement)
        if later and (fact.valid_to is None or fact.valid_to > _began(later[0])):
            follower = later[0]
            fact = msgspec.structs.replace(fact, valid_to=_began(follower), replaced_by=follower.id)
            if follower.replaces is None or follower.replaces in {memory.id for memory in earlier}:
                self._revise(follower, "linked", _mention(statement), replaces=fact.id)
        for memory in earlier:
            self._revise(memory, "ended", _mention(statement), valid_to=begins, replaced_by=fact.id)
            fact = msgspec.structs.replace(fact, replaces=memory.id)
        self.facts[fact.id] = fact

    def _revise(self, memory: Memory, change: str, because: Mention, **fields: Any) -> None:
        self.facts[memory.id] = revised(memory, change, self._now, because, **fields)


def _fact(statement: Statement) -> Memory:
    return Memory(
        id=statement.id,
        text=statement.text,
        kind=statement.kind,
        created_at=statement.said_at,
        session_id=statement.session_id,
        message_ids=list(statement.message_ids),
        valid_from=statement.begins,
        valid_to=statement.valid_to,
        subject=statement.subject,
        attribute=statement.attribute,
        value=statement.value,
        confidence=statement.confidence,
        method=statement.method,
    )


def _mention(statement: Statement) -> Mention:
    return Mention(session_id=statement.session_id, message_id=statement.message_ids[0], at=statement.said_at)


def _overlaps(memory: Memory, statement: Statement) -> bool:
    """Whether a fact of the same value holds when the statement does, so that it is the same fact."""
    ends = statement.valid_to
    return _ends_after(memory, statement.begins) and (ends is None or _began(memory) < ends)


def holds_at(memory: Memory, at: datetime) -> bool:
    """Whether a fact holds at a time: it has begun, and not ended."""
    return _began(memory) <= at and _ends_after(memory, at)


def _ends_after(memory: Memory, at: datetime) -> bool:
    return memory.valid_to is None or memory.valid_to > at


def _began(memory: Memory) -> datetime:
    return memory.valid_from or memory.created_at


def _key(item: Memory | Statement) -> tuple[str, str]:
    return _plain(item.subject or ""), _plain(item.attribute or "")


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).strip(" .,;:!?\"'")
