"""Score recall on retrieval tasks, through the public API alone.

    python bench/retrieval.py --data PATH [--task all|locomo,…] [--limit 100] [--embedder local] [--cache FILE|none]

Each conversation is restored for a user of its own, indexed, and asked its questions by `user.recall` and
`user.episodes`. Four files a task go to `--out`: the run (ranked ids), scores by kind as the data's own score.py gives
them, measures a question, and the machine. A whole task is entered into bench/results.md; a limited one is only
printed.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from report import RESULTS, Report, Table, circumstances, enter, machine, ms, run_script, versions
from retrieval_data import Question, Scores, asked_conversations, gold, questions, reference_rows, scorer, tasks
from task_memory import empty_memory, ranked

_MEASURES = {
    "messages": {"recall@1": "R@1", "recall@5": "R@5", "recall@10": "R@10", "all@10": "all@10", "ndcg@10": "nDCG@10"},
    "sessions": {
        "recall@1": "R@1",
        "recall@5": "R@5",
        "recall@10": "R@10",
        "all@10": "all@10",
        "any@5": "any@5",
        "ndcg@10": "nDCG@10",
    },
}


class Run(msgspec.Struct):
    """What one task returned and took."""

    lines: list[dict[str, Any]] = []
    messages: int = 0
    restore_s: float = 0.0
    index_s: float = 0.0
    from_cache: bool = False
    recall_ms: list[float] = []


def measure(options: argparse.Namespace) -> Report:
    """Run the tasks asked for, one report a task; return the last."""
    if not options.data:
        raise SystemExit("say where the tasks are: --data PATH")
    data, limit = Path(options.data), int(options.limit)
    reports: list[Report] = []
    for task in tasks(data, options.task):
        if reports:
            reports[-1].show()
        reports.append(_task(data, task, limit, options))
        if not limit:
            enter(Path(options.results), reports[-1:])
    return reports[-1]


def _task(data: Path, task: str, limit: int, options: argparse.Namespace) -> Report:
    start, facts, told = time.monotonic(), machine(), circumstances("memlane bench retrieval")
    chosen = questions(data, task, limit)
    run = asyncio.run(_run(data, task, chosen, options))
    score, wanted = scorer(data), gold(data, task, chosen)
    by_question = {line["question"]: line for line in run.lines}
    taken = {line["question"]: round(each, 3) for line, each in zip(run.lines, run.recall_ms, strict=True)}
    scores = score(wanted, by_question)
    name = f"{task}.{options.embedder.replace(':', '-').replace('/', '-')}"
    files = Files(Path(options.out or Path(tempfile.gettempdir()) / "memlane-retrieval"), name)
    files.write_lines("run", run.lines)
    measured = [_measured(question, score, by_question) for question in wanted]
    files.write_lines("questions", [{**each, "recall_ms": taken.get(each["id"])} for each in measured])
    files.write("scores", {"task": task, "embedder": options.embedder, "questions": len(chosen), "scores": scores})
    files.write("machine", {"date": f"{datetime.now(UTC):%Y-%m-%d}", "arguments": sys.argv[1:], **facts, **_versions()})
    report = _report(data, task, scores, run)
    report.remarks += [_embedded(options.embedder, run), told]
    report.title = f"Retrieval: {task}, embedder {options.embedder}"
    report.seconds = time.monotonic() - start
    return report


class Files:
    """The files of one task: `FOLDER/NAME.WHAT.json` and `….jsonl`."""

    def __init__(self, folder: Path, name: str) -> None:
        """Make the folder."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._name = folder, name

    def write(self, what: str, value: Any) -> None:
        """Write one document and say where."""
        self._put(f"{what}.json", msgspec.json.format(msgspec.json.encode(value)))

    def write_lines(self, what: str, values: list[dict[str, Any]]) -> None:
        """Write a document a line and say where."""
        self._put(f"{what}.jsonl", b"".join(msgspec.json.encode(value) + b"\n" for value in values))

    def _put(self, what: str, text: bytes) -> None:
        path = self._folder / f"{self._name}.{what}"
        path.write_bytes(text)
        print(f"{what}: {path}")


def _measured(question: dict[str, Any], score: Any, by_question: dict[str, Any]) -> dict[str, Any]:
    """Return the measures of one question; a unit without gold has none."""
    scores = score([question], by_question)
    own = {unit: kinds["all"] for unit, kinds in scores.items() if "all" in kinds}
    about = {name: question.get(name) for name in ("id", "conversation", "kind")}
    return {**about, **own}


async def _run(data: Path, task: str, chosen: list[Question], options: argparse.Namespace) -> Run:
    run = Run()
    async with empty_memory(options.embedder, options.cache, options.store) as memory:
        for conversation, own in asked_conversations(data, task, chosen):
            async with memory.user(conversation) as user:
                for question in own:
                    line, taken = await ranked(user, question)
                    run.lines.append(line)
                    run.recall_ms.append(taken)
            print(f"{task}: {len(run.lines)} of {len(chosen)} questions", file=sys.stderr)
        run.messages, run.restore_s, run.index_s = memory.messages, memory.restore_s, memory.index_s
        run.from_cache = memory.from_cache
    return run


def _report(data: Path, task: str, scores: Scores, run: Run) -> Report:
    header = ["messages", "restore s", "index s", "recall p50 ms"]
    speed = [f"{run.messages:,}", f"{run.restore_s:.1f}", f"{run.index_s:.1f}", ms(statistics.median(run.recall_ms))]
    import_table = Table("As `memlane import`", header, [speed])
    return Report(
        title="",
        about=f"{len(run.lines):,} questions by `user.recall` and `user.episodes`, one set of defaults. The rows below "
        "Memlane's are those that come with the data. Percent.",
        tables=[*(_scores(data, task, unit, scores) for unit in _MEASURES), import_table],
        versions=_versions(),
    )


def _embedded(embedder: str, run: Run) -> str:
    if embedder == "none":
        return "No embedder: words alone."
    cached = "some vectors came from a cache of an earlier run" if run.from_cache else "every text was embedded"
    return f"The index is what embedding takes; {cached}. A recall embeds its question."


def _versions() -> dict[str, str]:
    return versions("memlane", "onnxruntime")


def _scores(data: Path, task: str, unit: str, scores: Scores) -> Table:
    measures = _MEASURES[unit]
    kinds = scores[unit]
    rows = [
        [f"Memlane, {kind} ({row['n']:,})", *(f"{100 * row[name]:.1f}" for name in measures)]
        for kind, row in kinds.items()
    ]
    return Table(unit.capitalize(), ["", *measures.values()], [*rows, *reference_rows(data, unit, task)])


if __name__ == "__main__":
    run_script(
        __doc__ or "",
        [
            "data=",
            "task=all",
            "limit=0",
            "embedder=local",
            "cache=default",
            "out=",
            "store=",
            f"results={RESULTS}",
        ],
        measure,
    )
