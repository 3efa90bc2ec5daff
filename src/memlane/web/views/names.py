"""Names of people and places in what was said, known without a model by their capitals and the words around them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final

import msgspec

from memlane.web.views.names_words import (
    AFTER_PEOPLE,
    BEFORE_PEOPLE,
    BEFORE_PLACES,
    LINKS,
    MAYBE_BEFORE_PEOPLE,
    MAYBE_BEFORE_PLACES,
    NO_NAMES,
)
from memlane.web.views.spoken import Spoken, Word

PERSON: Final = "person"
PLACE: Final = "place"
TOPIC: Final = "topic"

_LONGEST_NAME: Final = 4
_LONGEST_WORD: Final = 30
_SHORTEST_WORD: Final = 2
_SMALL_OF_SENTENCES: Final = 0.3
_ALL_NOUNS_CAPITAL: Final = "german"
_SURE: Final = 1.0
_UNSURE: Final = 0.4
_CERTAIN: Final = 1_000.0
_ENOUGH: Final = 1.0
_TAILS: Final = ("'s", "\u2019s")
_BINDERS: Final = str.maketrans("", "", "-'\u2019+.")


class Named(msgspec.Struct, frozen=True):
    """A name in one text.

    Attributes:
        name: As it is written.
        place: What speaks for a place.
        person: What speaks for a person.
        is_first: Whether it stands first in its sentence, where any word has a capital.
    """

    name: str
    place: float
    person: float
    is_first: bool


class Reading(msgspec.Struct, frozen=True):
    """What one text has in it: what may be names, and the words that stand there without a capital."""

    named: list[Named]
    small: frozenset[str]


def read(text: Spoken) -> Reading:
    """Return what of one text may be a name; headings and languages whose nouns all have capitals give none."""
    small = frozenset(word.folded for sentence in text.sentences for word in sentence if word.is_small)
    if text.language == _ALL_NOUNS_CAPITAL:
        return Reading([], small)
    return Reading([one for sentence in text.sentences if _tells(sentence) for one in _named(sentence)], small)


class Names:
    """Decides over many texts which of what may be names are, and what they name.

    Args:
        readings: Of each text what `read` found.
        people: Names that are known to be people's.
        places: Names that are known to be places'.
    """

    def __init__(self, readings: Iterable[Reading], *, people: Iterable[str] = (), places: Iterable[str] = ()) -> None:
        self._within: Counter[str] = Counter()
        self._small: Counter[str] = Counter()
        self._votes: defaultdict[str, dict[str, float]] = defaultdict(lambda: {PERSON: 0.0, PLACE: 0.0})
        for reading in readings:
            self._small.update(reading.small)
            for one in reading.named:
                self._within[one.name] += not one.is_first
                self._votes[one.name][PERSON] += one.person
                self._votes[one.name][PLACE] += one.place
        for kind, names in ((PERSON, people), (PLACE, places)):
            for name in names:
                self._votes[name][kind] += _CERTAIN
                self._within[name] += 1

    def of(self, reading: Reading) -> list[str]:
        """Return the names of a text, each once, in order."""
        return [name for name in dict.fromkeys(one.name for one in reading.named) if self._is_name(name)]

    def kind(self, name: str) -> str:
        """Return `person`, `place` or, where nothing tells, `topic`."""
        votes = self._votes[name]
        best = max((PERSON, PLACE), key=votes.__getitem__)
        is_certain = votes[best] >= _CERTAIN
        return best if is_certain or (votes[best] >= _ENOUGH and not _is_acronym(name)) else TOPIC

    def _is_name(self, name: str) -> bool:
        return self._within[name] > self._small[name.casefold()]


def _tells(sentence: Sequence[Word]) -> bool:
    """Return whether capitals tell names in a sentence; in a heading, with few small words, they do not."""
    return sum(word.is_small for word in sentence) >= max(1.0, _SMALL_OF_SENTENCES * len(sentence))


def _named(sentence: Sequence[Word]) -> Iterator[Named]:
    at = 0
    while at < len(sentence):
        end = _end_of_name(sentence, at)
        if end > at:
            name = " ".join(_bare(word.text) for word in sentence[at:end])
            before = sentence[at - 1].folded if at and not sentence[at - 1].is_last else ""
            after = sentence[end].folded if end < len(sentence) and not sentence[end - 1].is_last else ""
            yield Named(name, _place_vote(before), _person_vote(before, after), at == 0 and end == 1)
        at = max(end, at + 1)


def _end_of_name(sentence: Sequence[Word], at: int) -> int:
    """Return where a name that begins at a word ends; the same place when none begins there."""
    if not _may_name(sentence[at]):
        return at
    end = at + 1
    while end < len(sentence) and end - at < _LONGEST_NAME and not sentence[end - 1].is_last:
        if _may_name(sentence[end]):
            end += 1
        elif sentence[end].text in LINKS and end + 1 < len(sentence) and _may_name(sentence[end + 1]):
            end += 2
        else:
            break
    return end


def _may_name(word: Word) -> bool:
    return word.is_capital and not word.is_stop and _is_written_as_name(word.text, word.folded)


@lru_cache(1 << 13)
def _is_written_as_name(text: str, folded: str) -> bool:
    return (
        len(folded) >= _SHORTEST_WORD
        and len(text) <= _LONGEST_WORD
        and folded not in NO_NAMES
        and text.translate(_BINDERS).isalnum()
    )


def _place_vote(before: str) -> float:
    return _SURE * (before in BEFORE_PLACES) + _UNSURE * (before in MAYBE_BEFORE_PLACES)


def _person_vote(before: str, after: str) -> float:
    return _SURE * ((before in BEFORE_PEOPLE) + (after in AFTER_PEOPLE)) + _UNSURE * (before in MAYBE_BEFORE_PEOPLE)


def _is_acronym(name: str) -> bool:
    return name.isupper() and len(name) > 1


def _bare(word: str) -> str:
    for tail in _TAILS:
        word = word.removesuffix(tail)
    return word
