"""How much each signal counts."""

import msgspec


class Weights(msgspec.Struct, frozen=True, kw_only=True):
    """The few numbers of recall, each between 0 and about 1; only their ratios matter.

    Attributes:
        keyword: Words in common, rare ones more (BM25).
        meaning: Similarity of the vectors.
        session: The conversation it was part of is about the same.
        neighbours: What was said just before and after answers, too.
        speaker: The question names who said it.
        session_keyword: Within the score of a whole session, its words.
        session_meaning: Within the score of a whole session, its best turn's meaning.
    """

    keyword: float = 0.5
    meaning: float = 0.5
    session: float = 0.6
    neighbours: float = 0.35
    speaker: float = 0.1
    session_keyword: float = 0.5
    session_meaning: float = 0.5


DEFAULT = Weights()
