"""Retrieval tasks in the neutral form, as they lie in a folder: conversations, questions, scorer, known results.

Owns reading that folder. The data are other people's: nothing of them may be written into the repository.
"""

import gzip
import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec

Scores = dict[str, dict[str, dict[str, float]]]
"""Measures by unit (`messages`, `sessions`) and kind of question."""

_SESSIONS = "longmemeval_sessions.jsonl.gz"
T = TypeVar("T")


class Question(msgspec.Struct):
    """A question; `at` is when it is asked, `answer` what is right where the data say it."""

    id: str
    conversation: str
    question: str
    kind: str = ""
    at: str | None = None
    answer: str | int | float | None = None


def tasks(data: Path, named: str) -> list[str]:
    """Return the tasks that are named, separated by commas; `all` are those that lie in the folder."""
    if named != "all":
        return named.split(",")
    found = sorted(path.parent.name for path in data.glob("*/questions.jsonl"))
    if not found:
        raise SystemExit(f"there is no task in {data}: no folder in it holds questions.jsonl")
    return found


def questions(data: Path, task: str, limit: int = 0) -> list[Question]:
    """Return the questions of a task; with a limit, so many of them, evenly spread."""
    path = data / task / "questions.jsonl"
    if not path.is_file():
        raise SystemExit(f"there is no task {task} in {data}")
    found = [msgspec.json.decode(line, type=Question) for line in _lines(path)]
    return spread(found, limit) if limit else found


def spread(values: list[T], count: int) -> list[T]:
    """Return so many of the values, evenly spread, all where there are no more."""
    if count >= len(values):
        return values
    return [values[number * len(values) // count] for number in range(count)]


def conversations(data: Path, task: str) -> Iterator[dict[str, Any]]:
    """Yield the conversations of a task, those given by reference with their messages filled in."""
    path = next((data / task).glob("conversations.jsonl*"), None)
    if path is None:
        raise SystemExit(f"there are no conversations in {data / task}")
    shared: dict[str, Any] = {}
    for line in _lines(path):
        conversation: dict[str, Any] = msgspec.json.decode(line)
        if any("ref" in session for session in conversation["sessions"]):
            shared = shared or _shared_sessions(data)
        conversation["sessions"] = [_filled(session, shared) for session in conversation["sessions"]]
        yield conversation


def asked_conversations(
    data: Path, task: str, chosen: list[Question]
) -> Iterator[tuple[dict[str, Any], list[Question]]]:
    """Yield the conversations of a task that are asked about, each with its questions."""
    asked: dict[str, list[Question]] = {}
    for question in chosen:
        asked.setdefault(question.conversation, []).append(question)
    for conversation in conversations(data, task):
        if conversation["id"] in asked:
            yield conversation, asked[conversation["id"]]


def scorer(data: Path) -> Callable[[list[dict[str, Any]], dict[str, dict[str, Any]]], Scores]:
    """Return the `score` of the folder's own score.py."""
    spec = importlib.util.spec_from_file_location("score", data / "score.py")
    if spec is None or spec.loader is None:
        raise SystemExit(f"there is no score.py in {data}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.score


def gold(data: Path, task: str, chosen: list[Question]) -> list[dict[str, Any]]:
    """Return the chosen questions as the scorer takes them."""
    wanted = {question.id for question in chosen}
    whole: list[dict[str, Any]] = [msgspec.json.decode(line) for line in _lines(data / task / "questions.jsonl")]
    return [question for question in whole if question["id"] in wanted]


def answers(data: Path, task: str, chosen: list[Question]) -> dict[str, str]:
    """Return the right answers by question id, from the questions or from `answers.jsonl` beside them."""
    found = {question.id: str(question.answer) for question in chosen if question.answer is not None}
    path = data / task / "answers.jsonl"
    for line in _lines(path) if path.is_file() else ():
        answer: dict[str, Any] = msgspec.json.decode(line)
        found[answer["question"]] = str(answer["answer"])
    return found


def reference_rows(data: Path, unit: str, task: str) -> list[list[str]]:
    """Return the rows (name and numbers) that the folder's README gives for a task, none where it gives none."""
    readme = data / "README.md"
    rows: list[list[str]] = []
    here, current = False, ""
    for line in readme.read_text(encoding="utf-8").splitlines() if readme.is_file() else []:
        cells = [cell.strip().replace("*", "") for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|"):
            here = False
        elif "R@1" in cells:
            here = cells[0] == unit
        elif here and not cells[0].startswith("---"):
            current = cells[0] or current
            if current == task:
                rows.append(cells[1:])
    return rows


def _shared_sessions(data: Path) -> dict[str, Any]:
    found = (msgspec.json.decode(line) for line in _lines(data / _SESSIONS))
    return {session["id"]: session["messages"] for session in found}


def _filled(session: dict[str, Any], shared: dict[str, Any]) -> dict[str, Any]:
    if "ref" not in session:
        return session
    return {"id": session["ref"], "at": session["at"], "messages": shared[session["ref"]]}


def _lines(path: Path) -> Iterator[bytes]:
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return (line for line in text.splitlines() if line.strip())
