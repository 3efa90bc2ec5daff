"""Text to terms: what counts as the same word for the lexical leg.

The same function analyses memories and questions. It never fails and never depends on anything but the text; its
only state is a bounded cache.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import chain, pairwise
from typing import Final

from memlane.recall.forms import forms, stem
from memlane.recall.languages import ENGLISH, STOP_WORDS, latin_language
from memlane.recall.months import numbered_months


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

_PUNCTUATION: Final = ",.;:!?()[]{}\"'*\u201c\u201d\u2018\u2026\u201e\u00ab\u00bb\u00bf\u00a1\u060c\u061f\u061b\u0964"

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
# Written with and without: dots of Russian yo; Arabic vowel signs and the stroke that lengthens a word; the dot under
# and the moon over Devanagari letters. Digits of these scripts are the digits.
_SAME: Final = str.maketrans(
    {"\u0451": "\u0435", "\u0401": "\u0415", "\u0901": "\u0902", "\u093c": None, "\u0640": None}
    | {chr(point): None for point in range(0x064B, 0x0653)}
    | {chr(zero + digit): str(digit) for zero in (0x0660, 0x06F0, 0x0966) for digit in range(10)}
)
_OTHER_SCRIPTS: Final = {
    word.translate(_SAME) for language in ("russian", "arabic", "hindi") for word in STOP_WORDS[language]
}
_DROPPED: Final = {language: words | STOP_WORDS[ENGLISH] | _OTHER_SCRIPTS for language, words in STOP_WORDS.items()}


def analyse(text: str) -> list[str]:
    """Return the terms of a text in order, repeated as often as they occur; empty when there are only stop words.

    Words are compared in NFKC form, casefolded, stemmed (Snowball, Porter 2001) and once more without accents;
    compounds (`user_id`, `foo.py`, `well-known`, `Wanderschuhe`) whole and in parts; scripts without spaces by single
    characters and pairs (Lee & Ahn 1996, n-grams for Korean and Chinese text); each emoji is a word. A month is also
    its English name, where the language shows.
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
    if language == ENGLISH:
        return (stem(folded, language),)
    return tuple(dict.fromkeys(forms(folded, language)))


def _word_terms(word: str, language: str) -> Iterable[str]:
    """Return the distinct terms of a word or compound."""
    if word.isascii():
        return dict.fromkeys(_spaced_terms(word, language))
    word = unicodedata.normalize("NFKC", word)
    terms = [stem(month, ENGLISH) for month in numbered_months(word)]
    for run in _find_runs(word):
        if _is_unspaced(run):
            terms += _unspaced_terms(run)
        else:
            terms += dict.fromkeys(_spaced_terms(run.translate(_SAME), language))
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
    return filter(None, forms(piece.casefold()[:_LONGEST_TERM], language))  # a mark alone folds to nothing


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
