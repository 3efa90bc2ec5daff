"""The examples run as their docstrings say."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
SECONDS = 60


def run(name: str, environment: dict[str, str], folder: Path, *arguments: str, stdin: str = "") -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", str(EXAMPLES / name), *arguments],
        input=stdin,
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_second_run_remembers_the_first(home: dict[str, str], tmp_path: Path) -> None:
    assert run("across_sessions.py", home, tmp_path).startswith("0 earlier sessions")
    second = run("across_sessions.py", home, tmp_path)
    assert second.startswith("2 earlier sessions")
    assert "remembered: The runner beans go out" in second


def test_many_users_never_meet(home: dict[str, str], tmp_path: Path, redis_url: str) -> None:
    wanted = ["ada: My cat is called Turing.", "ines: My cat is called Basil.", "luke: I have no cat, I have a boat."]
    assert run("many_users.py", home, tmp_path).splitlines() == wanted
    assert run("many_users.py", home, tmp_path, redis_url).splitlines() == wanted


def test_a_chat_with_a_model(home: dict[str, str], models: dict[str, str], model_answer: str, tmp_path: Path) -> None:
    said = "I'm vegetarian.\nWhere should I eat?\n"
    assert run("chat_with_openai.py", home | models, tmp_path, stdin=said).splitlines() == [model_answer] * 2


def test_the_example_conversation_is_in_the_neutral_form() -> None:
    conversation = json.loads((EXAMPLES / "conversation.json").read_text("utf-8"))
    assert [session["id"] for session in conversation["sessions"]] == ["seeds", "snails", "harvest"]


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.name)
def test_every_example_is_run_by_a_test(path: Path) -> None:
    assert f'"{path.name}"' in Path(__file__).read_text("utf-8")
