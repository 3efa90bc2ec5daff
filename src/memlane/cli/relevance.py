"""Which recalled memories are worth quoting in an answer. Pure, and rather silent than wrong.

Recall ranks; its scores compare results of one question only, so the best of nothing also comes first. Here stands
what a memory must have besides a rank.
"""

from collections.abc import Iterable

from memlane.recall.analysis import analyse
from memlane.types.memory import MESSAGE, Memory, Recalled

_QUESTION_MARKS = ("?", "\uff1f", "\u061f")  # Latin, Chinese and Japanese, Arabic
_PLEASANTRIES = (
    "hello hi hey thanks thank please bye goodbye ok okay yes no yeah good morning evening night great nice sure"
)


def relevant(question: str, found: Iterable[Recalled]) -> list[Recalled]:
    """Return those of `found` that say something on `question`, in their order."""
    asked = _topics(question)
    return [recalled for recalled in found if _answers(asked, recalled)]


def _answers(asked: frozenset[str], recalled: Recalled) -> bool:
    said = _topics(recalled.memory.text)
    return bool(asked & said) and not said <= asked and not _is_question(recalled.memory)


def _is_question(memory: Memory) -> bool:
    return memory.kind == MESSAGE and memory.text.rstrip().endswith(_QUESTION_MARKS)


def _topics(text: str) -> frozenset[str]:
    return frozenset(analyse(text)) - _EMPTY


_EMPTY = frozenset(analyse(_PLEASANTRIES))
