"""What a context would say twice: which memories repeat the window, and which repeat each other.

Owns that judgement only; whether there is room to spare is decided by `budget`.
"""

from collections.abc import Mapping, Sequence
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


def shown_from(memory: Memory, depths: Mapping[str, int], session_id: str | None) -> int | None:
    """Return how many of the newest groups show all that a memory comes from, or its very text; None when none do.

    Args:
        memory: The memory.
        depths: Of each message id, and of each text (`text_key`, behind `=`), the number of groups that show it.
        session_id: The session of the window.
    """
    found = [depths.get("=" + text_key(memory.text))]
    if memory.message_ids and session_id is not None and memory.session_id == session_id:
        sources = [depths.get("#" + source) for source in memory.message_ids]
        found.append(None if None in sources else max(depth for depth in sources if depth is not None))
    return min((depth for depth in found if depth is not None), default=None)


def depths_of(groups: Sequence[Group]) -> dict[str, int]:
    """Return for each message id (behind `#`) and its words (behind `=`) how many of the newest groups show it."""
    depths: dict[str, int] = {}
    for depth, group in enumerate(reversed(groups), start=1):
        for turn in group.turns:
            for key in _keys(turn):
                depths.setdefault(key, depth)
    return depths


def text_key(text: str) -> str:
    """Return text with runs of blanks made one: what is compared to tell whether two texts are the same."""
    return " ".join(text.split())


def _keys(turn: Turn) -> list[str]:
    said = "\n".join(block.text for block in turn.blocks if isinstance(block, Text))
    texts = {text_key(said), text_key(message_text(turn.message))} - {""}
    return [f"#{turn.message.id}", *(f"={text}" for text in texts)]


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
