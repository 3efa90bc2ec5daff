"""The benchmarks run from end to end on made-up data, as commands."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[3] / "bench"


def run(script: str, *arguments: object) -> str:
    done = subprocess.run(
        [sys.executable, str(BENCH / script), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_retrieval_run_leaves_ids_scores_measures_and_the_machine(task: Path, tmp_path: Path) -> None:
    out, results = tmp_path / "out", tmp_path / "results.md"
    cache = tmp_path / "vectors.db"
    for _ in range(2):
        arguments = ("--data", task, "--embedder", "hashing", "--cache", cache, "--out", out, "--results", results)
        printed = run("retrieval.py", *arguments)
    assert "some vectors came from a cache" in printed
    lines = [json.loads(line) for line in (out / "made_up.hashing.run.jsonl").read_text().splitlines()]
    assert len(lines) == 6
    assert set(lines[0]) == {"question", "messages", "sessions"}
    scores = json.loads((out / "made_up.hashing.scores.json").read_text())
    assert set(scores["scores"]["messages"]) == {"all", "single", "other"}
    assert scores["scores"]["messages"]["all"]["recall@10"] == 1.0
    measured = [json.loads(line) for line in (out / "made_up.hashing.questions.jsonl").read_text().splitlines()]
    assert measured[0]["messages"]["recall@10"] == 1.0
    assert "cores" in json.loads((out / "made_up.hashing.machine.json").read_text())
    assert results.read_text().count("## Retrieval: made_up, embedder hashing") == 1


def test_a_limited_retrieval_run_changes_no_results(task: Path, tmp_path: Path) -> None:
    results = tmp_path / "results.md"
    run("retrieval.py", "--data", task, "--embedder", "none", "--limit", 2, "--out", tmp_path, "--results", results)
    assert not results.exists()


def test_questions_are_answered_and_judged_over_the_wire(tmp_path: Path) -> None:
    printed = run("qa.py", "--loopback", "--embedder", "none", "--price", "1,2", "--out", tmp_path)
    assert "| all | 6 | 100.0 | 0 |" in printed
    assert "prove that the harness runs and nothing else" in printed
    assert "| answers | loopback | 6 |" in printed
    lines = [json.loads(line) for line in (tmp_path / "made_up.qa.jsonl").read_text().splitlines()]
    assert [line["right"] for line in lines] == [True] * 6


def test_an_ablation_scores_each_set_of_weights(task: Path, tmp_path: Path) -> None:
    sets = tmp_path / "sets.json"
    sets.write_text('{"words only": {"meaning": 0}}')
    printed = run("ablation.py", "--data", task, "--embedder", "hashing", "--cache", "none", "--sets", sets)
    assert "| defaults | 100.0 | 100.0 |" in printed
    assert "| words only |" in printed
    assert "2 folds" in printed


def test_memlane_is_measured_as_the_other_systems_are(task: Path, tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    arguments = ("--task", "made_up", "--systems", "memlane", "--limit", "all", "--picture", "none", "--out", tmp_path)
    printed = run("alternatives.py", "--data", task, *arguments)
    assert "made_up: 2 conversations, 6 questions" in printed
    assert "| Memlane | " in printed
    assert "failed here" not in printed
    assert len((tmp_path / "made_up.memlane.run.jsonl").read_text().splitlines()) == 6
