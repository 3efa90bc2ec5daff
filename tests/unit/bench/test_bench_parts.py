"""The parts of the benchmarks that only reckon."""

import contextlib
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

import alternatives
from ablation import Fold, chosen_elsewhere, folds, mean, read_sets, switched_off
from embedding_cache import cache_file
from loopback_model import reply
from memlane import Recalled
from memlane.recall.weights import DEFAULT, Weights
from memlane.types.memory import Memory
from memory_worker import by_first_appearance
from qa import Used
from qa_prompts import answering, judging, verdict
from retrieval_data import Question, answers, questions, spread, tasks
from systems.langgraph import batches
from systems.shape import Turn, turns
from workers import Worker, WorkerFailedError


def question(number: int, conversation: str) -> Question:
    return Question(id=f"q{number}", conversation=conversation, question="?")


def test_a_sample_is_spread_evenly_and_never_longer_than_asked() -> None:
    assert spread(list(range(10)), 5) == [0, 2, 4, 6, 8]
    assert spread(list(range(7)), 3) == [0, 2, 4]
    assert spread([1, 2], 5) == [1, 2]


def test_all_tasks_are_those_with_questions(task: Path) -> None:
    (task / "empty").mkdir()
    assert tasks(task, "all") == ["made_up"]
    assert tasks(task, "a,b") == ["a", "b"]
    with pytest.raises(SystemExit, match="no task"):
        tasks(task / "empty", "all")
    with pytest.raises(SystemExit, match="no task other"):
        questions(task, "other")


def test_answers_come_with_the_questions_or_in_a_file_beside_them(task: Path) -> None:
    asked = questions(task, "made_up")
    assert answers(task, "made_up", asked)[asked[0].id] == asked[0].answer
    (task / "made_up" / "answers.jsonl").write_text(json.dumps({"question": asked[0].id, "answer": 7}))
    assert answers(task, "made_up", [])[asked[0].id] == "7"


def test_conversations_stay_whole_in_folds() -> None:
    asked = [question(number, f"c{number % 12}") for number in range(36)]
    parts = folds(asked)
    assert len(parts) == 5
    assert sorted(q.id for part in parts for q in part) == sorted(q.id for q in asked)
    where = {q.conversation: number for number, part in enumerate(parts) for q in part}
    assert all(where[q.conversation] == number for number, part in enumerate(parts) for q in part)
    assert len(folds(asked[:3])) == 3


def fold(count: int, **shares: float) -> Fold:
    return Fold(count, {name: {"recall@5": share, "recall@10": share} for name, share in shares.items()})


def test_a_mean_counts_questions_not_folds() -> None:
    assert mean([fold(1, a=1.0), fold(3, a=0.0)], "a", "recall@10") == 0.25


def test_a_set_is_chosen_without_the_fold_it_is_scored_on() -> None:
    parts = [fold(1, a=1.0, b=0.0), fold(1, a=0.0, b=1.0)]
    assert chosen_elsewhere(parts) == 0.0  # each fold alone would choose what the other does worst with
    assert chosen_elsewhere([fold(1, a=0.5, b=0.4), fold(1, a=0.7, b=0.1)]) == pytest.approx(0.6)


def test_each_weight_is_switched_off_once() -> None:
    sets = switched_off()
    assert sets["defaults"] == DEFAULT
    assert len(sets) == 1 + len(msgspec.structs.fields(Weights))
    assert sets["without session"] == msgspec.structs.replace(DEFAULT, session=0.0)


def test_sets_are_read_and_a_wrong_name_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sets.json"
    path.write_text('{"mine": {"keyword": 0.9}}')
    assert read_sets(path)["mine"] == msgspec.structs.replace(DEFAULT, keyword=0.9)
    path.write_text('{"mine": {"keywords": 0.9}}')
    with pytest.raises(SystemExit, match="no weight is called keywords"):
        read_sets(path)


def test_a_session_stands_where_its_best_message_stands() -> None:
    assert by_first_appearance(["2", "1", "3"], {"1": "a", "2": "b", "3": "b"}) == ["b", "a"]


def test_every_system_gets_the_speaker_before_the_words() -> None:
    said = [{"id": "1", "role": "user", "name": "Ann", "content": "hi"}, {"id": "2", "role": "tool", "content": ""}]
    assert turns({"sessions": [{"id": "s", "messages": said}]}) == [Turn("1", "s", "user", "Ann: hi")]


def test_no_batch_for_langgraph_has_a_text_twice() -> None:
    said = [Turn(str(number), "s", "user", text) for number, text in enumerate("abab")]
    assert [[turn.text for turn in batch] for batch in batches(said)] == [["a", "b"], ["a", "b"]]


@pytest.mark.parametrize(
    ("said", "means"), [("Yes.", True), ("**no**", False), ("yes or no", None), ("perhaps", None), ("", None)]
)
def test_a_judge_is_understood_or_not(said: str, means: object) -> None:
    assert verdict(said) is means


def recalled(text: str, day: int) -> Recalled:
    memory = Memory(id=text, text=text, kind="message", role="user", created_at=datetime(2025, 1, day, tzinfo=UTC))
    return Recalled(memory=memory, score=1.0, why={})


def test_memories_reach_the_model_in_order_of_time_one_a_line() -> None:
    prompt = answering("When?", "2025-02-01T10:00:00Z", [recalled("second", 2), recalled("fir\n\nst", 1)])[1]["content"]
    lines = prompt.splitlines()
    assert lines[1:3] == [
        "[Wednesday, 2025-01-01 00:00 UTC] user: fir st",
        "[Thursday, 2025-01-02 00:00 UTC] user: second",
    ]
    assert "TODAY\nSaturday, 2025-02-01 10:00 UTC" in prompt
    assert prompt.endswith("QUESTION\nWhen?")


def test_the_judge_is_told_what_the_kind_of_question_forgives() -> None:
    assert "off by one" in judging("q", "r", "a", "temporal-reasoning", abstains=False)[0]["content"]
    assert "off by one" not in judging("q", "r", "a", "single-session-user", abstains=False)[0]["content"]
    assert "cannot be answered" in judging("q", "r", "a", "temporal", abstains=True)[0]["content"]


def test_the_pretended_model_answers_and_judges_by_words_alone() -> None:
    asked = answering("Who likes figs?", None, [recalled("I like figs", 1), recalled("It rains", 2)])
    assert reply(asked[1]["content"]).endswith("I like figs")
    assert reply(judging("q", "Figs", "it was figs", "", abstains=False)[1]["content"]) == "yes"
    assert reply(judging("q", "Plums", "it was figs", "", abstains=False)[1]["content"]) == "no"


def test_a_cost_needs_a_price() -> None:
    used = Used(prompt=1_000_000, completion=500_000)
    assert used.cost((1.0, 4.0)) == 3.0
    assert used.cost(None) is None


def test_vectors_are_kept_in_the_cache_folder_unless_said_otherwise(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_file("default") == tmp_path / "memlane-bench" / "vectors.db"
    assert cache_file("none") is None
    assert cache_file("here.db") == Path("here.db")


def started(tmp_path: Path, code: str) -> Worker:
    return Worker([sys.executable, "-c", code], tmp_path / "log")


def test_a_worker_answers_line_by_line(tmp_path: Path) -> None:
    echo = "import sys\nprint('{\"up\": 1}', flush=True)\nfor line in sys.stdin: print(line, end='', flush=True)"
    with started(tmp_path, echo) as running:
        assert running.ready == {"up": 1}
        assert running.ask({"a": 1}) == {"a": 1}


def test_a_worker_that_dies_says_why(tmp_path: Path) -> None:
    with pytest.raises(WorkerFailedError, match="ValueError: no figs"):
        started(tmp_path, "raise ValueError('no figs')")


def test_a_worker_that_never_answers_is_ended(tmp_path: Path) -> None:
    code = "import time; print('{}', flush=True); time.sleep(60)"
    with started(tmp_path, code) as running, pytest.raises(WorkerFailedError, match="no answer within"):
        running.ask({}, timeout_s=0.2)


def test_a_system_that_is_not_there_is_left_out_with_its_reason(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(alternatives, "_python", lambda _: Path(sys.executable))
    monkeypatch.setattr(alternatives, "find_model", lambda _: tmp_path)
    fleet = alternatives.Fleet()
    with contextlib.ExitStack() as stack:
        fleet.start("langgraph", tmp_path, None, stack)
    assert fleet.ask("langgraph", {"do": "stats"}) is None
    assert "No module named 'langgraph'" in fleet.failed["langgraph"]
