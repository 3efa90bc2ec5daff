"""The token counter that needs no tokenizer: one regular expression and a table of weights for each family of models.

Pure and deterministic; must not import a tokenizer, read a file or know a model. How far each family's estimate is from
the tokenizers is in `measured`.
"""

import math
import re
from functools import cache
from typing import Final, get_args

from memlane.adapters.counters._languages import Kind, is_arabic, is_russian, kind_of
from memlane.adapters.counters._weights import ARABIC, COSTS, CYRILLIC, LATIN, Cost, Encoding, PieceKind
from memlane.adapters.counters.measured import MEASURED, Measured
from memlane.errors import SettingError

MARGIN: Final = 1.04
GENERIC_MARGIN: Final = 1.08
CLAUDE_MARGIN: Final = 1.4
"""What weights of cl100k are multiplied with for Claude: a margin of safety, because it cannot be measured."""

_LONGEST: Final = 24
# One character that is no letter, digit or line break belongs to the word after it, as in " word" or "(word".
_BEFORE: Final = r"[\t -/:-@\[-`{-~]?"
_ACCENTED: Final = r"\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0259\u0300-\u036f\u1e00-\u1eff"
# What a tokenizer never merges across; common pieces stand first. In the order of `PieceKind`.
_PIECE: Final = re.compile(
    "|".join(
        f"({pattern})"
        for pattern in (
            rf"{_BEFORE}[A-Z]?+[a-z]{{1,{_LONGEST}}}+(?![{_ACCENTED}])",
            rf"{_BEFORE}[A-Z]{{1,{_LONGEST}}}+(?![a-z{_ACCENTED}])",
            rf"{_BEFORE}[A-Za-z{_ACCENTED}]{{1,{_LONGEST}}}",
            r"[0-9]{1,3}",
            r" ?[!-/:-@\[-`{-~]{1,24}[\r\n]{0,4}",
            rf"{_BEFORE}[\u0400-\u052f]{{1,{_LONGEST}}}",
            rf"{_BEFORE}[\u0370-\u03ff\u1f00-\u1fff]{{1,{_LONGEST}}}",
            rf"{_BEFORE}[\u0590-\u05ff]{{1,{_LONGEST}}}",
            rf"{_BEFORE}[\u0600-\u06ff\u0750-\u077f]{{1,{_LONGEST}}}",
            rf"{_BEFORE}[\u0900-\u097f]{{1,{_LONGEST}}}",
            rf"{_BEFORE}[\u0980-\u09ff\u0b80-\u0bff]{{1,{_LONGEST}}}",
            rf"{_BEFORE}[\u0a00-\u0b7f\u0c00-\u0dff]{{1,{_LONGEST}}}",
            rf"{_BEFORE}[\u0e00-\u0e7f]{{1,{_LONGEST}}}",
            rf"{_BEFORE}[\u0e80-\u0eff\u1000-\u109f\u1780-\u17ff]{{1,{_LONGEST}}}",
            rf"{_BEFORE}[\u0530-\u058f\u10a0-\u10ff]{{1,{_LONGEST}}}",
            r"[\u3040-\u30ff]{1,24}",
            r"[\u3400-\u4dbf\u4e00-\u9fff]{1,24}",
            rf"{_BEFORE}[\u1100-\u11ff\uac00-\ud7af]{{1,{_LONGEST}}}",
            r"[^\S\r\n]{0,24}[\r\n]{1,24}|[^\S\r\n]{1,24}(?!\S)|\s",
            r"[\u0080-\u00bf\u2000-\u2bff\u3000-\u303f\uff00-\uffef]",
            r"[\u0700-\u074f\u0780-\u08ff\u0f00-\u0fff\u1200-\u177f\u1800-\u18af\ua000-\uabff]",
            r"\S",
        )
    )
)
_HAS_CYRILLIC: Final = re.compile("[\u0400-\u052f]")
_HAS_ARABIC: Final = re.compile("[\u0600-\u06ff]")
_DIGIT_BY_DIGIT: Final = Cost(1.0, 1, 1.0)
_TABLE_LENGTH: Final = 2 * _LONGEST + 4  # a piece of line breaks after spaces is the longest
_FAMILIES: Final[dict[str, tuple[Encoding, float]]] = {
    "o200k": ("o200k_base", MARGIN),
    "cl100k": ("cl100k_base", MARGIN),
    "claude": ("cl100k_base", CLAUDE_MARGIN),
    "generic": ("cl100k_base", GENERIC_MARGIN),
}


class EstimateCounter:
    """Estimates tokens without a tokenizer, a little too high, so that budgets hold.

    The families: `o200k` (OpenAI since GPT-4o) and `cl100k` (GPT-4 and 3.5), fitted to those tokenizers; `generic` for
    open models, as `cl100k` but numbers digit by digit, which is above what most of them count, far above it in
    languages that they know better; `claude`, as `cl100k` times `CLAUDE_MARGIN`, because Anthropic publishes no
    tokenizer and nothing can be measured offline: its error is not known.

    What is known of the error is in `measured`, by language and for code and JSON, on texts that no weight is
    fitted to, though they were looked at once before the last levelling. A single line or short message may be off by
    more.

    Promises: those of `TokenCounter`; never 0 for text that is not empty.
    """

    def __init__(self, family: str = "o200k") -> None:
        """Choose whose tokens are estimated: `o200k`, `cl100k`, `generic` or `claude`.

        Raises:
            SettingError: there is no such family.
        """
        if family not in _FAMILIES:
            raise SettingError(f"the estimate has the families {', '.join(_FAMILIES)}, not {family!r}")
        self._family = family
        self._encoding, self._margin = _FAMILIES[family]

    @property
    def name(self) -> str:
        """`estimate`, with the family unless it is o200k."""
        return "estimate" if self._family == "o200k" else f"estimate:{self._family}"

    @property
    def exact(self) -> bool:
        """Always False."""
        return False

    @property
    def measured(self) -> dict[str, Measured]:
        """How far the estimate is from the tokenizers, by kind of text; empty where there is none to measure with."""
        return dict(MEASURED.get(self._family, {}))

    def count(self, text: str) -> int:
        """Return about the number of tokens of `text`, rather more than fewer."""
        tables = _tables(
            self._encoding,
            kind_of(text),
            digit_by_digit=self._family == "generic",
            is_russian=text.isascii() or not _HAS_CYRILLIC.search(text) or is_russian(text),
            is_arabic=text.isascii() or not _HAS_ARABIC.search(text) or is_arabic(text),
        )
        tokens = 0.0
        for piece in _PIECE.finditer(text):
            # Every piece is in exactly one group, so lastindex is its number.
            tokens += tables[piece.lastindex or 0][piece.end() - piece.start()]
        return math.ceil(tokens * self._margin)


@cache
def _tables(
    encoding: Encoding, kind: Kind, *, digit_by_digit: bool, is_russian: bool, is_arabic: bool
) -> list[list[float]]:
    """Return tables by number of the group and length of the piece."""
    words, accented = LATIN[encoding][kind]
    costs: dict[PieceKind, Cost] = {
        **COSTS[encoding],
        "words": words,
        "accented": accented,
        "cyrillic": CYRILLIC[encoding][not is_russian],
        "arabic": ARABIC[encoding][not is_arabic],
    }
    if digit_by_digit:
        costs["digits"] = _DIGIT_BY_DIGIT
    return [[], *(costs[piece].table(_TABLE_LENGTH) for piece in get_args(PieceKind))]
