"""Which recalled memories are worth quoting in an answer. Pure, and rather silent than wrong.

Recall ranks; its shares compare results of one question only, so the best of nothing also comes first. But the line
that is asked was kept before it was looked up, so it is found too, and tells what a perfect match would have had: the
others are measured by it. The bounds were chosen on made-up and on development conversations, by hand.
"""

from collections.abc import Iterable

import msgspec

from memlane.recall.analysis import analyse
from memlane.types.memory import MESSAGE, Memory, Recalled

_QUESTION_MARKS = ("?", "\uff1f", "\u061f")  # Latin, Chinese and Japanese, Arabic
_NO_TOPIC = (
    "hello hi hey thanks thank please sorry bye goodbye ok okay yes no yeah good great nice cool fine sure well "
    "morning evening night today tell say said talk ask know think remember like want need get got go make thing lot "
    "👋 👍 🙂 😀 😊 🙏 ❤"
)
_MOST_TOPICS = 0.5
_BOTH_SIGNALS = 0.8
_SAME_MEANING = 0.5


class _Line(msgspec.Struct, frozen=True):
    """What was said just now: its topics, whether it asks, and what recall gave it for itself."""

    topics: frozenset[str]
    asks: bool
    why: dict[str, float]


def relevant(line: str, itself: Recalled | None, others: Iterable[Recalled]) -> list[Recalled]:
    """Return those of `others` that say something on `line`, in their order.

    Args:
        line: What was said.
        itself: The same line as recall found it; None when it did not.
        others: What recall found besides.
    """
    asked = _Line(_topics(line), _asks(line), {} if itself is None else itself.why)
    return [recalled for recalled in others if _answers(asked, recalled)]


def _answers(line: _Line, recalled: Recalled) -> bool:
    said = _topics(recalled.memory.text)
    if not line.topics or said <= line.topics or _is_question(recalled.memory):
        return False
    topics = len(line.topics & said) / len(line.topics)
    keyword, meaning = (_portion(recalled, line, signal) for signal in ("keyword", "meaning"))
    if line.asks and meaning >= _SAME_MEANING:
        return True
    return topics >= _MOST_TOPICS or (topics > 0 and keyword + meaning >= _BOTH_SIGNALS)


def _portion(recalled: Recalled, line: _Line, signal: str) -> float:
    """Return a share as a portion of what the line has for itself; 0 where it is not known."""
    whole = line.why.get(signal, 0.0)
    return recalled.why.get(signal, 0.0) / whole if whole > 0 else 0.0


def _is_question(memory: Memory) -> bool:
    return memory.kind == MESSAGE and _asks(memory.text)


def _asks(text: str) -> bool:
    return text.rstrip().endswith(_QUESTION_MARKS)


def _topics(text: str) -> frozenset[str]:
    return frozenset(analyse(text)) - _EMPTY


_EMPTY = frozenset(analyse(_NO_TOPIC))
