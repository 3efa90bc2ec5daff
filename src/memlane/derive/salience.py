"""Which sentences of a conversation tell most.

Owns the weighing and the choice; knows nothing of summaries or how they look.

A sentence is worth what it does (decides, promises, corrects, …) and what it names that no better sentence named:
times, numbers, names and, for little, any longer word. Choosing so is a cover with diminishing returns, and taking the
best gain for its cost each time comes close to the best choice (Lin & Bilmes 2011, "A Class of Submodular Functions
for Document Summarization"). Which words are frequent in the conversation was tried too, and told nothing more.
"""

import heapq
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import islice
from typing import Final

import msgspec

from memlane.derive import cue_words as cue
from memlane.derive.cues import asks, find_cues
from memlane.derive.sentences import has_unspaced, prose, sentences, words
from memlane.types.line import Line

# What a sentence does, once each. All weights were chosen on the development half of `bench/planted_talk.py` and on
# real conversations. Half or twice of any one of them moves the share that survives by at most four points.
_DOES: Final = {
    cue.DECISION: 3.0,
    cue.PROMISE: 2.0,
    cue.CORRECTION: 2.0,
    cue.PLAN: 1.0,
    cue.REQUEST: 0.5,
    cue.DEFERRAL: 0.5,
    cue.OFFER: -2.0,
}
_ANYTHING: Final = 0.1
_OF_ONESELF: Final = 0.4
_OPEN_QUESTION: Final = 2.0
_QUESTION: Final = 0.2
_OF_NOBODY: Final = 0.4
_TIME: Final = 2.0
_NUMBER: Final = 1.0
_NAME: Final = 2.0
_NOUN_LIKE: Final = 0.4
_WORD: Final = 0.1
_SHORTEST_WORD: Final = 4
_MOST_NUMBERS: Final = 2
_BESIDES: Final = 25
_MOST_SENTENCES: Final = 2_000
_CAPITALS_OF_NAMES: Final = 0.12
_CAPITALS_OF_HEADINGS: Final = 0.5

_is_list_item: Final = re.compile(r"\d{1,2}[.)]\s").match
_has_digit: Final = re.compile(r"\d").search
# In scripts without capitals: letters of other scripts, words in katakana, and what titles of address follow.
_find_names: Final = re.compile(
    r"[A-Za-z][A-Za-z'-]{2,}|[\u30a1-\u30ff]{2,}|[\u4e00-\u9fff\u3040-\u309f]{1,4}(?=\u3055\u3093|\u69d8|\u304f\u3093|\u3061\u3083\u3093|\u5148\u751f)"
).findall


class Sentence(msgspec.Struct, frozen=True):
    """A sentence with what it is worth.

    Attributes:
        place: Where it stands: number of its line (-1 for what was kept before), number in its line.
        speaker: Who said it.
        at: When; aware UTC.
        text: Its words.
        does: Its cues.
        worth: What it is worth for what it does, perhaps below zero.
        items: What it names, with what naming that is worth.
        share: By what its whole worth is multiplied, 0-1.
        is_open: Whether it asks and nobody else says anything after it.
        by_person: Whether a person said it.
    """

    place: tuple[int, int]
    speaker: str
    at: datetime
    text: str
    does: frozenset[str]
    worth: float
    items: dict[str, float]
    share: float
    is_open: bool
    by_person: bool

    @property
    def value(self) -> float:
        """What it is worth alone."""
        return self.share * (self.worth + sum(self.items.values()))


class _Seen(msgspec.Struct, frozen=True):
    """A sentence before it is weighed."""

    place: tuple[int, int]
    line: Line
    text: str
    words: list[str]
    cues: set[tuple[str, str]]


def weigh(lines: Sequence[Line], kept: Sequence[Line] = ()) -> list[Sentence]:
    """Return the sentences of a conversation with what they are worth, in order.

    Blocks of code are left out, and of a message what comes after its first 2,000 sentences.

    Args:
        lines: The conversation, oldest first.
        kept: Single sentences of what was said before, oldest first.
    """
    pieces = [(-1, index, line, line.text) for index, line in enumerate(kept)]
    for number, line in enumerate(lines):
        pieces += [(number, index, line, text) for index, text in enumerate(_cut(line.text))]
    seen = [
        _Seen((number, index), line, text, spoken, find_cues(text, spoken))
        for number, index, line, text in pieces
        if (spoken := words(text))
    ]
    capitals = _Capitals(seen)
    last_spoken = {line.speaker: number for number, line in enumerate(lines) if line.text.strip()}
    return [_weighed(one, capitals, last_spoken) for one in seen]


def _cut(text: str) -> list[str]:
    return list(islice(sentences(prose(text)), _MOST_SENTENCES))


def choose(
    given: Sequence[Sentence],
    cost: Callable[[Sentence], float],
    pay: Callable[[Sentence], bool],
    named: set[str],
) -> list[Sentence]:
    """Return sentences in the order in which they were chosen; none that adds nothing.

    Args:
        given: The sentences.
        cost: What one costs, above 0; the same each time.
        pay: Takes the cost of one from what there is; False when that is too little.
        named: Items that are named already; what is chosen is added.
    """
    # Gains only shrink as more is named, so one that is still best when weighed anew is best of all.
    heap = [(-_rate(one, named, cost), number) for number, one in enumerate(given)]
    heapq.heapify(heap)
    chosen: list[Sentence] = []
    while heap and heap[0][0] < 0:
        _, number = heapq.heappop(heap)
        one = given[number]
        rate = _rate(one, named, cost)
        if heap and -rate > heap[0][0]:
            heapq.heappush(heap, (-rate, number))
        elif rate > 0 and pay(one):
            chosen.append(one)
            named.update(one.items)
    return chosen


def _rate(one: Sentence, named: set[str], cost: Callable[[Sentence], float]) -> float:
    """Return the gain for its cost; something is added to each so that exclamations do not win by being short."""
    fresh = sum(worth for item, worth in one.items.items() if item not in named)
    return one.share * (one.worth + fresh) / (cost(one) + _BESIDES)


def _weighed(one: _Seen, capitals: "_Capitals", last_spoken: dict[str, int]) -> Sentence:
    asking = asks(one.text)
    is_open = asking and not any(line > one.place[0] for who, line in last_spoken.items() if who != one.line.speaker)
    does = frozenset(name for name, _ in one.cues)
    worth = _ANYTHING + sum(_DOES.get(name, 0.0) for name in does)
    if cue.SELF in does and one.line.is_by_person:
        worth += _OF_ONESELF
    if is_open and cue.OFFER not in does:
        worth += _OPEN_QUESTION
    share = 1.0 if one.line.is_by_person else _OF_NOBODY
    return Sentence(
        place=one.place,
        speaker=one.line.speaker,
        at=one.line.at,
        text=one.text,
        does=does,
        worth=worth,
        items=_items(one, capitals),
        share=share * _QUESTION if asking and not is_open else share,
        is_open=is_open,
        by_person=one.line.is_by_person,
    )


def _items(one: _Seen, capitals: "_Capitals") -> dict[str, float]:
    items = {word.casefold(): _WORD for word in one.words if len(word) >= _SHORTEST_WORD}
    items |= {phrase: _TIME for name, phrase in sorted(one.cues) if name == cue.TIME}  # sums must not hang on order
    counted = one.words[1:] if _is_list_item(one.text) else one.words
    items |= dict.fromkeys([word for word in counted if _has_digit(word)][:_MOST_NUMBERS], _NUMBER)
    return items | capitals.names(one)


class _Capitals:
    """Names, known by their capitals within a sentence where a language does not write all nouns so."""

    def __init__(self, seen: Sequence[_Seen]) -> None:
        within = [word for one in seen for word in one.words[1:] if word[:1].isalpha()]
        share = sum(map(_is_capital, within)) / max(1, len(within))
        self._speakers = {word for one in seen for word in words(one.line.speaker)}
        self._known = {word for word in within if _is_capital(word)}
        self._worth = _NAME if share <= _CAPITALS_OF_NAMES else _NOUN_LIKE

    def names(self, one: _Seen) -> dict[str, float]:
        """Return the names of a sentence with what each is worth; those of the speakers are worth nothing."""
        found = [word for word in one.words[1:] if _is_capital(word)]
        if len(found) > _CAPITALS_OF_HEADINGS * len(one.words):
            found = []
        if one.words[0] in self._known:
            found.append(one.words[0])
        names = dict.fromkeys(found, self._worth)
        if has_unspaced(one.text):
            names |= dict.fromkeys(_find_names(one.text), _NAME)
        return {name: worth for name, worth in names.items() if name not in self._speakers}


def _is_capital(word: str) -> bool:
    return len(word) > 1 and word[0].isupper() and not word.startswith(("I'", "I\u2019"))
