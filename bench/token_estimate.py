"""How far the token estimate is from the tokenizers, and how fast it is.

    python bench/token_estimate.py DATA_DIR [--fit] [--catalogues /usr/share/locale]

DATA_DIR is what TIKTOKEN_CACHE_DIR would name: a directory with tiktoken's files of o200k_base and cl100k_base,
such as `litellm/litellm_core_utils/tokenizers` in the wheel of litellm. The error is measured on the texts in
`bench/token_samples`, on which the weights were levelled. `--fit` prints what the weights were made from: for each
kind of piece and each language the slope and the free length that fit best, from the catalogues of translations
that the machine has.
"""

import argparse
import gettext
import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from memlane.adapters.counters import estimate
from memlane.adapters.counters.estimate import EstimateCounter, EstimatedEncoding
from memlane.adapters.counters.tiktoken import TiktokenCounter

SAMPLES = Path(__file__).parent / "token_samples"
LANGUAGES = ("de", "fr", "es", "it", "nl", "pl", "tr", "ru", "uk", "el", "ar", "he", "hi", "th", "zh_CN", "ja", "ko")
KINDS = tuple(field for field in estimate._Weights.__dataclass_fields__ if field != "accented_words")  # noqa: SLF001


def main() -> None:
    """Print the error on each sample, and the time of a short text."""
    parser = argparse.ArgumentParser()
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("--catalogues", type=Path, default=Path("/usr/share/locale"))
    parser.add_argument("--fit", action="store_true")
    arguments = parser.parse_args()
    os.environ["TIKTOKEN_CACHE_DIR"] = str(arguments.data_dir)
    for encoding in get_args(EstimatedEncoding):
        exact = TiktokenCounter(encoding)
        print_errors(EstimateCounter(encoding), exact)
        if arguments.fit:
            print_fit(exact, arguments.catalogues)
    print_speed()


def print_errors(counter: EstimateCounter, exact: TiktokenCounter) -> None:
    """Print estimate over count for whole samples, and the lowest of their single lines."""
    print(f"\n{counter.name} against {exact.name}\n{'sample':<10} {'tokens':>6} {'whole':>7} {'lowest line':>12}")
    for path in sorted(SAMPLES.glob("*.txt")):
        text = path.read_text()
        lines = [line for line in text.splitlines() if exact.count(line) >= 10]
        lowest = min(counter.count(line) / exact.count(line) for line in lines)
        tokens = exact.count(text)
        print(f"{path.stem:<10} {tokens:>6} {counter.count(text) / tokens - 1:>+7.1%} {lowest - 1:>+12.1%}")


def print_fit(exact: TiktokenCounter, catalogues: Path) -> None:
    """Print the best free length and slope of each kind of piece in each language."""
    for language in LANGUAGES:
        seen: dict[int, Counter[str]] = {}
        for piece in estimate._PIECE.finditer(translations(catalogues, language)):  # noqa: SLF001 - what is fitted
            seen.setdefault(piece.lastindex or 0, Counter())[piece[0]] += 1
        for group, pieces in sorted(seen.items()):
            if len(pieces) >= 50:
                free, slope = best_line([(len(text), exact.count(text), n) for text, n in pieces.items()])
                print(
                    f"{language:<6} {KINDS[group - 1]:<16} pieces {pieces.total():>6}  free {free}  slope {slope:.3f}"
                )


def best_line(points: list[tuple[int, int, int]]) -> tuple[int, float]:
    """Return free length and slope with the least squared error; points are (length, tokens, occurrences)."""

    def squares(free: int) -> tuple[float, int, float]:
        beyond = [(max(0, length - free), tokens - 1, weight) for length, tokens, weight in points]
        below = sum(weight * x * x for x, _, weight in beyond)
        slope = sum(weight * x * y for x, y, weight in beyond) / below if below else 0.0
        return sum(weight * (y - slope * x) ** 2 for x, y, weight in beyond), free, slope

    _, free, slope = min(squares(free) for free in range(9))
    return free, slope


def translations(catalogues: Path, language: str, size: int = 100_000) -> str:
    """Return about `size` characters of sentences from the catalogues of one language, chosen at random."""
    found = list(sentences(catalogues / language / "LC_MESSAGES"))
    random.Random(3).shuffle(found)
    return "\n".join(found)[:size]


def sentences(directory: Path) -> Iterator[str]:
    """Yield translated texts without placeholders or markup."""
    for path in sorted(directory.glob("*.mo")):
        with path.open("rb") as file:
            catalogue: dict[object, object] = vars(gettext.GNUTranslations(file))["_catalog"]
        for source, text in catalogue.items():
            if source and isinstance(text, str) and text != source and len(text) > 15 and not {*"%<"} & {*text}:
                yield text


def print_speed() -> None:
    """Print the time of 200 characters of English."""
    counter = EstimateCounter()
    text = (SAMPLES / "english.txt").read_text()[:200]
    times: list[float] = []
    for _ in range(2_000):
        start = time.perf_counter()
        counter.count(text)
        times.append(time.perf_counter() - start)
    print(f"\n200 characters of English: median {sorted(times)[1_000] * 1e6:.1f} µs")


if __name__ == "__main__":
    main()
