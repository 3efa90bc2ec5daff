"""The records of the graph: what memories are about, and what of it is drawn."""

from datetime import datetime
from typing import Final

import msgspec

from memlane.web.views.names import PERSON, PLACE, TOPIC

YOU: Final = "you"
FACT: Final = "fact"
SESSION: Final = "session"
KINDS: Final = (PERSON, PLACE, TOPIC, FACT, SESSION)


class Use(msgspec.Struct, frozen=True):
    """Where something comes from.

    Attributes:
        memory: The memory; of a further mention of a fact its id, `/` and the mention's number.
        session: Its session; None for what was remembered by hand.
        at: When; aware UTC.
    """

    memory: str
    session: str | None
    at: datetime


class Tie(msgspec.Struct, frozen=True):
    """What a fact says: that something is so of a subject.

    Attributes:
        subject: The key of the subject's node.
        label: What it is to the subject, e.g. `home`.
        memory: The fact.
        since: From when it holds or, where that is not known, when it was said.
        ended: Until when it held; None while it holds.
    """

    subject: str
    label: str
    memory: str
    since: datetime
    ended: datetime | None = None


class Thing(msgspec.Struct, frozen=True):
    """Something that memories are about.

    Attributes:
        key: Unique in the graph, the same for the same thing.
        kind: `you`, `person`, `place`, `topic` or `fact`.
        label: Its name.
        weight: How much it tells, above 0; comparable within a kind.
        uses: Where it comes from, oldest first.
        ties: The facts that it is the value of.
        is_said: Whether messages speak of it, not facts alone.
    """

    key: str
    kind: str
    label: str
    weight: float
    uses: list[Use]
    ties: list[Tie] = []
    is_said: bool = False

    @property
    def ended(self) -> bool:
        """Whether it is known from facts only and none of them holds any more."""
        return bool(self.ties) and not self.is_said and all(tie.ended for tie in self.ties)


class Material(msgspec.Struct, frozen=True):
    """What a graph is drawn from.

    Attributes:
        things: What memories are about, by key.
        texts: How many messages were read.
    """

    things: dict[str, Thing]
    texts: int


class Node(msgspec.Struct, frozen=True):
    """A node; fields as of `Thing`.

    Attributes:
        key: Of a session `session:` and its id.
        kind: One of `KINDS`, or `you`.
        label: What is written beside it.
        support: How many memories it comes from; of a session, how many nodes.
        ended: Whether it no longer holds.
        first: When it was first said; None of `you`.
        last: When it was last said.
    """

    key: str
    kind: str
    label: str
    support: int
    ended: bool = False
    first: datetime | None = None
    last: datetime | None = None


class Edge(msgspec.Struct, frozen=True):
    """An edge between two nodes.

    Attributes:
        source: The key of one.
        target: The key of the other.
        label: What it says; empty for `is spoken of in` and `is spoken of together with`.
        weight: How many memories say so.
        since: Of a fact, from when it holds.
        ended: Of a fact, until when it held; None while it holds.
    """

    source: str
    target: str
    label: str = ""
    weight: int = 1
    since: datetime | None = None
    ended: datetime | None = None


class Graph(msgspec.Struct, frozen=True):
    """What is shown.

    Attributes:
        nodes: The most telling first.
        edges: Between them.
        left_out: How many more there are of each kind, within the time asked for.
    """

    nodes: list[Node]
    edges: list[Edge]
    left_out: dict[str, int]
