"""How much each signal counts.

The defaults were fitted to conversations between people and to those between a user and an assistant, by the
likelihood that the softmax of the scores gives to the turns that answer, and rounded. They stand on a broad plateau:
moving any of them by a quarter changes little, and those fitted without a conversation do as well on it
(bench/results.md). One set serves all.
"""

import math

import msgspec

from memlane.errors import UsageError

_NOT_BOTH_ZERO = (("keyword", "meaning"), ("session_keyword", "session_meaning"))


class Weights(msgspec.Struct, frozen=True, kw_only=True):
    """The few numbers of recall; not negative, only their ratios matter.

    Attributes:
        keyword: Words in common, rare ones more (BM25). As much as meaning: each finds what the other misses.
        meaning: Similarity of the vectors. Where it is not known, `keyword` counts for it, too.
        session: The conversation is about the same. Strong, because questions are about something that was talked
            over, while a single turn often names it only by "it" or "there".
        window: The turns around, read together with the turn. Strong for the same reason, and nearer.
        speaker: The question names who said it. Breaks near-ties between the two sides of a conversation.
        date: It was said near the time that the question names.
        statement: It does not end by asking. Questions repeat words, answers have what is looked for.
        answer: The turn before ends by asking.
        substance: It says something, and not only "Wow, great!".
        person: A person said it, not a machine. What is asked of a memory is what people told; replies say it again
            at length. Nothing when the question asks for the reply.
        opening: It opens a session: that is where news is told and help is asked for.
        session_keyword: Within the score of a whole session, its words.
        session_meaning: Within the score of a whole session, the meaning of its best turn.
        session_topic: Within the score of a past session as a result, the meaning of its turns together.
        session_turn: Within the score of a past session as a result, its best turn by all signals but `session`.

    Raises:
        UsageError: a weight is negative or no finite number, or words and meaning both count nothing.
    """

    keyword: float = 0.5
    meaning: float = 0.5
    session: float = 1.2
    window: float = 1.25
    speaker: float = 0.2
    date: float = 0.6
    statement: float = 0.15
    answer: float = 0.2
    substance: float = 0.6
    person: float = 0.7
    opening: float = 0.3
    session_keyword: float = 0.25
    session_meaning: float = 0.25
    session_topic: float = 0.15
    session_turn: float = 0.5

    def __post_init__(self) -> None:
        """Refuse what cannot be weighed."""
        values: dict[str, object] = msgspec.structs.asdict(self)
        for name, value in values.items():
            if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < math.inf:
                raise UsageError(f"weight {name} must be a finite number of at least 0, not {value!r}")
        for one, other in _NOT_BOTH_ZERO:
            if not (values[one] or values[other]):
                raise UsageError(f"weights {one} and {other} must not both be 0")


DEFAULT = Weights()
