"""Where the sentences and clauses of a message begin, and which of it is asserted.

Owns the cutting; rolled eyes belong to the sentence before them. Longer sentences than people speak are left out, which
also bounds what matching costs.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from memlane.derive.patterns.language import Language
from memlane.derive.patterns.prose import BLANK, blank_from

_LONGEST: Final = 400
_MOST_CLAUSES: Final = 16
_MONTHS_AFTER_ORDINAL: Final = r"Jan|Feb|M\u00e4r|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez|M\u00e4rz|Geb"
_SENTENCE: Final = re.compile(
    rf"[^\n.!?\u2026{BLANK}]*(?:(?:(?<=\b(?:St|Dr|Mr|Ms|Jr))\.(?=\s)|(?<=\d)\.(?=\s*(?:{_MONTHS_AFTER_ORDINAL}))"
    rf"|(?<=\bMrs)\.(?=\s)|[.!?\u2026](?=[^\s.!?\u2026\"')\u201d\u00bb*]))[^\n.!?\u2026{BLANK}]*)*"
    r"[.!?\u2026]*(?:[ \t]*\U0001f644)?"
)


class Sentence(NamedTuple):
    """The asserted part of a sentence.

    Attributes:
        text: Its words.
        offset: Where in the message it begins.
        asked: Whether it is a question as a whole.
    """

    text: str
    offset: int
    asked: bool


def sentences(prose: str, language: Language) -> Iterator[Sentence]:
    """Yield the sentences, as far as they assert something.

    Of `I'm vegan, what can I cook?` that is `I'm vegan, `: a question ends what is asserted.
    """
    for match in _SENTENCE.finditer(prose):
        text = match[0]
        if not text.strip() or len(text) > _LONGEST:
            continue
        if text.rstrip(" \"')\u201d\u00bb*!").endswith("?"):
            yield _asserted(text, match.start(), language)
        else:
            yield Sentence(text, match.start(), asked=False)


def without_rest(prose: str, language: Language) -> str:
    """Return `prose` without what follows a call to make believe, to write fiction or to work on a text."""
    found = language.expression("rest", form=r"(?:{})").search(prose)
    return blank_from(prose, _line_or_sentence_start(prose, found.start())) if found else prose


def clause_starts(text: str, language: Language) -> list[int]:
    """Return where clauses begin, openers left out: `Well, I live in Bergen and I ski` has two; at most 16."""
    opened = language.expression("openers", form=r"(?:(?:{})(?:[,:!.]+\s*|\s+|\s*[\u2013\u2014-]+\s*)){1,4}")
    begins = [0, *(match.end() for match in _starts(language).finditer(text))]
    starts: list[int] = []
    for begin in begins[:_MOST_CLAUSES]:
        at = begin + len(text[begin:]) - len(text[begin:].lstrip(" \t-*\u2022\u00a1\u00bf"))
        found = opened.match(text, at)
        starts += [at, found.end()] if found else [at]
    return sorted(set(starts))


def follows(language: Language) -> re.Pattern[str]:
    """Return what may stand right behind a name or an occupation."""
    return language.expression("follow", form=r"\s*(?:$|[.,;:!?)\u2013\u2014\u2026]|-\s)|\s+(?:{})\b")


def _starts(language: Language) -> re.Pattern[str]:
    """Where a clause begins: behind a comma and the like, or a joint."""
    return language.expression("joints", form=r"(?:[,;:(\u2013\u2014]|\s-)\s*(?:(?:{})\s+)?|\s(?:{})\s+")


def _asserted(text: str, offset: int, language: Language) -> Sentence:
    """Return the part before the question; the whole sentence as asked when it begins so, or nothing tells."""
    asks = language.expression("asks", form=r"[\u00bf\s]*(?:{})\b")
    for match in _starts(language).finditer(text):
        if "," in match[0] or ";" in match[0] or text[match.start()] in "-\u2013\u2014":
            question = asks.match(text, match.end()) or asks.match(text, match.end() - len(match[0].lstrip(",;- ")))
            if question and not asks.match(text):
                return Sentence(text[: match.start()], offset, asked=False)
    return Sentence(text, offset, asked=True)


def _line_or_sentence_start(text: str, at: int) -> int:
    return max(text.rfind(mark, 0, at) for mark in ("\n", ". ", "! ", "? ")) + 1
