"""What each signal of recall is worth: the retrieval tasks with other weights, side by side.

    python bench/ablation.py --data PATH [--task locomo,longmemeval_s] [--sets FILE] [--limit 200] [--enter]

Without `--sets`: the defaults, and each of `memlane.recall.weights.Weights` switched off in turn. FILE is a JSON
object, name → weights, e.g. `{"more session": {"session": 0.7}}`; what a set does not name keeps its default.
Conversations are taken in once and every question is asked with every set, by `recall` and `episodes`.

How sure a difference is: conversations fall into folds (one each where there are at most ten, else five), and each
figure comes with its range when one fold is left out, and with the number of folds in which the set is better and
worse than the first. `chosen` picks the best set on all folds but one and is scored on that one: what tuning by these
questions would bring on others.
"""

import argparse
import asyncio
import statistics
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from memlane.recall.signals import SIGNALS
from memlane.recall.weights import DEFAULT, Weights
from report import RESULTS, Report, Table, circumstances, enter, run_script, versions
from retrieval_data import Question, asked_conversations, gold, questions, scorer, tasks
from task_memory import empty_memory, ranked

_MOST_FOLDS = 10
_FOLDS = 5
_MEASURES = ("recall@5", "recall@10")
_UNITS = ("messages", "sessions")
_SETS = dict[str, Weights]
Ranked = dict[str, dict[str, dict[str, Any]]]
"""Ranked ids by set and question."""


class Fold(NamedTuple):
    """Some questions, and by set and measure their mean; nothing where none of them has gold."""

    questions: int
    means: dict[str, dict[str, float]]


def measure(options: argparse.Namespace) -> Report:
    """Run the tasks with every set, one report a task; return the last."""
    if not options.data:
        raise SystemExit("say where the tasks are: --data PATH")
    sets = read_sets(Path(options.sets)) if options.sets else switched_off()
    data = Path(options.data)
    reports: list[Report] = []
    for task in tasks(data, options.task):
        if reports:
            reports[-1].show()
        reports.append(_task(data, task, sets, options))
    if options.enter:
        enter(RESULTS, reports)
    return reports[-1]


def switched_off(weights: Weights = DEFAULT) -> _SETS:
    """Return the defaults, and for each weight the defaults without it: signals first, then the parts of a session."""
    fields = [field.name for field in msgspec.structs.fields(Weights)]
    names = sorted(fields, key=[signal.__name__ for signal in SIGNALS].__contains__, reverse=True)
    without = {f"without {name}": msgspec.structs.replace(weights, **{name: 0.0}) for name in names}
    return {"defaults": weights, **without}


def read_sets(path: Path) -> _SETS:
    """Return the defaults and the sets of a file.

    Raises:
        SystemExit: a set has a weight that there is not, or one that is no number.
    """
    known = {field.name for field in msgspec.structs.fields(Weights)}
    given = msgspec.json.decode(path.read_bytes(), type=dict[str, dict[str, float]])
    for name, weights in given.items():
        if unknown := sorted(set(weights) - known):
            raise SystemExit(f"{name}: no weight is called {unknown[0]}; there are: {', '.join(sorted(known))}")
    return {"defaults": DEFAULT, **{name: msgspec.structs.replace(DEFAULT, **own) for name, own in given.items()}}


def _task(data: Path, task: str, sets: _SETS, options: argparse.Namespace) -> Report:
    start = time.monotonic()
    chosen = questions(data, task, int(options.limit))
    lines = asyncio.run(_rank(data, task, chosen, sets, options))
    parts = folds(chosen)
    tables = [_table(unit, [_fold(data, task, part, lines, unit) for part in parts]) for unit in _UNITS]
    return Report(
        title=f"Ablation: {task}, embedder {options.embedder}",
        about=f"{len(chosen):,} questions in {len(parts)} folds; percent. The range is that of R@10 with one fold left "
        "out; better and worse count folds of R@10 beside the first row.",
        tables=tables,
        remarks=[circumstances("memlane bench ablation")],
        versions=versions("memlane"),
        seconds=time.monotonic() - start,
    )


async def _rank(data: Path, task: str, chosen: list[Question], sets: _SETS, options: argparse.Namespace) -> Ranked:
    lines: Ranked = {name: {} for name in sets}
    async with empty_memory(options.embedder, options.cache) as memory:
        for conversation, own in asked_conversations(data, task, chosen):
            async with memory.user(conversation) as user:
                for name, weights in sets.items():
                    async with memory.weighted(user, weights) as other:
                        lines[name] |= {question.id: (await ranked(other, question))[0] for question in own}
            print(f"{task}: {conversation['id']} done", file=sys.stderr)
    return lines


def folds(chosen: list[Question]) -> list[list[Question]]:
    """Return the questions in folds; those of one conversation stay together."""
    whole = list(dict.fromkeys(question.conversation for question in chosen))
    count = len(whole) if len(whole) <= _MOST_FOLDS else _FOLDS
    fold_of = {conversation: number % count for number, conversation in enumerate(whole)}
    return [[question for question in chosen if fold_of[question.conversation] == fold] for fold in range(count)]


def _fold(data: Path, task: str, part: list[Question], lines: Ranked, unit: str) -> Fold:
    score, wanted = scorer(data), gold(data, task, part)
    scored = {name: score(wanted, run)[unit].get("all", {}) for name, run in lines.items()}
    count = int(next(iter(scored.values())).get("n", 0))
    return Fold(count, {name: {m: row[m] for m in _MEASURES} if row else {} for name, row in scored.items()})


def _table(unit: str, parts: list[Fold]) -> Table:
    header = ["", "R@5", "R@10", "R@10, one fold out", "better", "worse"]
    used = [part for part in parts if part.questions]
    if not used:
        return Table(f"{unit.capitalize()}: no question has gold", header, [])
    names = list(used[0].means)
    rows = [_row(name, used, names[0]) for name in names]
    if len(used) > 1:
        rows.append(["chosen on the other folds", "", f"{100 * chosen_elsewhere(used):.1f}", "", "", ""])
    return Table(unit.capitalize(), header, rows)


def _row(name: str, parts: list[Fold], first: str) -> list[str]:
    shares = [f"{100 * mean(parts, name, measure):.1f}" for measure in _MEASURES]
    tens = [(part.means[name]["recall@10"], part.means[first]["recall@10"]) for part in parts]
    better, worse = sum(own > other for own, other in tens), sum(own < other for own, other in tens)
    return [name, *shares, _range(name, parts), str(better), str(worse)]


def _range(name: str, parts: list[Fold]) -> str:
    if len(parts) == 1:
        return ""
    left_out = [mean([*parts[:number], *parts[number + 1 :]], name, "recall@10") for number in range(len(parts))]
    return f"{100 * min(left_out):.1f} to {100 * max(left_out):.1f}"


def mean(parts: list[Fold], name: str, measure: str) -> float:
    """Return the mean over the questions of all these folds."""
    values, counts = [part.means[name][measure] for part in parts], [part.questions for part in parts]
    return statistics.fmean(values, weights=counts)


def chosen_elsewhere(parts: list[Fold]) -> float:
    """Return recall@10 where each fold is scored with the set that is best on all the others."""
    total = 0.0
    for number, part in enumerate(parts):
        others = [*parts[:number], *parts[number + 1 :]]
        best = max(part.means, key=lambda name: mean(others, name, "recall@10"))
        total += part.means[best]["recall@10"] * part.questions
    return total / sum(part.questions for part in parts)


if __name__ == "__main__":
    run_script(
        __doc__ or "",
        ["data=", "task=all", "limit=0", "sets=", "embedder=local", "cache=default", "enter=flag"],
        measure,
    )
