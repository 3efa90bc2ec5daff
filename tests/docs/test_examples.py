"""The examples run as their docstrings say."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from memlane.testing.model_server import ModelServer
from memlane.testing.services.memlane_server import memlane_server

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


def test_an_mcp_client_recalls_what_another_remembered(home: dict[str, str], tmp_path: Path) -> None:
    assert run("mcp_client.py", home, tmp_path).splitlines() == ["remembered: She is vegetarian."]
    second = run("mcp_client.py", home, tmp_path).splitlines()
    assert second == ["recalled: She is vegetarian.", "remembered: She is vegetarian."]


def test_the_same_program_runs_here_and_on_a_server(home: dict[str, str], tmp_path: Path) -> None:
    sent = "sent to a model: Our boat lies at the third jetty."
    recalled = "recalled: Our boat lies at the third jetty."
    with memlane_server("--no-auth") as server:
        for arguments in ((), (server.url,)):
            assert run("remote.py", home, tmp_path, *arguments).splitlines() == [sent]
            assert run("remote.py", home, tmp_path, *arguments).splitlines() == [recalled, sent]


@pytest.mark.parametrize("name", ["proxy_openai.py", "proxy_anthropic.py"])
def test_unmodified_clients_remember_through_the_proxy(home: dict[str, str], tmp_path: Path, name: str) -> None:
    with ModelServer(key="sk-example") as provider:
        provider.script.responder = lambda asked: f"Answer to {len(asked.messages)} messages."
        proxy = {"MEMLANE_PROXY__OPENAI_URL": provider.base_url, "MEMLANE_PROXY__ANTHROPIC_URL": provider.address}
        with memlane_server("--no-auth", **proxy) as server:
            keys = {"MEMLANE_URL": server.url, "OPENAI_API_KEY": "sk-example", "ANTHROPIC_API_KEY": "sk-example"}
            first = run(name, home | keys, tmp_path, stdin="I land in Oslo on Friday.\nBy boat.\n").splitlines()
            assert [line.rpartition(") ")[2] for line in first] == ["Answer to 1 messages.", "Answer to 3 messages."]
            run(name, home | keys, tmp_path, stdin="When do I land in Oslo?\n")
        assert "I land in Oslo on Friday." in provider.asked[-1].question


def test_the_example_conversation_is_in_the_neutral_form() -> None:
    conversation = json.loads((EXAMPLES / "conversation.json").read_text("utf-8"))
    assert [session["id"] for session in conversation["sessions"]] == ["seeds", "snails", "harvest"]


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.name)
def test_every_example_is_run_by_a_test(path: Path) -> None:
    assert f'"{path.name}"' in Path(__file__).read_text("utf-8")
