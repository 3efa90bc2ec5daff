"""How much each signal counts.

The defaults stand in the middle of a broad plateau: on conversations between people and on those between a user and
an assistant, moving any of them by a third changes little. One set serves both.
"""

import msgspec


class Weights(msgspec.Struct, frozen=True, kw_only=True):
    """The few numbers of recall; not negative, only their ratios matter.

    Attributes:
        keyword: Words in common, rare ones more (BM25). As much as meaning: each finds what the other misses.
        meaning: Similarity of the vectors. Where it is not known, `keyword` counts for it, too.
        session: The conversation is about the same. Strong, because questions are about something that was talked
            over, while a single turn often names it only by "it" or "there".
        neighbours: The turn just before or after answers, too. Weaker than a turn's own words, or else every turn
            next to a good one would pass it.
        speaker: The question names who said it. Breaks near-ties between the two sides of a conversation.
        session_keyword: Within the score of a whole session, its words.
        session_meaning: Within the score of a whole session, the meaning of its best turn.
    """

    keyword: float = 0.5
    meaning: float = 0.5
    session: float = 0.5
    neighbours: float = 0.35
    speaker: float = 0.1
    session_keyword: float = 0.5
    session_meaning: float = 0.5


DEFAULT = Weights()
