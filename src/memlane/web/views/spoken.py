"""Text cut into sentences and words once, for all that reads it: names and topics."""

from functools import lru_cache
from typing import Final, NamedTuple

from memlane.derive.sentences import has_unspaced, prose, sentences, words
from memlane.recall.languages import STOP_WORDS, latin_language

_LONGEST_TEXT: Final = 8_000
_AROUND: Final = (
    " \t.,;:!?\u2026()[]{}<>\"'`*_~|=+#/\\-\u2013\u2014\u201c\u201d\u2018\u2019\u201e\u00ab\u00bb\u00bf\u00a1"
    "\u060c\u061f\u061b\u0964"
)
_ENDS: Final = (*'.,;:!?\u2026)]}"\u201d\u2014\u2013\u060c\u061f\u061b\u0964',)
_ALL_STOP_WORDS: Final = frozenset[str]().union(*STOP_WORDS.values())


class Word(NamedTuple):
    """A word of a sentence.

    Attributes:
        text: Without the punctuation around it.
        folded: Whatever its capitals, without what grammar adds behind an apostrophe.
        is_last: Whether a clause ends behind it.
        is_capital: Whether it begins with a capital.
        is_small: Whether it begins with a small letter.
        is_stop: Whether it carries no meaning in one of the languages that are known.
    """

    text: str
    folded: str
    is_last: bool
    is_capital: bool
    is_small: bool
    is_stop: bool


class Spoken(NamedTuple):
    """A text.

    Attributes:
        language: Of its words in Latin letters.
        sentences: Their words; of scripts without spaces there are none.
        pairs: Neighbouring characters of scripts without spaces.
    """

    language: str
    sentences: list[list[Word]]
    pairs: list[str]


def spoken(text: str) -> Spoken:
    """Return the sentences of a text without its blocks of code; of a very long one, of its beginning."""
    found: list[list[Word]] = []
    pairs: list[str] = []
    for sentence in sentences(prose(text[:_LONGEST_TEXT])):
        if has_unspaced(sentence):
            pairs += [pair for pair in words(sentence) if len(pair) > 1 and has_unspaced(pair)]
        else:
            found.append([word for word in map(_word, sentence.split()) if word.text])
    return Spoken(latin_language({word.text for one in found for word in one}), found, pairs)


@lru_cache(1 << 15)
def _word(chunk: str) -> Word:
    text = chunk.strip(_AROUND)
    folded = text.casefold().partition("'")[0].partition("\u2019")[0]
    first = text[:1]
    return Word(text, folded, chunk.endswith(_ENDS), first.isupper(), first.islower(), folded in _ALL_STOP_WORDS)
