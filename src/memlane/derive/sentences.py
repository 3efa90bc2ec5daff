"""Text to sentences and words, in any script.

Owns the cutting. Every sentence is a piece of its text, unaltered and on one line. Time grows with the length of the
text, whatever it holds.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

LONGEST_SENTENCE: Final = 400
"""Characters; what is longer is cut where it pauses."""

# Ends: those of Latin, Greek and Cyrillic need a space behind them, those of other scripts do not.
_SPACED_END: Final = r"(?<![.!?\u2026])[.!?\u2026]++[\"'\u201d\u2019\u00bb)\]]*+(?=\s)"
_BARE_END: Final = (
    r"[\u3002\uff01\uff1f\uff61\u061f\u06d4\u0964\u0965\u0589\u1362\u17d4\u104b]++"
    r"[\u300d\u300f\uff09\u201d\u2019\"')]*+"
)
_find_ends: Final = re.compile(f"{_SPACED_END}|{_BARE_END}").finditer
_bullet: Final = re.compile(r"\s*(?:[-*#>\u2022\u2013|]++\s++)++").match
_is_fence: Final = re.compile(r"\s*(?:```|~~~)").match
_last_word: Final = re.compile(r"\S{1,12}\Z").search
_is_opening: Final = re.compile(r"\d{1,2}\.|(?:[^\W\d_]\.)+").fullmatch
_ABBREVIATIONS_TEXT: Final = (
    "mr. mrs. ms. dr. prof. st. vs. etc. approx. no. nr. hr. fr. str. bzw. ca. evtl. ggf. vgl. inkl. mme. mlle. "
    "sr. sra. srta. dott. sig. dhr. mevr. jan. feb. mar. apr. jun. jul. aug. sep. sept. oct. nov. dec."
)
_ABBREVIATIONS: Final = frozenset(_ABBREVIATIONS_TEXT.split())
_LONGEST_SHORT: Final = 4
_CLOSERS: Final = "\"'\u201d\u2019\u00bb)]"
_PAUSES: Final = (" ", "\u3001", "\uff0c", ",", ";", "\uff1b")

UNSPACED: Final = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    r"\uf900-\ufaff\U00020000-\U0003ffff"
)
"""The inside of a character class: scripts written without spaces between words."""

_find_runs: Final = re.compile(f"[{UNSPACED}]+|[^{UNSPACED}]+").findall
has_unspaced: Final = re.compile(f"[{UNSPACED}]").search
_AROUND: Final = (
    " \t.,;:!?\u2026()[]{}<>\"'`*_~|=+#/\\-\u2010\u2013\u2014\u201c\u201d\u2018\u2019\u201e\u00ab\u00bb\u00bf\u00a1"
    "\u060c\u061f\u061b\u06d4\u0964"
    "\u3001\u3002\uff0c\uff01\uff1f\uff1a\uff1b\uff08\uff09\u300c\u300d\u300e\u300f\u30fb"
)


def prose(text: str) -> str:
    """Return a text without its fenced blocks of code; one that is never closed goes on to the end."""
    kept: list[str] = []
    inside = False
    for line in text.splitlines():
        if _is_fence(line):
            inside = not inside
        elif not inside:
            kept.append(line)
    return "\n".join(kept)


def sentences(text: str) -> Iterator[str]:
    """Yield the sentences of a text in order, without the space and list marks around them; none is empty.

    A line break ends a sentence. What is longer than `LONGEST_SENTENCE` is cut where it pauses, or anywhere.
    """
    return (piece for line in text.splitlines() for whole in _of_line(line) for piece in _cut(whole))


def words(text: str) -> list[str]:
    """Return the words of a text as they stand, without punctuation around them.

    Of scripts without spaces, each pair of neighbouring characters (a single one where it is alone), as n-grams serve
    them nearly as well as words (Nie, Gao, Zhang & Zhou 2000).
    """
    found: list[str] = []
    for chunk in text.split():
        if chunk.isascii() or not has_unspaced(chunk):
            found.append(chunk.strip(_AROUND))
        else:
            found += _pieces(chunk)
    return [word for word in found if word]


def _of_line(line: str) -> Iterator[str]:
    marks = _bullet(line)
    begin = marks.end() if marks else 0
    for end in _find_ends(line, begin):
        if _goes_on(line, begin, end):
            continue
        if sentence := line[begin : end.end()].strip():
            yield sentence
        begin = end.end()
    if rest := line[begin:].strip():
        yield rest


def _goes_on(line: str, begin: int, end: re.Match[str]) -> bool:
    """Return whether a mark ends nothing: a full stop of an abbreviation, initials or `3.`, or a quotation's end.

    A small letter behind it tells of a quotation and of short abbreviations; many people write nothing else.
    """
    is_before_small = line[end.end() : end.end() + 2].strip()[:1].islower()
    if end[0] != ".":
        return is_before_small and end[0][-1] in _CLOSERS
    word = _last_word(line, max(begin, end.start() - 11), end.end())
    last = word[0].lstrip("(\"'\u201c\u201e") if word else ""
    if is_before_small and len(last) <= _LONGEST_SHORT:
        return True
    return last.lower() in _ABBREVIATIONS or bool(_is_opening(last) and last != "I.")


def _cut(sentence: str) -> Iterator[str]:
    begin = 0
    while len(sentence) - begin > LONGEST_SENTENCE:
        half, limit = begin + LONGEST_SENTENCE // 2, begin + LONGEST_SENTENCE
        end = max(sentence.rfind(pause, half, limit) for pause in _PAUSES) + 1 or limit
        if piece := sentence[begin:end].strip():
            yield piece
        begin = end
    if rest := sentence[begin:].strip():
        yield rest


def _pieces(chunk: str) -> Iterator[str]:
    for run in _find_runs(chunk):
        bare = run.strip(_AROUND)
        if len(bare) == 1 or not has_unspaced(bare):
            yield bare
        else:
            yield from (first + second for first, second in pairwise(bare))
