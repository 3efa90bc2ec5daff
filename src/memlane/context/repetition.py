"""What a context would say twice: which memories repeat the window, and which repeat each other.

Owns that judgement only; whether there is room to spare is decided by `budget`.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from memlane.context.groups import Group
from memlane.context.parts import Text, Turn
from memlane.context.rendering import message_text
from memlane.types.memory import MESSAGE, Memory, Recalled

_RETELLING_KINDS: Final = frozenset({MESSAGE, "summary"})


class Sorted(msgspec.Struct, frozen=True):
    """Memories, best first, by whether they repeat a better one.

    Attributes:
        first: What says something new.
        retold: What a better one tells too, in other words: the fact of a message, or the message of a fact.
        same: What has the very text of a better one.
    """

    first: list[Recalled]
    retold: list[Recalled]
    same: list[Recalled]


def sort_out(recalled: Sequence[Recalled]) -> Sorted:
    """Return memories by whether they repeat a better-scored one; equal scores keep their order."""
    found = Sorted([], [], [])
    texts: set[str] = set()
    for candidate in sorted(recalled, key=lambda item: -item.score):
        text = text_key(candidate.memory.text)
        if text in texts:
            found.same.append(candidate)
            continue
        texts.add(text)
        repeats = any(_retells(candidate.memory, better.memory) for better in found.first)
        (found.retold if repeats else found.first).append(candidate)
    return found


class Depths:
    """How many of the newest groups show what memories say."""

    def __init__(self, memories: Iterable[Memory], groups: Sequence[Group], session_id: str | None) -> None:
        """Look for what these memories come from, and for their very texts, in groups of a session."""
        memories = list(memories)
        self._session = session_id
        self._sources = {source for memory in memories if self._is_of_here(memory) for source in memory.message_ids}
        self._texts = {text_key(memory.text) for memory in memories} - {""}
        self._source_depths: dict[str, int] = {}
        self._text_depths: dict[str, int] = {}
        for depth, group in enumerate(reversed(groups) if memories else (), start=1):
            for turn in group.turns:
                self._look_at(turn, depth)

    def of(self, memory: Memory) -> int | None:
        """Return how many groups show all that one of the memories comes from, or its very text; None when none do."""
        found = [self._text_depths.get(text_key(memory.text))]
        if memory.message_ids and self._is_of_here(memory):
            sources = [self._source_depths.get(source) for source in memory.message_ids]
            found.append(None if None in sources else max(depth for depth in sources if depth is not None))
        return min((depth for depth in found if depth is not None), default=None)

    def _is_of_here(self, memory: Memory) -> bool:
        return self._session is not None and memory.session_id == self._session

    def _look_at(self, turn: Turn, depth: int) -> None:
        if turn.message.id in self._sources:
            self._source_depths.setdefault(turn.message.id, depth)
        for text in self._texts.intersection(_keys(turn)):
            self._text_depths.setdefault(text, depth)


def text_key(text: str) -> str:
    """Return text with runs of blanks made one: what is compared to tell whether two texts are the same."""
    return " ".join(text.split())


def _keys(turn: Turn) -> list[str]:
    """Return a message's words and those of all that is in it, as `text_key` has them."""
    said = "\n".join([block.text for block in turn.blocks if isinstance(block, Text)])
    words = message_text(turn.message)
    return [text_key(said)] if said == words else [text_key(said), text_key(words)]


def _retells(memory: Memory, better: Memory) -> bool:
    """Whether one comes from messages that the other comes from too, and one of them tells those messages whole.

    Two facts of one message are not the same; a fact and its message are.
    """
    if not {memory.kind, better.kind} & _RETELLING_KINDS:
        return False
    if memory.session_id is None or memory.session_id != better.session_id:
        return False
    one, other = set(memory.message_ids), set(better.message_ids)
    return bool(one and other) and (one <= other or other <= one)
