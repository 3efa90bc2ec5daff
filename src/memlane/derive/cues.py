"""What a sentence does: decides, promises, plans, corrects, asks, puts off; and which times it names.

Owns the search for the phrases of `cue_words`. All languages are searched at once, since a text seldom says which it
is in; time grows with the number of words.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from memlane.derive.cue_words import SPACED, UNSPACED_CUES
from memlane.derive.sentences import has_unspaced

_QUESTION_MARKS: Final = ("?", "\uff1f", "\u061f", "\u037e")
_ASKING_ENDS: Final = ("\u5417", "\u55ce", "\u3067\u3059\u304b", "\u307e\u3059\u304b", "\u0e44\u0e2b\u0e21")
_CLOSING: Final = " \t\"')]}*_\u00bb\u2019\u201d\u300d\u3002."


def _by_first_word() -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """Return the phrases of spaced scripts by their first words, each with its cue."""
    found: dict[str, dict[tuple[tuple[str, ...], str], None]] = {}
    for language in SPACED.values():
        for cue, phrases in language.items():
            for phrase in phrases.split("|"):
                parts = tuple(phrase.casefold().split())
                found.setdefault(parts[0], {})[parts, cue] = None
    return {first: list(phrases) for first, phrases in found.items()}


def _unspaced_patterns() -> dict[str, re.Pattern[str]]:
    found: dict[str, list[str]] = {}
    for language in UNSPACED_CUES.values():
        for cue, phrases in language.items():
            found.setdefault(cue, []).append(phrases)
    return {cue: re.compile("|".join(phrases)) for cue, phrases in found.items()}


_PHRASES: Final = _by_first_word()
_PATTERNS: Final = _unspaced_patterns()


def find_cues(sentence: str, spoken: Sequence[str]) -> set[tuple[str, str]]:
    """Return each cue of a sentence with the phrase that gives it.

    Args:
        sentence: Its text.
        spoken: Its words, as `sentences.words` gives them.
    """
    found = set(_in_words([word.casefold().replace("\u2019", "'") for word in spoken]))
    if not sentence.isascii() and has_unspaced(sentence):
        found |= {(cue, match[0]) for cue, pattern in _PATTERNS.items() for match in pattern.finditer(sentence)}
    return found


def asks(sentence: str) -> bool:
    """Return whether a sentence ends by asking."""
    bare = sentence.rstrip(_CLOSING)
    return bare.endswith((*_QUESTION_MARKS, *_ASKING_ENDS))


def _in_words(spoken: list[str]) -> Iterator[tuple[str, str]]:
    for place, word in enumerate(spoken):
        for phrase, cue in _PHRASES.get(word, ()):
            if tuple(spoken[place : place + len(phrase)]) == phrase:
                yield cue, " ".join(phrase)
