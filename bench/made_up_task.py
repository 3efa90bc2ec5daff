"""A made-up retrieval task in the neutral form, with answers: to try the benchmarks where no data lie.

Its scores say nothing of how well anything remembers: words are random, and the text asked about is quoted.
"""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from made_up import BEGAN, Speech

_SCORER = '''\
"""Recall at k of ranked ids, as simply as can be; the interface is that of the data's own scorers."""


def score(questions, run):
    """Mean measures as {unit: {kind: {measure: value, "n": count}}}."""
    table = {}
    for unit in ("messages", "sessions"):
        rows = {}
        for question in (question for question in questions if question[unit]):
            ranked, gold = run.get(question["id"], {}).get(unit, []), set(question[unit])
            found = {k: len(gold.intersection(ranked[:k])) for k in (1, 5, 10)}
            row = {f"recall@{k}": found[k] / len(gold) for k in found}
            row |= {"any@5": float(found[5] > 0), "all@10": float(found[10] == len(gold)), "ndcg@10": row["recall@10"]}
            for kind in ("all", question["kind"]):
                rows.setdefault(kind, []).append(row)
        table[unit] = {
            kind: {**{name: sum(row[name] for row in found) / len(found) for name in found[0]}, "n": len(found)}
            for kind, found in rows.items()
        }
    return table
'''


def write_task(folder: Path, *, name: str = "made_up", conversations: int = 2, sessions: int = 3, seed: int = 1) -> str:
    """Write a task and a scorer into `folder` and return the task's name; four turns a session, a question each."""
    (folder / name).mkdir(parents=True)
    (folder / "score.py").write_text(_SCORER, "utf-8")
    speech = Speech(seed, words=2_000)
    made = [_conversation(f"c{number}", sessions, speech) for number in range(conversations)]
    _write(folder / name / "conversations.jsonl", made)
    _write(folder / name / "questions.jsonl", [asked for conversation in made for asked in _questions(conversation)])
    return name


def _conversation(conversation_id: str, sessions: int, speech: Speech) -> dict[str, Any]:
    return {
        "id": conversation_id,
        "sessions": [
            {
                "id": f"{conversation_id}-s{session}",
                "at": (BEGAN + timedelta(days=session)).isoformat(),
                "messages": [
                    {
                        "id": f"{conversation_id}-s{session}-m{turn}",
                        "role": "assistant" if turn % 2 else "user",
                        "content": speech.text(120),
                    }
                    for turn in range(4)
                ],
            }
            for session in range(sessions)
        ],
    }


def _questions(conversation: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a question a session: the last words of one of its turns, which are also the answer."""
    asked: list[dict[str, Any]] = []
    for number, session in enumerate(conversation["sessions"]):
        message = session["messages"][number % 4]
        words = " ".join(message["content"].rstrip(".").split()[-5:])
        asked.append(
            {
                "id": f"{session['id']}?",
                "conversation": conversation["id"],
                "question": f"Who said {words}?",
                "kind": ("single", "other")[number % 2],
                "at": None,
                "messages": [message["id"]],
                "sessions": [session["id"]],
                "answer": words,
            }
        )
    return asked


def _write(path: Path, values: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(value) + "\n" for value in values), "utf-8")
