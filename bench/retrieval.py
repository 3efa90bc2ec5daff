"""Score recall on retrieval tasks, through the public API alone.

    python bench/retrieval.py --data PATH [--task locomo] [--limit 100] [--embedder local] [--cache FILE]

Each conversation is restored for a user of its own, indexed, and asked its questions by `user.recall` and
`user.episodes`. What they return is written as run files and scored by the data's own score.py. A whole task is
entered into bench/results.md; a limited one is only printed.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

import memlane
from embedding_cache import CachedEmbedder
from memlane.wiring.embedders import open_embedder
from report import RESULTS, Report, Table, enter, ms, run_script, versions
from retrieval_data import Question, Scores, conversations, gold, questions, reference_rows, scorer

_DEPTH = 50
_TASKS = ("locomo", "longmemeval_s")
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
    import_s: float = 0.0
    index_s: float = 0.0
    from_cache: bool = False
    recall_ms: list[float] = []


def measure(options: argparse.Namespace) -> Report:
    """Run the tasks asked for, one report a task; return the last."""
    if not options.data:
        raise SystemExit("say where the tasks are: --data PATH")
    data, limit = Path(options.data), int(options.limit)
    tasks = _TASKS if options.task == "all" else (options.task,)
    reports = [_task(data, task, limit, options) for task in tasks]
    for report in reports[:-1]:
        report.show()
    if not limit:
        enter(RESULTS, reports)
    return reports[-1]


def _task(data: Path, task: str, limit: int, options: argparse.Namespace) -> Report:
    start = time.monotonic()
    chosen = questions(data, task, limit)
    run = asyncio.run(_run(data, task, chosen, options))
    folder = Path(options.out) if options.out else Path(tempfile.gettempdir()) / "memlane-retrieval"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{task}.{options.embedder.replace(':', '-')}.jsonl"
    path.write_bytes(b"\n".join(msgspec.json.encode(line) for line in run.lines))
    scores = scorer(data)(gold(data, task, chosen), {line["question"]: line for line in run.lines})
    report = _report(data, task, scores, run)
    report.title = f"Retrieval: {task}, embedder {options.embedder}"
    report.seconds = time.monotonic() - start
    print(f"run file: {path}")
    return report


async def _run(data: Path, task: str, chosen: list[Question], options: argparse.Namespace) -> Run:
    asked: dict[str, list[Question]] = {}
    for question in chosen:
        asked.setdefault(question.conversation, []).append(question)
    embedder = open_embedder(options.embedder)
    used = CachedEmbedder(embedder, Path(options.cache)) if embedder and options.cache else embedder
    run = Run()
    with tempfile.TemporaryDirectory() as folder:
        url = options.store or f"sqlite:///{Path(folder) / 'memory.db'}?synchronous=normal"
        async with memlane.connect_async(url, embedder=used) as memory:
            for conversation in conversations(data, task):
                if conversation["id"] in asked:
                    user = memory.user(conversation["id"], tenant=f"bench {task}")
                    await _import(user, conversation, Path(folder), run)
                    await _ask(user, asked[conversation["id"]], run)
    run.from_cache = isinstance(used, CachedEmbedder) and used.hits > 0
    for opened in (used, embedder):
        if opened:
            await opened.aclose()
    return run


async def _import(user: memlane.AsyncUser, conversation: dict[str, Any], folder: Path, run: Run) -> None:
    """Do what `memlane import` does: restore the file, then give every message its vector."""
    path = folder / "conversation.json"
    path.write_bytes(msgspec.json.encode(conversation))
    start = time.perf_counter()
    run.messages += await user.restore(path)
    restored = time.perf_counter()
    await user.index()
    run.import_s += restored - start
    run.index_s += time.perf_counter() - restored


async def _ask(user: memlane.AsyncUser, asked: list[Question], run: Run) -> None:
    for question in asked:
        at = None if question.at is None else datetime.fromisoformat(question.at)
        start = time.perf_counter_ns()
        recalled = await user.recall(question.question, limit=_DEPTH, at=at)
        run.recall_ms.append((time.perf_counter_ns() - start) / 1e6)
        episodes = await user.episodes(question.question, limit=_DEPTH, at=at)
        messages = [message for found in recalled for message in found.memory.message_ids]
        sessions = [episode.session_id for episode in episodes]
        run.lines.append({"question": question.id, "messages": messages, "sessions": sessions})


def _report(data: Path, task: str, scores: Scores, run: Run) -> Report:
    header = ["messages", "restore s", "index s", "recall p50 ms"]
    speed = [f"{run.messages:,}", f"{run.import_s:.1f}", f"{run.index_s:.1f}", ms(statistics.median(run.recall_ms))]
    import_table = Table("As `memlane import`", header, [speed])
    cached = "some vectors came from a cache of an earlier run" if run.from_cache else "every text was embedded"
    return Report(
        title="",
        about=f"{len(run.lines):,} questions by `user.recall` and `user.episodes`, one set of defaults. The rows below "
        "Memlane's are those that come with the data. Percent.",
        tables=[*(_scores(data, task, unit, scores) for unit in _MEASURES), import_table],
        remarks=[f"The index is what embedding takes; {cached}. A recall embeds its question."],
        versions=versions("memlane", "onnxruntime"),
    )


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
        "Score recall on retrieval tasks; see the head of this file.",
        ["data=", "task=all", "limit=0", "embedder=local", "cache=", "out=", "store="],
        measure,
    )
