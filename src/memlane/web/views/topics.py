"""What several conversations have in common, from their words alone.

A word tells what conversations are about when it comes again and again in few of them, more than chance would have it:
residual inverse document frequency (Church & Gale 1995, "Poisson mixtures"), with sessions as documents.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

import msgspec

from memlane.recall.forms import stem
from memlane.recall.languages import ENGLISH, script_language
from memlane.web.views.spoken import Spoken, Word
from memlane.web.views.topics_words import TALK

_SHORTEST: Final = 4
_SHORTEST_OF_PAIR: Final = 3
_LONGEST: Final = 30
_LEAST_SESSIONS: Final = 2
_WIDEST: Final = 0.4
_A_LITTLE: Final = 0.01
_PAIR_OWNS: Final = 0.6


class Topic(msgspec.Struct, frozen=True):
    """A word, or two, that several sessions share.

    Attributes:
        label: As it is mostly written, in small letters.
        weight: How much it tells, above 0.
        texts: In which texts it stands, by their numbers.
    """

    label: str
    weight: float
    texts: list[int]


def terms_of(text: Spoken) -> dict[str, str]:
    """Return what of one text may be topics: stems, and how each is written there."""
    found = {pair: pair for pair in text.pairs}
    for sentence in text.sentences:
        found.update(_terms_of(sentence, text.language))
    return found


def topics(terms: Iterable[Mapping[str, str]], sessions: Sequence[str]) -> list[Topic]:
    """Return what sessions have in common, the most telling first.

    Args:
        terms: Of each text what `terms_of` found.
        sessions: The session of each text.
    """
    where: defaultdict[str, list[int]] = defaultdict(list)
    forms: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for number, found in enumerate(terms):
        for term, form in found.items():
            where[term].append(number)
            forms[term][form] += 1
    count = len(set(sessions))
    weights = {term: _weight(texts, sessions, count) for term, texts in where.items() if len(texts) > 1}
    weights = {term: weight for term, weight in weights.items() if weight}
    owned = _owned(where, weights)
    found = [
        Topic(min(forms[term], key=lambda form, of=forms[term]: (-of[form], form)), weight, where[term])
        for term, weight in weights.items()
        if term not in owned
    ]
    return sorted(found, key=lambda topic: (-topic.weight, topic.label))


def _weight(texts: Sequence[int], sessions: Sequence[str], count: int) -> float:
    """Return the residual idf of a term times the logarithm of how often it comes; 0 where it is in too few or many."""
    held = len({sessions[text] for text in texts})
    if not _LEAST_SESSIONS <= held <= max(_LEAST_SESSIONS, _WIDEST * count):
        return 0.0
    expected = -math.log2(1 - math.exp(-len(texts) / count))
    return max(math.log2(count / held) - expected, _A_LITTLE) * math.log(1 + len(texts))


def _owned(where: Mapping[str, Sequence[int]], weights: Mapping[str, float]) -> set[str]:
    """Return words that mostly stand in a pair that is a topic itself, which says more; and pairs that own none."""
    owned: set[str] = set()
    for term in weights:
        if " " in term:
            mostly = [part for part in term.split() if len(where[term]) >= _PAIR_OWNS * len(where.get(part, ()))]
            owned.update(mostly or [term])
    return owned


def _terms_of(sentence: Sequence[Word], language: str) -> Iterator[tuple[str, str]]:
    stems = [_stem(word.folded, language) if _may_tell(word) else "" for word in sentence]
    for word, term in zip(sentence, stems, strict=True):
        if term and len(word.folded) >= _SHORTEST:
            yield term, word.folded
    for (first, second), (one, other) in zip(pairwise(sentence), pairwise(stems), strict=True):
        if one and other and one != other and not first.is_last:
            yield f"{one} {other}", f"{first.folded} {second.folded}"


def _may_tell(word: Word) -> bool:
    return not word.is_stop and len(word.folded) == len(word.text)


@lru_cache(1 << 15)
def _stem(folded: str, language: str) -> str:
    """Return what a word is compared by; empty for one that tells nothing."""
    if not _SHORTEST_OF_PAIR <= len(folded) <= _LONGEST or not folded.isalpha() or folded in TALK:
        return ""
    if language == ENGLISH and folded.endswith("ly"):
        return ""
    return stem(folded, script_language(folded) or language)
