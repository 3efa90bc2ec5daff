"""How far the token estimate is from the tokenizers, and how fast it is.

    python bench/token_estimate.py DATA_DIR [--write] [--fit CATALOGUES]

DATA_DIR is what TIKTOKEN_CACHE_DIR would name: a directory with tiktoken's files of o200k_base and cl100k_base, such as
`litellm/litellm_core_utils/tokenizers` in the wheel of litellm. With tokenizers of open models beside them `generic` is
measured too: `qwen.tiktoken` (in the wheel of dashscope), `llama3.model` (`llama3/tokenizer.model` in llama-models) and
`tekken.json` (`data/tekken_240911.json` in mistral-common). What is not there is named and left out. Claude is never
measured: there is no tokenizer of it.

The error is measured on texts that no weight is fitted to: `bench/token_samples/held_out`, written for this (and looked
at once before the last levelling), and of the standard library the sources and the chapters of its reference that ship
as text (`pydoc_data`). The
spread is that of their paragraphs. `--write` puts what came out into `memlane/adapters/counters/measured.py`. `--fit`
prints what the weights were made from: for each kind of piece and language the slope and free length that fit best,
from the catalogues of translations under a directory, such as unpacked wheels of Django and Sphinx.
"""

import argparse
import base64
import gettext
import json
import os
import random
import re
import sysconfig
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from pydoc_data import topics
from typing import TypeAlias, get_args

import tiktoken

from memlane.adapters.counters import estimate
from memlane.adapters.counters import measured as measured_errors
from memlane.adapters.counters._weights import PieceKind
from memlane.adapters.counters.estimate import EstimateCounter
from memlane.adapters.counters.measured import Measured
from memlane.adapters.counters.tiktoken import TiktokenCounter

Count: TypeAlias = Callable[[str], int]

SAMPLES = Path(__file__).parent / "token_samples"
PARAGRAPH = 25
_MEASURED_WITH: dict[str, tuple[str, ...]] = {
    "o200k": ("o200k_base",),
    "cl100k": ("cl100k_base",),
    "generic": ("qwen", "llama3", "tekken"),
}
_STANDARD = ("argparse", "ast", "csv", "dataclasses", "decimal", "heapq", "mailbox", "shutil", "tarfile", "zipfile")
# The pattern of GPT-4, which Llama 3 has too; that of Qwen differs in taking digits one by one.
_PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def main() -> None:
    """Print the error of each family on each text, and the time of a short text."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--fit", type=Path, metavar="CATALOGUES")
    arguments = parser.parse_args()
    os.environ["TIKTOKEN_CACHE_DIR"] = str(arguments.data_dir)
    exact = tokenizers(arguments.data_dir)
    for name in sorted({*chain(*_MEASURED_WITH.values())} - exact.keys()):
        print(f"{name} is not measured: no such file in {arguments.data_dir}")
    errors = {
        family: measure(family, {name: exact[name] for name in names if name in exact})
        for family, names in _MEASURED_WITH.items()
    }
    for family, names in _MEASURED_WITH.items():
        print_errors(f"{EstimateCounter(family).name} against {', '.join(names)}", errors[family])
    if arguments.write:
        write(errors)
    if arguments.fit:
        for language in sorted({path.parts[-3] for path in arguments.fit.rglob("LC_MESSAGES/*.mo")}):
            print_fit(exact, arguments.fit, language)
    print_speed()


def tokenizers(directory: Path) -> dict[str, Count]:
    """Return the tokenizers whose files are there."""
    found: dict[str, Count] = {name: TiktokenCounter(name).count for name in ("o200k_base", "cl100k_base")}
    for name, file, read in (
        ("qwen", "qwen.tiktoken", lambda path: (_PATTERN.replace("{1,3}", ""), _ranks(path))),
        ("llama3", "llama3.model", lambda path: (_PATTERN, _ranks(path))),
        ("tekken", "tekken.json", _tekken),
    ):
        if (directory / file).exists():
            pattern, ranks = read(directory / file)
            encoding = tiktoken.Encoding(name, pat_str=pattern, mergeable_ranks=ranks, special_tokens={})
            found[name] = TiktokenCounter(encoding).count
    return found


def _ranks(path: Path) -> dict[bytes, int]:
    lines = (line.split() for line in path.read_bytes().splitlines() if line.strip())
    return {base64.b64decode(token): int(rank) for token, rank in lines}


def _tekken(path: Path) -> tuple[str, dict[bytes, int]]:
    held = json.loads(path.read_text())
    config = held["config"]
    count = config["default_vocab_size"] - config["default_num_special_tokens"]
    return config["pattern"], {base64.b64decode(item["token_bytes"]): item["rank"] for item in held["vocab"][:count]}


def texts() -> dict[str, list[str]]:
    """Return the texts to measure on, each as its paragraphs."""
    held_out = {path.stem: path.read_text().splitlines() for path in sorted((SAMPLES / "held_out").glob("*.txt"))}
    for name in ("code", "json"):  # their lines mean little alone
        held_out[name] = ["\n".join(held_out[name][at : at + 8]) for at in range(0, len(held_out[name]), 8)]
    library = Path(sysconfig.get_path("stdlib"))
    sources = [(library / f"{name}.py").read_text() for name in _STANDARD]
    held_out["stdlib sources"] = [part for source in sources for part in re.split(r"\n(?=class |def )", source)]
    chapters = (topics.topics[name] for name in sorted(topics.topics))
    held_out["stdlib reference"] = [part for chapter in chapters for part in chapter.split("\n\n")]
    return held_out


def measure(family: str, exact: dict[str, Count]) -> dict[str, Measured]:
    """Return the error of a family on each text, over all its tokenizers."""
    counter, found = EstimateCounter(family), dict[str, Measured]()
    for name, parts in texts().items() if exact else ():
        each = [measured(counter, count, parts) for count in exact.values()]
        mean = sum(error.mean for error in each) / len(each)
        tokens = max(error.tokens for error in each)
        lowest, highest = min(error.lowest for error in each), max(error.highest for error in each)
        found[name] = Measured(tokens, round(mean, 3), lowest, highest)
    return found


def measured(counter: EstimateCounter, exact: Count, parts: list[str]) -> Measured:
    """Return the error on all paragraphs together, and the lowest and highest of those of 25 tokens and more."""
    counts = [(counter.count(part), exact(part)) for part in parts if part]
    single = [guess / tokens - 1 for guess, tokens in counts if tokens >= PARAGRAPH]
    tokens = sum(tokens for _, tokens in counts)
    mean = sum(guess for guess, _ in counts) / tokens - 1
    return Measured(tokens, mean, round(min(single), 3), round(max(single), 3))


def print_errors(title: str, errors: dict[str, Measured]) -> None:
    """Print estimate over count for each text."""
    print(f"\n{title}\n{'text':<18} {'tokens':>7} {'mean':>7} {'lowest':>7} {'highest':>8}")
    for text, error in errors.items():
        print(f"{text:<18} {error.tokens:>7} {error.mean:>+7.1%} {error.lowest:>+7.1%} {error.highest:>+8.1%}")


def write(errors: dict[str, dict[str, Measured]]) -> None:
    """Put the errors into the module that states them."""
    path = Path(measured_errors.__file__)
    head = path.read_text().partition("MEASURED: Final")[0]
    lines = [
        f"    {family!r}: {{\n"
        + "".join(f"        {text!r}: {error!r},\n" for text, error in found.items())
        + "    },\n"
        for family, found in errors.items()
    ]
    written = head + "MEASURED: Final[dict[str, dict[str, Measured]]] = {\n" + "".join(lines) + "}\n"
    path.write_text(
        written.replace("'", '"')
        .replace("tokens=", "")
        .replace("mean=", "")
        .replace("lowest=", "")
        .replace("highest=", "")
    )


def print_fit(exact: dict[str, Count], catalogues: Path, language: str) -> None:
    """Print the best free length and slope of each kind of piece in a language."""
    seen: dict[str, Counter[str]] = {}
    for piece in estimate._PIECE.finditer(translations(catalogues, language)):  # noqa: SLF001 - what is fitted
        seen.setdefault(get_args(PieceKind)[(piece.lastindex or 1) - 1], Counter())[piece[0]] += 1
    for kind, pieces in seen.items():
        if pieces.total() >= 200:
            for encoding in ("o200k_base", "cl100k_base"):
                free, slope = best_line([(len(text), exact[encoding](text), n) for text, n in pieces.items()])
                found = f"pieces {pieces.total():>6}  free {free}  slope {slope:.3f}"
                print(f"{language:<8} {kind:<17} {encoding:<11} {found}")


def best_line(points: list[tuple[int, int, int]]) -> tuple[int, float]:
    """Return free length and slope with the least squared error; points are (length, tokens, occurrences)."""

    def squares(free: int) -> tuple[float, int, float]:
        beyond = [(max(0, length - free), tokens - 1, weight) for length, tokens, weight in points]
        below = sum(weight * x * x for x, _, weight in beyond)
        slope = sum(weight * x * y for x, y, weight in beyond) / below if below else 0.0
        return sum(weight * (y - slope * x) ** 2 for x, y, weight in beyond), free, slope

    _, free, slope = min(squares(free) for free in range(9))
    return free, slope


def translations(catalogues: Path, language: str, size: int = 60_000) -> str:
    """Return about `size` characters of sentences from the catalogues of one language, chosen at random."""
    found = list(sentences(catalogues, language))
    random.Random(3).shuffle(found)
    return "\n".join(found)[:size]


def sentences(catalogues: Path, language: str) -> Iterator[str]:
    """Yield translated texts without placeholders or markup."""
    for path in sorted(catalogues.rglob(f"{language}/LC_MESSAGES/*.mo")):
        with path.open("rb") as file:
            catalogue: dict[object, object] = vars(gettext.GNUTranslations(file))["_catalog"]
        for source, text in catalogue.items():
            if source and isinstance(text, str) and text != source and len(text) > 15 and not {*"%<{"} & {*text}:
                yield text


def print_speed() -> None:
    """Print the time of 200 characters of English."""
    counter = EstimateCounter()
    text = (SAMPLES / "held_out" / "english.txt").read_text()[:200]
    times: list[float] = []
    for _ in range(2_000):
        start = time.perf_counter()
        counter.count(text)
        times.append(time.perf_counter() - start)
    print(f"\n200 characters of English: median {sorted(times)[1_000] * 1e6:.1f} µs")


if __name__ == "__main__":
    main()
