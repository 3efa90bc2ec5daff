"""How many tokens the pieces of a text come to, by kind of piece and of language, in two encodings.

Owns the numbers. Slopes were fitted by `bench/token_estimate.py --fit` to catalogues of translations (Django's and
Sphinx's) and then levelled on prose: `bench/token_samples/calibration`, and the sentences that spaCy has as examples.
"""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from memlane.adapters.counters._languages import Kind

Encoding: TypeAlias = Literal["o200k_base", "cl100k_base"]

PieceKind: TypeAlias = Literal[
    "words", "capitals", "accented", "digits", "punctuation", "cyrillic", "greek", "hebrew", "arabic", "devanagari",
    "bengali_tamil", "indic", "thai", "burmese_khmer", "georgian_armenian", "kana", "han", "hangul", "space", "marks",
    "rare", "other",
]  # fmt: skip


@dataclass(frozen=True)
class Cost:
    """Tokens of a piece: `base`, and `slope` for each character beyond the first `free` ones."""

    base: float
    free: int = 0
    slope: float = 0.0

    def table(self, lengths: int) -> list[float]:
        """Return the tokens of pieces of 0 to `lengths` - 1 characters."""
        return [self.base + self.slope * max(0, length - self.free) for length in range(lengths)]


COSTS: Final[dict[Encoding, dict[PieceKind, Cost]]] = {
    "o200k_base": {
        "capitals": Cost(1.05, 4, 0.24),
        "digits": Cost(1.03),
        "punctuation": Cost(1.05, 3, 0.25),
        "greek": Cost(1.05, 3, 0.38),
        "hebrew": Cost(1.05, 3, 0.43),
        "devanagari": Cost(1.05, 3, 0.37),
        "bengali_tamil": Cost(1.05, 3, 0.37),
        "indic": Cost(1.05, 1, 0.37),
        "thai": Cost(1.05, 3, 0.43),
        "burmese_khmer": Cost(1.05, 1, 0.6),
        "georgian_armenian": Cost(1.05, 2, 0.33),
        "kana": Cost(1.1, 2, 0.76),
        "han": Cost(1.05, 1, 0.85),
        "hangul": Cost(1.05, 1, 0.45),
        "space": Cost(1.0),
        "marks": Cost(1.1),
        "rare": Cost(2.05),
        "other": Cost(1.7),
    },
    "cl100k_base": {
        "capitals": Cost(1.05, 4, 0.22),
        "digits": Cost(1.03),
        "punctuation": Cost(1.05, 3, 0.25),
        "greek": Cost(1.05, 2, 1.07),
        "hebrew": Cost(1.05, 1, 1.02),
        "devanagari": Cost(1.05, 1, 1.05),
        "bengali_tamil": Cost(1.05, 1, 1.42),
        "indic": Cost(1.05, 1, 1.95),
        "thai": Cost(1.05, 1, 0.95),
        "burmese_khmer": Cost(1.05, 1, 2.0),
        "georgian_armenian": Cost(1.05, 1, 2.05),
        "kana": Cost(1.1, 1, 1.1),
        "han": Cost(1.1, 1, 1.35),
        "hangul": Cost(1.05, 1, 1.03),
        "space": Cost(1.0),
        "marks": Cost(1.2),
        "rare": Cost(3.0),
        "other": Cost(2.6),
    },
}

# Of words in plain Latin letters, and of words with accents.
LATIN: Final[dict[Encoding, dict[Kind, tuple[Cost, Cost]]]] = {
    "o200k_base": {
        "english": (Cost(1.0, 7, 0.16), Cost(1.1, 3, 0.25)),
        "romance": (Cost(1.04, 4, 0.11), Cost(1.05, 2, 0.12)),
        "germanic": (Cost(1.04, 4, 0.18), Cost(1.05, 4, 0.22)),
        "nordic": (Cost(1.04, 4, 0.25), Cost(1.05, 2, 0.27)),
        "eastern": (Cost(1.04, 4, 0.32), Cost(1.05, 2, 0.34)),
        "vietnamese": (Cost(1.02, 4, 0.1), Cost(1.05, 2, 0.1)),
    },
    "cl100k_base": {
        "english": (Cost(1.0, 7, 0.18), Cost(1.1, 0, 0.28)),
        "romance": (Cost(1.04, 4, 0.2), Cost(1.05, 1, 0.22)),
        "germanic": (Cost(1.04, 4, 0.32), Cost(1.05, 3, 0.32)),
        "nordic": (Cost(1.04, 3, 0.32), Cost(1.05, 2, 0.41)),
        "eastern": (Cost(1.04, 3, 0.38), Cost(1.05, 0, 0.42)),
        "vietnamese": (Cost(1.02, 1, 0.12), Cost(1.05, 0, 0.32)),
    },
}

# Of Russian and of any other language in Cyrillic; of Arabic and of any other language in Arabic letters.
CYRILLIC: Final[dict[Encoding, tuple[Cost, Cost]]] = {
    "o200k_base": (Cost(1.05, 3, 0.2), Cost(1.05, 3, 0.38)),
    "cl100k_base": (Cost(1.05, 2, 0.47), Cost(1.05, 2, 0.72)),
}
ARABIC: Final[dict[Encoding, tuple[Cost, Cost]]] = {
    "o200k_base": (Cost(1.05, 3, 0.3), Cost(1.05, 3, 0.37)),
    "cl100k_base": (Cost(1.02, 1, 0.67), Cost(1.05, 1, 0.85)),
}
