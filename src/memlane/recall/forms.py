"""One word to the forms it may be asked for by, as its language makes them: stems, bare letters, parts.

Owns the stemmers. It must not know texts or stop words.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from threading import Lock
from typing import Final, Protocol, TypeAlias, cast

import Stemmer

from memlane.recall.languages import ENGLISH, script_language
from memlane.recall.months import english_month


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str:  # noqa: N802 -- PyStemmer's name
        ...


_Forms: TypeAlias = Callable[[str, str], Iterator[str]]

_SHORTEST_COMPOUND: Final = 9
_PART_LENGTHS: Final = range(4, 8)
_BEGINNING: Final = 5
_SHORTEST_ARABIC: Final = 3
_FOLDED_MARKS: Final = re.compile("[\u0300-\u036f]").sub
_FOLDED_LETTERS: Final = str.maketrans({"\u0153": "oe", "\u00e6": "ae", "\u00f8": "o", "\u0142": "l", "\u0131": "i"})
_arabic_and = re.compile("^[\u0648\u0641](?=[\u0628\u0643]?\u0627\u0644|\u0644\u0644)").sub

_stemmers: dict[str, _Stemmer] = {}
_stemming = Lock()


def forms(folded: str, language: str) -> Iterator[str]:
    """Return a casefolded word as the forms it may be asked for by, perhaps some twice; a mark alone has an empty one.

    Args:
        folded: The word, casefolded.
        language: Of the text, which serves a word in Latin letters; other scripts speak for themselves.
    """
    if folded.isascii() and language == ENGLISH:
        yield stem(folded, language)
        return
    own = script_language(folded)
    if month := english_month(folded, own or language):
        yield stem(month, ENGLISH)
    yield from _FORMS.get(own or language, _stem_alone if own else _latin_forms)(folded, own or language)


def _stem_alone(folded: str, language: str) -> Iterator[str]:
    yield stem(folded, language)


def _latin_forms(folded: str, language: str) -> Iterator[str]:
    yield stem(folded, language)
    if language != ENGLISH:  # a question too short to show its language is analysed as English
        yield stem(folded, ENGLISH)
    if not folded.isascii():
        bare = _FOLDED_MARKS("", unicodedata.normalize("NFD", folded)).translate(_FOLDED_LETTERS)
        yield stem(bare, language)


def _compound_forms(folded: str, language: str) -> Iterator[str]:
    """Return also the ends of a long word, one of which is what stands there: the `schuh` of `Wanderschuhe`.

    Splitting compounds finds more in German than stemming (Braschler & Ripplinger 2004); this needs no dictionary.
    """
    yield from _latin_forms(folded, language)
    whole = stem(folded, language)
    if len(whole) >= _SHORTEST_COMPOUND:
        for length in _PART_LENGTHS:
            yield whole[:length]
            yield whole[-length:]


def _russian_forms(folded: str, language: str) -> Iterator[str]:
    """Return also how a long word begins, because endings and suffixes are many: what was `given` is a `gift`.

    Truncation does as well as stemming in inflected languages (McNamee, Nicholas & Mayfield 2009).
    """
    yield stem(folded, language)
    if len(folded) > _BEGINNING:
        yield folded[:_BEGINNING]


def _arabic_forms(folded: str, language: str) -> Iterator[str]:
    """Return a word without what is written together with it: `and the`, the t before `her`, and perhaps `for`.

    Snowball leaves these; light stemming takes them off (Larkey, Ballesteros & Connell 2002).
    """
    bare = stem(_arabic_and("", folded), language)
    if len(bare) > _SHORTEST_ARABIC:
        bare = bare.removesuffix("\u062a")
    yield bare
    if len(bare) > _SHORTEST_ARABIC and bare[0] == "\u0644":
        yield bare[1:]


_FORMS: Final[dict[str, _Forms]] = {
    "german": _compound_forms,
    "dutch": _compound_forms,
    "russian": _russian_forms,
    "arabic": _arabic_forms,
}


def stem(word: str, language: str) -> str:
    """Return the stem of a casefolded word by Snowball; numbers and identifiers as they are."""
    if word.isascii() and not word.isalpha():
        return word
    with _stemming:  # a stemmer serves one thread at a time
        if language not in _stemmers:
            _stemmers[language] = cast("_Stemmer", Stemmer.Stemmer(language, 0))  # pyright: ignore[reportUnknownMemberType] -- PyStemmer has no types
        return _stemmers[language].stemWord(word)
