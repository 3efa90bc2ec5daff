"""What of the words behind `I love` is the thing that is loved: cut, rid of articles, parted where it is a list.

Owns the tidying of values; which words count where is data of the language.
"""

import re
from functools import lru_cache
from typing import Final, NamedTuple

from memlane.derive.patterns.language import Language

_MOST_WORDS: Final = 6
_MOST_WORDS_OF_LISTED: Final = 4
_SURROUNDINGS: Final = " \t\r\n'\u2019*_-\u2013\u2014,"
_DASH: Final = re.compile(r"\s-+\s|\s?[\u2013\u2014]")


class _Words(NamedTuple):
    cut: re.Pattern[str]
    trail: re.Pattern[str]
    articles: re.Pattern[str]
    vague: re.Pattern[str]
    both: re.Pattern[str]
    hollow: re.Pattern[str]
    restricts: re.Pattern[str]
    unfinished: re.Pattern[str]


@lru_cache(maxsize=32)
def _words_of(language: Language) -> _Words:
    return _Words(
        language.expression("cut", form=r"(?:^|[\s,]+)(?:{})(?!\w).*$"),
        language.expression("trail", form=r"(?:[\s,]+(?:{}))+$"),
        language.expression("articles", form="(?-i:{})"),
        language.expression("vague", form=r"(?:{})(?!\w)"),
        language.expression("both", form=r",?\s+(?:{})\s+"),
        language.expression("hollow"),
        language.expression("restricts", form=r"\s+(?:{})\b"),
        language.expression("unfinished", form=r"(?:^|.*\s)(?:{})$"),
    )


def values_of(raw: str, language: Language, *, listed: bool) -> list[str]:
    """Return the things that `raw` names, tidy; none where it says nothing or too much.

    Args:
        raw: The words up to the end of the clause, commas included.
        language: Whose words they are.
        listed: Whether they may be several.
    """
    words = _words_of(language)
    if words.vague.match(raw) or _goes_on(raw, words):
        return []
    raw = _DASH.split(raw)[0]
    end = words.cut.search(raw)
    if end and words.restricts.match(raw, end.start()):
        return []
    cut = raw[: end.start()] if end else raw
    if listed and (items := _items(cut, words)):
        return items
    first = _tidy(cut.partition(",")[0], words)
    return [first] if _says_something(first, words, _MOST_WORDS) else []


def _goes_on(raw: str, words: _Words) -> bool:
    """Return whether a comma parts adjectives, not things: `a safe, inviting place`."""
    first, comma, behind = raw.partition(",")
    article = words.articles.match(first)
    return bool(comma and article and " " not in first[article.end() :].strip() and not words.both.search(behind))


def _items(text: str, words: _Words) -> list[str]:
    """Return the items of a list, `a, b and c`; none when it is not one, or an item is not."""
    *front, last = text.split(",")
    if last.strip() and not front:
        parts = words.both.split(last)
    else:
        ending = words.both.split(f" {last.strip()}")
        parts = [*front, *(part for part in ending if part.strip())]
        parts = parts if len(ending) > 1 else parts[:1]
    items = [_tidy(part, words) for part in parts]
    if all(_says_something(item, words, _MOST_WORDS_OF_LISTED) for item in items):
        return items
    leading = [_tidy(part, words) for part in words.both.split(text.partition(",")[0])]
    return leading[:1] if _says_something(leading[0], words, _MOST_WORDS) else []


def _tidy(text: str, words: _Words) -> str:
    text = words.trail.sub("", text.strip(_SURROUNDINGS)).strip(_SURROUNDINGS)
    article = words.articles.match(text)
    return text[article.end() :].strip(_SURROUNDINGS) if article else text


def _says_something(text: str, words: _Words, most: int) -> bool:
    if len(text) < 2 or len(text.split()) > most or not text[0].isalnum():  # noqa: PLR2004 -- a letter is no thing
        return False
    return not (words.vague.match(text) or words.hollow.search(text) or words.unfinished.match(text))
