"""Memlane beside other memory systems: recall, time and memory, on the same data in the same run.

    python bench/alternatives.py --data PATH [--task locomo,longmemeval_s] [--limit 2|all] [--systems mem0,chromadb]

Each system runs in a process and an environment of its own, in the best configuration that needs neither an LLM nor
the network, and embeds with the same model. They take in each conversation one after the other and answer each
question in turns. Only a part of each task is asked by default; the tables say which.
"""

import argparse
import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from embedding_cache import cache_file
from environments import alternative_python, torch_python
from measure import percentile
from memlane.adapters.embedders._minilm_files import find_model
from report import RESULTS, ROOT, Report, Table, circumstances, enter, ms, run_script
from retrieval_data import Question, Scores, conversations, gold, questions, scorer, spread
from workers import Worker, WorkerFailedError

_WORKER = ROOT / "bench" / "memory_worker.py"
_SAMPLE = {"locomo": 1, "longmemeval_s": 3, "longmemeval_500": 1}
_RESULTS_ASKED = 10
_DEPTH = 200
_MEMORY = (
    "Memory is of the whole process: empty once model and libraries are loaded, full after the last question of the "
    "task. What a system keeps on disk is not in it."
)
_CHOSEN = "The weights of Memlane's recall were chosen on these tasks; nothing of the other systems was."
NAMES = {
    "memlane": "Memlane",
    "bm25s": "BM25 (bm25s)",
    "sentence_transformers": "sentence-transformers + NumPy",
    "chromadb": "Chroma",
    "langgraph": "LangGraph `InMemoryStore`",
    "mem0": "mem0, `infer=False`",
    "mempalace": "MemPalace",
}
NOT_RUN = {
    "Graphiti, LangMem, Cognee, Memobase, MemOS, EverOS, Memori": "they call an LLM to write; there is none here.",
    "Hindsight": "not tried: its server brings a PostgreSQL, which does not run as the superuser; 194 packages.",
    "agent-memory-server": "not tried: archived, and it needs Redis Stack and old versions of mcp, redisvl and redis.",
    "Letta": "its Python server is archived; the package that is left is a coding agent.",
    "mem0 with keywords": "its keyword half needs spaCy's and fastembed's models, which it downloads when used.",
    "hosted services (mem0, Zep, Supermemory, Redis Agent Memory)": "they need a network and an account.",
}


class Measured(msgspec.Struct):
    """What one system did in one task."""

    lines: list[dict[str, Any]] = []
    messages: int = 0
    ingest_s: float = 0.0
    search_ms: list[float] = []
    rss_mb: float = 0.0


class Sample(NamedTuple):
    """The part of a task that is run."""

    task: str
    conversations: list[dict[str, Any]]
    questions: list[Question]


class Line(NamedTuple):
    """What the tables and the picture show of one system in one task."""

    system: str
    recall_5: float
    recall_10: float
    sessions_any_5: float
    sessions_10: float
    ingest_ms: float
    p50_ms: float
    p95_ms: float
    empty_mb: float
    rss_mb: float


class Fleet:
    """The systems that run; one that fails is dropped and remembered with its reason."""

    def __init__(self) -> None:
        """Start with none."""
        self.workers: dict[str, Worker] = {}
        self.failed: dict[str, str] = {}

    def start(self, name: str, folder: Path, vectors: Path | None, stack: contextlib.ExitStack) -> None:
        """Make the environment of a system and start it there."""
        own = folder / name
        own.mkdir()
        try:
            command = [str(_python(name)), str(_WORKER), name, str(own), str(find_model(None))]
            worker = Worker([*command, *([str(vectors)] if vectors else [])], folder / f"{name}.log")
        except (subprocess.CalledProcessError, WorkerFailedError) as exc:
            self.failed[name] = f"failed here: {exc}"
        else:
            self.workers[name] = stack.enter_context(worker)

    def ask(self, name: str, command: dict[str, Any]) -> dict[str, Any] | None:
        """Return the answer of a system, None when it failed now or before."""
        if name not in self.workers:
            return None
        try:
            return self.workers[name].ask(command)
        except WorkerFailedError as exc:
            self.failed[name] = f"failed here: {exc}"
            del self.workers[name]
            return None


def measure(options: argparse.Namespace) -> Report:
    """Run the sample of each task in all systems; enter the result when every system was asked for."""
    data, names = Path(options.data), options.systems.split(",")
    if not options.data:
        raise SystemExit("say where the tasks are: --data PATH")
    if unknown := [name for name in names if name not in NAMES]:
        raise SystemExit(f"no system is called {unknown[0]}; there are: {', '.join(NAMES)}")
    start = time.monotonic()
    vectors, told = cache_file(options.cache), circumstances("memlane bench peers")
    samples = [_sample(data, task, options.limit) for task in options.task.split(",")]
    with _fleet(names, vectors) as fleet:
        started = {name: worker.ready for name, worker in fleet.workers.items()}
        found = {sample.task: _run(sample, fleet) for sample in samples}
    lines = {sample.task: _lines(data, sample, found[sample.task], started) for sample in samples}
    report = _report(samples, lines, {**_left_out(names, vectors), **fleet.failed}, vectors)
    report.versions = {package: version for ready in started.values() for package, version in ready["versions"].items()}
    report.remarks.append(told)
    _write_runs(options.out, found)
    if options.picture != "none":
        name = "alternatives_cached.svg" if vectors else "alternatives.svg"
        picture = Path(options.picture or ROOT / "bench" / name)
        _draw(lines, picture)
        report.remarks.append(f"![Recall against time and memory]({picture.name})")
    report.seconds = time.monotonic() - start
    if options.enter:
        enter(RESULTS, [report])
    return report


def _python(name: str) -> Path:
    if name == "memlane":
        return Path(sys.executable)
    return torch_python() if name == "sentence_transformers" else alternative_python(name)


@contextlib.contextmanager
def _fleet(names: list[str], vectors: Path | None) -> Generator[Fleet]:
    fleet = Fleet()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        for name in names:
            fleet.start(name, Path(folder), vectors, stack)
        yield fleet


def _sample(data: Path, task: str, limit: str) -> Sample:
    asked = questions(data, task)
    whole = list(dict.fromkeys(question.conversation for question in asked))
    count = len(whole) if limit == "all" else int(limit) if limit else _SAMPLE.get(task, 1)
    chosen = set(spread(whole, count))
    taken = [conversation for conversation in conversations(data, task) if conversation["id"] in chosen]
    return Sample(task, taken, [question for question in asked if question.conversation in chosen])


def _run(sample: Sample, fleet: Fleet) -> dict[str, Measured]:
    """Return what each system did; one that fails on the way is left out."""
    measured = {name: Measured() for name in fleet.workers}
    for conversation in sample.conversations:
        for name, done in measured.items():
            if answer := fleet.ask(name, {"do": "load", "conversation": conversation}):
                done.messages += answer["messages"]
                done.ingest_s += answer["s"]
        own = [question for question in sample.questions if question.conversation == conversation["id"]]
        for number, question in enumerate(own):
            _ask(question, measured, fleet, backwards=number % 2 == 1)
        print(f"{sample.task}: {conversation['id']} done", file=sys.stderr)
    for name, done in measured.items():
        done.rss_mb = (fleet.ask(name, {"do": "stats"}) or {}).get("rss_mb", 0.0)
    return {name: done for name, done in measured.items() if name in fleet.workers}


def _ask(question: Question, measured: dict[str, Measured], fleet: Fleet, *, backwards: bool) -> None:
    asked = {"question": question.question, "at": question.at}
    for name in reversed(list(measured)) if backwards else list(measured):
        timed = fleet.ask(name, {"do": "search", **asked, "limit": _RESULTS_ASKED})
        found = fleet.ask(name, {"do": "found", **asked, "limit": _DEPTH})
        if timed and found:
            measured[name].search_ms.append(timed["ms"])
            measured[name].lines.append({"question": question.id, **found})


def _lines(data: Path, sample: Sample, found: dict[str, Measured], started: dict[str, Any]) -> list[Line]:
    score, wanted = scorer(data), gold(data, sample.task, sample.questions)
    return [
        _line(name, score(wanted, {line["question"]: line for line in done.lines}), done, started[name]["rss_mb"])
        for name, done in found.items()
    ]


def _line(name: str, scores: Scores, done: Measured, empty_mb: float) -> Line:
    messages, sessions = (scores.get(unit, {}).get("all", {}) for unit in ("messages", "sessions"))
    return Line(
        system=NAMES[name],
        recall_5=messages.get("recall@5", 0.0),
        recall_10=messages.get("recall@10", 0.0),
        sessions_any_5=sessions.get("any@5", 0.0),
        sessions_10=sessions.get("recall@10", 0.0),
        ingest_ms=1_000 * done.ingest_s / max(1, done.messages),
        p50_ms=percentile(done.search_ms, 50),
        p95_ms=percentile(done.search_ms, 95),
        empty_mb=empty_mb,
        rss_mb=done.rss_mb,
    )


def _left_out(names: list[str], vectors: Path | None) -> dict[str, str]:
    reasons = {name: "not asked for in this run." for name in NAMES if name not in names}
    if vectors and "sentence_transformers" in reasons:
        reasons["sentence_transformers"] = "it takes no vectors computed before, and torch is too slow for so many."
    return reasons


def _report(
    samples: list[Sample], lines: dict[str, list[Line]], dropped: dict[str, str], vectors: Path | None
) -> Report:
    embedded = (
        "Vectors of messages may come from a file of an earlier run (not those of sentence-transformers), so ingest "
        "times would mean nothing and are left out."
        if vectors
        else "Ingest includes embedding, which is most of it."
    )
    reasons = {**{NAMES[name]: reason for name, reason in dropped.items()}, **NOT_RUN}
    return Report(
        title="Beside other memory systems" + (", vectors computed before" if vectors else ""),
        about="A process and an environment each, none with an LLM or the network, all with all-MiniLM-L6-v2, but BM25 "
        f"with none. Conversations are taken in one after the other, questions asked in turns. A query asks for "
        f"{_RESULTS_ASKED} results and embeds its question. Sessions of all but Memlane stand where their best "
        f"message stands among {_DEPTH}. {embedded}",
        tables=[*(_table(sample, lines[sample.task], vectors) for sample in samples), _reasons(reasons)],
        remarks=[_CHOSEN, _MEMORY],
    )


def _table(sample: Sample, lines: list[Line], vectors: Path | None) -> Table:
    ingest = [] if vectors else ["ingest ms a message"]
    header = ["", "R@5", "R@10", "sessions any@5", "sessions R@10", *ingest, "query p50 ms", "p95 ms"]
    title = f"{sample.task}: {len(sample.conversations):,} conversations, {len(sample.questions):,} questions; percent"
    rows = [
        [
            line.system,
            *(f"{100 * share:.1f}" for share in (line[1], line[2], line[3], line[4])),
            *(ms(value) for value in (*([] if vectors else [line.ingest_ms]), line.p50_ms, line.p95_ms)),
            f"{line.empty_mb:.0f}",
            f"{line.rss_mb:.0f}",
        ]
        for line in lines
    ]
    return Table(title, [*header, "empty MiB", "full MiB"], rows)


def _reasons(reasons: dict[str, str]) -> Table:
    return Table("Not run, and why", ["", "reason"], [[name, reason] for name, reason in reasons.items()])


def _write_runs(out: str, found: dict[str, dict[str, Measured]]) -> None:
    """Write a run file a system and task, for the data's own scorer, where a folder was named."""
    if not out:
        return
    Path(out).mkdir(parents=True, exist_ok=True)
    for task, systems in found.items():
        for name, done in systems.items():
            text = b"\n".join(msgspec.json.encode(line) for line in done.lines)
            (Path(out) / f"{task}.{name}.run.jsonl").write_bytes(text + b"\n")


def _draw(lines: dict[str, list[Line]], picture: Path) -> None:
    """Draw in the environment that has matplotlib; a picture that cannot be drawn is said, not fatal."""
    given = {task: [line._asdict() for line in found] for task, found in lines.items()}
    try:
        command = [str(alternative_python("plot")), str(ROOT / "bench" / "plot.py"), str(picture)]
        subprocess.run(command, check=True, input=msgspec.json.encode(given))
    except subprocess.CalledProcessError as exc:
        print(f"no picture: {exc}", file=sys.stderr)


if __name__ == "__main__":
    run_script(
        __doc__ or "",
        [
            "data=",
            "task=locomo,longmemeval_s",
            "limit=",
            f"systems={','.join(NAMES)}",
            "cache=none",
            "out=",
            "picture=",
            "enter=flag",
        ],
        measure,
    )
