"""How often the patterns for facts are right, and how much they find, on labelled messages.

    python bench/facts.py [--misses] [--confidence]

The messages are made up and stand in `tests/data/facts`, a file a language. A message belongs to the held-out half when
the CRC-32 of its text is odd; patterns are tuned on the other half only. `--misses` lists what is wrong on that one;
nothing lists the held-out half. `--confidence` prints the table that `memlane.derive.patterns.confidence` keeps.
"""

import argparse
import time
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from memlane.derive.patterns.extract import said_in
from memlane.derive.said import Said
from report import Report, Table, run_script, versions

DATA = Path(__file__).resolve().parent.parent / "tests" / "data" / "facts"
SAID_AT = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
HALVES = ("dev", "held-out")


class Labelled(NamedTuple):
    """A message, and what it says: `home=bergen`, `-sister/home=oslo` for what ended; in small letters."""

    text: str
    facts: frozenset[str]
    half: str


class Score(NamedTuple):
    """How many facts were right, wrong and missed."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """Of what was found, the share that is right; 1 where nothing was found."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """Of what is to be found, the share that was; 1 where there is nothing."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0


class Outcome(NamedTuple):
    """One fact, labelled or found."""

    language: str
    half: str
    attribute: str
    verdict: str
    fact: str
    text: str


def labelled(language: str) -> Iterator[Labelled]:
    """Yield the labelled messages of a language."""
    for line in (DATA / f"{language}.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            text, _, facts = line.partition(" =>")
            text = text.replace("\\n", "\n")
            half = HALVES[zlib.crc32(text.encode()) % 2]
            yield Labelled(text, frozenset(one.strip().casefold() for one in facts.split(";") if one.strip()), half)


def written(said: Said) -> str:
    """Return what was found as it is labelled."""
    subject = "" if said.subject == "user" else f"{said.subject}/"
    return f"{'-' if said.ends else ''}{subject}{said.attribute}={said.value}".casefold()


def outcomes(languages: Iterable[str]) -> Iterator[Outcome]:
    """Yield every fact that is labelled or found: `right`, `wrong` or `missed`."""
    for language in languages:
        for one in labelled(language):
            found = {written(said) for said in said_in(one.text, said_at=SAID_AT)}
            for fact in sorted(one.facts | found):
                verdict = "missed" if fact not in found else "right" if fact in one.facts else "wrong"
                yield Outcome(language, one.half, attribute_of(fact), verdict, fact, one.text)


def attribute_of(fact: str) -> str:
    """Return the attribute of a fact as it is labelled, without what stands behind a colon."""
    return fact.lstrip("-").partition("=")[0].rpartition("/")[2].partition(":")[0]


def score(found: Iterable[Outcome]) -> Score:
    """Count verdicts."""
    counts = Counter(one.verdict for one in found)
    return Score(counts["right"], counts["wrong"], counts["missed"])


def languages() -> list[str]:
    """Return the languages that have labelled messages."""
    return sorted(path.stem for path in DATA.glob("*.txt"))


def measure(options: argparse.Namespace) -> Report:
    """Score all languages on both halves."""
    started = time.perf_counter()
    found = list(outcomes(languages()))
    if options.misses:
        for one in found:
            if one.half == "dev" and one.verdict != "right":
                print(f"{one.language} {one.verdict:<6} {one.fact:<40} {one.text!r}")
    if options.confidence:
        print_confidence(found)
    by_language = [[name, *_cells([one for one in found if one.language == name], name)] for name in languages()]
    attributes = sorted({one.attribute for one in found})
    by_attribute = [[name, *_cells([one for one in found if one.attribute == name])] for name in attributes]
    return Report(
        "Facts without a model",
        "Precision and recall of the patterns on labelled messages; the patterns were tuned on `dev`. Both halves and "
        "the patterns are by one author, which flatters the held-out half too.",
        [
            Table("By language", [*_HEADER[:1], "messages", *_HEADER[1:]], by_language),
            Table("By attribute, all languages", _HEADER, by_attribute),
        ],
        versions=versions("memlane"),
        seconds=time.perf_counter() - started,
    )


_HEADER = ["", *(f"{half} {what}" for half in HALVES for what in ("facts", "precision", "recall"))]


def _cells(found: list[Outcome], language: str = "") -> list[str]:
    cells = [str(sum(1 for _ in labelled(language)))] if language else []
    for half in HALVES:
        one = score(outcome for outcome in found if outcome.half == half)
        cells += [str(one.right + one.missed), f"{one.precision:.1%}", f"{one.recall:.1%}"]
    return cells


def print_confidence(found: Iterable[Outcome]) -> None:
    """Print the table of confidences."""
    for name, value in confidences(found).items():
        print(f'    "{name}": {value:.2f},')


def confidences(found: Iterable[Outcome]) -> dict[str, float]:
    """Return by attribute the precision on the held-out half with one success and one failure added (Laplace)."""
    held_out = [one for one in found if one.half == "held-out"]
    scores = {name: score(one for one in held_out if one.attribute == name) for name in {o.attribute for o in held_out}}
    return {name: (one.right + 1) / (one.right + one.wrong + 2) for name, one in sorted(scores.items())}


if __name__ == "__main__":
    run_script(__doc__ or "", ["misses=flag", "confidence=flag"], measure)
