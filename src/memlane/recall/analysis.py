"""Text to terms: what counts as the same word for the lexical leg.

The same function analyses memories and questions. It never fails and never depends on anything but the text; its
only state is a bounded cache.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import chain, pairwise
from threading import Lock
from typing import Final, Protocol, cast

import Stemmer

from memlane.recall.languages import ENGLISH, STOP_WORDS, latin_language, script_language


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str:  # noqa: N802 -- PyStemmer's name
        ...


def _ranges(points: Iterable[int]) -> str:
    """Return the inside of a character class holding these code points."""
    return "".join(f"\\U{point:08x}" for point in points)


# Marks are part of a word (vowel signs of Devanagari, Arabic and Hebrew points), though Python's \w leaves them out.
_MARKS: Final = _ranges(point for point in range(0x300, 0x1E00) if unicodedata.category(chr(point)).startswith("M"))
_W: Final = rf"[\w{_MARKS}]"
# Scripts written without spaces between words, and Hangul, whose words carry their particles.
_UNSPACED: Final = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    r"\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_EMOJI: Final = r"[\U0001f1e6-\U0001f1ff]{2}|[\u2600-\u27bf\U0001f300-\U0001f3fa\U0001f400-\U0001faff]"
_JOINT: Final = r"(?:[.'\u2019&\-\u2010\u2011]|(?<=\d)[,:](?=\d))"

_PUNCTUATION: Final = ",.;:!?()[]{}\"'*\u201c\u201d\u2018\u2026"

_is_simple = re.compile(r"[A-Za-z]?[a-z]+|[A-Z]+").fullmatch
_find_words = re.compile(rf"{_W}+(?:{_JOINT}{_W}+){{0,8}}(?:(?<=[A-Za-z])(?:\+\+|\#)(?!\w))?|{_EMOJI}").findall
_find_runs = re.compile(rf"[{_UNSPACED}]+|[^{_UNSPACED}]+").findall
_is_unspaced = re.compile(rf"[{_UNSPACED}]").match
_split_parts = re.compile(rf"(?:[^\W_]|[{_MARKS}])+").findall
_split_camel = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+").findall
_has_camel = re.compile(r"[a-z][A-Z]").search
_ordinal = re.compile(r"(\d+)(?:st|nd|rd|th)").fullmatch
_is_number = re.compile(r"\d+(?:[.,]\d+)+").fullmatch
_is_initials = re.compile(r"[^\W\d](?:\.[^\W\d])+").fullmatch
_binders = re.compile("['\u2010\u2011,&-]").sub
_contraction = re.compile(r"n't$|'(?:s|m|re|ve|ll|d)$").sub
_elision = re.compile(r"^(?i:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|dell|nell|all|un)'(?=\w\w)").sub

_LONGEST_TERM: Final = 64
_LONGEST_CACHED: Final = 40
_MOST_CACHED: Final = 1 << 16
_LONGEST_ACRONYM: Final = 4
_FOLDED_MARKS: Final = re.compile("[\u0300-\u036f]").sub

_DROPPED: Final = {
    language: words | STOP_WORDS[ENGLISH] | STOP_WORDS["russian"] | STOP_WORDS["arabic"]
    for language, words in STOP_WORDS.items()
}
_stemmers: dict[str, _Stemmer] = {}
_stemming = Lock()


def analyse(text: str) -> list[str]:
    """Return the terms of a text in order, repeated as often as they occur; empty when there are only stop words.

    Words are compared in NFKC form, casefolded, stemmed (Snowball, Porter 2001) and once more without accents;
    compounds (`user_id`, `foo.py`, `well-known`) whole and in parts; scripts without spaces by single characters and
    pairs (Lee & Ahn 1996, n-grams for Korean and Chinese text); each emoji is a word.
    """
    chunks = text.split()
    terms = _CACHES[latin_language(chunks)]
    return list(chain.from_iterable(map(terms.__getitem__, chunks)))


class _Terms(dict[str, tuple[str, ...]]):
    """Terms of what stands between two spaces, made when first asked for."""

    def __init__(self, language: str) -> None:
        self._language = language

    def __missing__(self, chunk: str) -> tuple[str, ...]:
        bare = chunk.strip(_PUNCTUATION)
        if bare != chunk and bare:
            terms = self[bare]
        elif _is_simple(bare):
            terms = _simple_terms(bare, self._language)
        else:
            terms = tuple(chain.from_iterable(_word_terms(word, self._language) for word in _find_words(chunk)))
        if len(chunk) <= _LONGEST_CACHED and len(terms) <= _LONGEST_CACHED:
            if len(self) >= _MOST_CACHED:
                self.clear()
            self[chunk] = terms
        return terms


_CACHES: Final = {language: _Terms(language) for language in STOP_WORDS}


def _simple_terms(word: str, language: str) -> tuple[str, ...]:
    """Return the terms of a word of nothing but ASCII letters, which most are."""
    if _is_dropped(word, language):
        return ()
    folded = word.lower()[:_LONGEST_TERM]
    term = _stem(folded, language)
    other = term if language == ENGLISH else _stem(folded, ENGLISH)
    return (term,) if other == term else (term, other)


def _word_terms(word: str, language: str) -> Iterable[str]:
    """Return the distinct terms of a word or compound."""
    if word.isascii():
        return dict.fromkeys(_spaced_terms(word, language))
    word = unicodedata.normalize("NFKC", word)
    terms: list[str] = []
    for run in _find_runs(word):
        terms += _unspaced_terms(run) if _is_unspaced(run) else dict.fromkeys(_spaced_terms(run, language))
    return terms


def _unspaced_terms(run: str) -> Iterator[str]:
    yield from run
    for first, second in pairwise(run):
        yield first + second


def _spaced_terms(word: str, language: str) -> Iterator[str]:
    word = word.replace("\u2019", "'")
    if _is_dropped(word, language):
        return
    for piece in _pieces(word):
        yield from _undropped_forms(piece, language)


def _undropped_forms(piece: str, language: str) -> Iterable[str]:
    if _is_dropped(piece, language):
        return ()
    return filter(None, _forms(piece.casefold()[:_LONGEST_TERM], language))  # a mark alone folds to nothing


def _is_dropped(piece: str, language: str) -> bool:
    """Return whether it is a stop word, and not one of those written like US, IT or WHO."""
    if piece.casefold() not in _DROPPED[language]:
        return False
    return not (1 < len(piece) <= _LONGEST_ACRONYM and piece.isupper() and piece.isascii())


def _pieces(word: str) -> Iterator[str]:
    """Return a word without what only grammar added; a compound whole and in parts."""
    word = _elision("", _contraction("", word))
    parts = _split_parts(word)
    if match := _ordinal(word):
        yield match[1]
    elif len(parts) > 1 or _has_camel(word):
        yield _joined(word)
        if not _is_number(word):
            yield from chain.from_iterable(_split_camel(part) if _has_camel(part) else (part,) for part in parts)
    elif bare := word.strip("_"):
        yield bare


def _joined(word: str) -> str:
    """Return a compound as one word: `e-mail` is `email`, `1,000` is `1000`, `U.S.A` is `USA`, `foo.py` itself."""
    joined = _binders("", word)
    return joined.replace(".", "") if _is_initials(joined) else joined


def _forms(folded: str, language: str) -> Iterator[str]:
    """Return a casefolded word as the forms it may be asked for by."""
    own = script_language(folded)
    if own:
        folded = folded.replace("\u0451", "\u0435")  # Russian texts write yo with and without its dots
        yield _stem(folded, own)
        return
    yield _stem(folded, language)
    if language != ENGLISH:  # a question too short to show its language is analysed as English
        yield _stem(folded, ENGLISH)
    if not folded.isascii():
        yield _stem(_FOLDED_MARKS("", unicodedata.normalize("NFD", folded)), language)


def _stem(word: str, language: str) -> str:
    if word.isascii() and not word.isalpha():
        return word  # a number or an identifier
    with _stemming:  # a stemmer serves one thread at a time
        if language not in _stemmers:
            _stemmers[language] = cast("_Stemmer", Stemmer.Stemmer(language, 0))  # pyright: ignore[reportUnknownMemberType] -- PyStemmer has no types
        return _stemmers[language].stemWord(word)
