"""The local embedder beside other runtimes of the same model, at their best: CTranslate2 and OpenVINO.

    python bench/embedder_runtimes.py [--rounds 7] [--enter]

Each runs in a process of its own and answers in turns with the others. All get the same texts, cut into the same
tokens and sorted by their number; Memlane makes the batches that it always makes, the others get the batch (and, with
two threads, the way of using them) that a trial found fastest for them. Texts are random words of the tokenizer's own
vocabulary: only their number of tokens matters.
"""

import argparse
import contextlib
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any, NamedTuple

from embedder_process import EmbedderProcess, least_cosine
from environments import alternative_python
from measure import Timing, interleaved
from memlane.adapters.embedders._minilm_files import TOKENIZER, find_model
from report import RESULTS, Report, Table, Target, circumstances, enter, ms, run_script, versions
from workers import WorkerFailedError

_OURS = "Memlane (ONNX Runtime, float32)"
_RIVALS = {
    "CTranslate2, float32": ("ctranslate2", "float32"),
    "OpenVINO, float32": ("openvino", "f32"),
    "CTranslate2, int8": ("ctranslate2", "int8"),
    "OpenVINO, bf16": ("openvino", "bf16"),
}
_PACKAGES = ("onnxruntime", "ctranslate2", "openvino", "tokenizers", "numpy")
_BATCHES = (1, 4, 8, 16, 32)
_TRIALS = 2
_SAME_WORK = 0.9999
_MOST_TIMES = 1.3
_ALONE, _LONG = "a question alone", "long texts"
_WHY = {
    (2, _ALONE): "Memlane runs a question on one thread. With a second one ONNX Runtime took 0.9 to 1.2 times as long "
    "where its threads may not spin and 1.8 to 2.6 times where they may, with 8 to 40 tokens and other work beside it.",
    (2, _LONG): "eight texts are one job of Memlane's, so that one of its two threads has nothing to do.",
}
_MARKS = 2  # the tokens that stand before and after every text


class Way(NamedTuple):
    """How a runtime uses its threads: batches beside each other, and threads a batch."""

    lanes: int
    threads: int


_WAYS = {1: (Way(1, 1),), 2: (Way(2, 1), Way(1, 2))}


class Runner(NamedTuple):
    """A process, the way it was started, and the batch it is given."""

    process: EmbedderProcess
    way: Way
    batch: int = 1


Runners = dict[str, list[Runner]]
"""By name, a process for each way."""


class Found(NamedTuple):
    """What one set of texts told: timings and the batch by name, and the least cosine to Memlane's vectors."""

    texts: int
    timings: dict[str, Timing]
    chosen: dict[str, Runner]
    cosines: dict[str, float]
    memory_mb: dict[str, float]


def measure(options: argparse.Namespace) -> Report:
    """Measure with one thread, then with two."""
    start, told = time.monotonic(), circumstances("python bench/embedder_runtimes.py")
    sets = made_up_texts()
    tables: list[Table] = []
    targets: list[Target] = []
    failed: dict[str, str] = {}
    for threads, ways in _WAYS.items():
        with _started(ways, failed) as runners:
            found = {name: _measured(runners, name, texts, int(options.rounds)) for name, texts in sets.items()}
        tables.append(_table(_heading(threads), found))
        targets += [_target(threads, name, found) for name in found]
    report = Report(
        title="The local embedder beside other runtimes",
        about=f"all-MiniLM-L6-v2, the same weights, tokens and order. {_described(sets)} Milliseconds a text, the "
        "median of rounds; in brackets how many times as long as Memlane, the median of the rounds' quotients. Batches "
        "are those that a trial found fastest, in texts; with two threads also whether two batches ran beside each "
        "other (lanes) or two threads worked on one.",
        tables=tables,
        targets=targets,
        remarks=[*(f"{name}: not measured, {reason}." for name, reason in failed.items()), told],
        versions=_versions(),
        seconds=time.monotonic() - start,
    )
    if options.enter:
        enter(RESULTS, [report])
    return report


def made_up_texts() -> dict[str, list[str]]:
    """Return the sets of texts by name; the lengths of chat turns are log-normal with a mean of 40 tokens."""
    draw = random.Random(7)
    vocabulary = json.loads((find_model(None) / TOKENIZER).read_text(encoding="utf-8"))["model"]["vocab"]
    words = [word for word in vocabulary if len(word) > 2 and word.isascii() and word.isalpha()]

    def text(tokens: float) -> str:
        return " ".join(draw.choices(words, k=max(1, round(tokens) - _MARKS)))

    return {
        _ALONE: [text(10)],
        "questions": [text(draw.randint(7, 13)) for _ in range(48)],
        "chat turns": [text(min(200, draw.lognormvariate(3.47, 0.65))) for _ in range(48)],
        _LONG: [text(256) for _ in range(8)],
    }


def _described(sets: dict[str, list[str]]) -> str:
    means = {name: statistics.fmean(len(text.split()) + _MARKS for text in texts) for name, texts in sets.items()}
    parts = [f"{name}: {len(texts)} of {means[name]:.0f} tokens" for name, texts in sets.items()]
    return "; ".join(parts).capitalize() + " on average."


@contextlib.contextmanager
def _started(ways: tuple[Way, ...], failed: dict[str, str]) -> Generator[Runners]:
    """Start every runtime in every way; one that fails is left out with its reason."""
    python = str(alternative_python("runtimes"))
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        log = Path(folder) / "log"

        def start(command: tuple[str, str, str], way: Way) -> Runner:
            program, runtime, numbers = command
            process = EmbedderProcess(program, runtime, log, lanes=way.lanes, threads=way.threads, numbers=numbers)
            stack.enter_context(process.worker)
            return Runner(process, way)

        runners: Runners = {_OURS: [start((sys.executable, "memlane", "float32"), ways[0])]}
        for name, (runtime, numbers) in _RIVALS.items():
            try:
                runners[name] = [start((python, runtime, numbers), way) for way in ways]
            except WorkerFailedError as exc:
                failed[name] = str(exc).removeprefix("RuntimeError: ")
        yield runners


def _measured(runners: Runners, name: str, texts: list[str], rounds: int) -> Found:
    is_query = name == _ALONE
    chosen = {_OURS: runners[_OURS][0]}
    chosen |= {rival: fastest(own, texts, is_query=is_query) for rival, own in runners.items() if rival != _OURS}
    blocks = {who: runner.process.block(texts, batch=runner.batch, is_query=is_query) for who, runner in chosen.items()}
    timings = interleaved(blocks, rounds=rounds, calls=20 if is_query else 1)
    seen = {who: runner.process.embed(texts, batch=runner.batch, is_query=is_query) for who, runner in chosen.items()}
    ours = seen[_OURS]["vectors"]
    cosines = {who: least_cosine(ours, each["vectors"]) for who, each in seen.items()}
    return Found(len(texts), timings, chosen, cosines, {who: each.get("rss_mb", 0.0) for who, each in seen.items()})


def fastest(own: list[Runner], texts: list[str], *, is_query: bool) -> Runner:
    """Return the way and the batch with the fastest trial; the first call of each is not counted."""
    candidates = [runner._replace(batch=size) for runner in own for size in _BATCHES if size <= len(texts)]

    def trial(runner: Runner) -> float:
        taken = runner.process.embed(texts, batch=runner.batch, is_query=is_query, calls=1 + _TRIALS)["ms"]
        return min(taken[1:])

    return min(candidates, key=trial)


def _table(heading: str, found: dict[str, Found]) -> Table:
    names = list(next(iter(found.values())).timings)
    rows = [
        [
            name,
            *(_cell(name, each) for each in found.values()),
            ", ".join(_how(each.chosen[name]) for each in found.values() if each.texts > 1) if name != _OURS else "own",
            f"{_least(name, found):.4f}",
            f"{max(each.memory_mb[name] for each in found.values()):.0f}",
        ]
        for name in names
    ]
    return Table(heading, ["", *found, "batches", "least cosine", "memory MiB"], rows)


def _cell(name: str, found: Found) -> str:
    times = found.timings[name].times(found.timings[_OURS])
    return f"{ms(found.timings[name].p50_ms / found.texts)} ({times:.2f})"


def _how(runner: Runner) -> str:
    lanes, threads = runner.way
    if lanes == threads:
        return str(runner.batch)
    return f"{runner.batch} on {lanes} lanes" if lanes > 1 else f"{runner.batch} on {threads} threads"


def _least(name: str, found: dict[str, Found]) -> float:
    return min(each.cosines[name] for each in found.values())


def _target(threads: int, name: str, found: dict[str, Found]) -> Target:
    what = f"{_heading(threads)}, {name}: times as long as the fastest with the same vectors"
    times = slowest_quotient(found[name], found)
    return Target(what, times, _MOST_TIMES, remark=_WHY.get((threads, name), ""))


def _heading(threads: int) -> str:
    return f"{threads} thread{'s' * (threads > 1)}"


def slowest_quotient(one: Found, found: dict[str, Found], *, ours: str = _OURS) -> float:
    """Return how many times as long as the fastest we took, of those with the same vectors as ours in every set."""
    same = [name for name in one.timings if name != ours and _least(name, found) >= _SAME_WORK]
    return max(one.timings[ours].times(one.timings[name]) for name in same)


def _versions() -> dict[str, str]:
    """Return the versions of the environment in which the others run, and our runtime's own."""
    code = f"import json; from report import versions; print(json.dumps(versions(*{_PACKAGES!r})))"
    folder = Path(__file__).parent
    done = subprocess.run(
        [str(alternative_python("runtimes")), "-c", code], cwd=folder, check=True, capture_output=True, text=True
    )
    theirs: dict[str, Any] = json.loads(done.stdout)
    return {**theirs, **versions("onnxruntime")}


if __name__ == "__main__":
    run_script(__doc__ or "", ["rounds=7", "enter=flag"], measure)
