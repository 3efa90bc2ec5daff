"""`memlane chat --model`, `worker` and `work`, run in this process on an embedded store and a loopback model."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest

import memlane
from memlane.testing.model_server import Answer, Asked, Misdeed, ModelServer, Script, Trouble


class Done(Protocol):
    code: int
    out: str
    err: str
    json: Any


Run = Callable[..., Done]


def reply(asked: Asked) -> Answer:
    if asked.schema is None:
        return Answer(text=f"You said: {asked.question.splitlines()[-1]}")
    return Answer(text='{"facts": []}' if "facts" in asked.schema["properties"] else "no JSON")


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer(key="none", model="loop", script=Script(reply)) as server:
        yield server


@pytest.fixture
def model(server: ModelServer) -> str:
    return f"openai+{server.base_url}#loop"


def test_a_chat_with_a_model_prints_its_replies_and_keeps_them(run: Run, luke: memlane.User, model: str) -> None:
    done = run("chat", "--user", "luke", "--session", "s", "--model", model, stdin="Hello!\nGo on.\n")
    assert done.code == 0
    assert done.out == "You said: Hello!\nYou said: Go on.\n"
    assert "Replies come from" in done.err
    assert [message.role for message in luke.session("s").messages()] == ["user", "assistant"] * 2


def test_a_model_that_fails_does_not_stop_the_next_line_and_loses_nothing(
    run: Run, luke: memlane.User, model: str, server: ModelServer
) -> None:
    server.script.will(*[Trouble(trouble=Misdeed.FORBIDDEN)])
    done = run("chat", "--user", "luke", "--session", "s", "--model", model, stdin="One\nTwo\n")
    assert done.code != 0
    assert "error:" in done.err
    assert [message.content for message in luke.session("s").unanswered()] == ["One"]
    assert "You said: Two" in done.out


def test_a_model_that_is_not_understood_is_refused_before_anything_is_written(run: Run, luke: memlane.User) -> None:
    done = run("chat", "--user", "luke", "--session", "s", "--model", "nonsense", stdin="Hello!\n")
    assert done.code == 2
    assert luke.session("s").messages() == []


def test_a_worker_drains_what_is_due(run: Run, luke: memlane.User) -> None:
    luke.session("s").add("user", "I live in Oslo.")
    assert "due" in run("work", "list").out
    done = run("worker", "--drain")
    assert done.code == 0
    assert "written" in done.err
    assert [fact.value for fact in luke.facts()] == ["Oslo"]
    assert "nothing is due" in run("work", "list").err
    assert run("work", "list", "--json").json == []


def test_work_that_keeps_failing_is_listed_and_brought_back(
    run: Run, luke: memlane.User, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEMLANE_WORK__MOST_TRIES", "1")
    luke.session("s").add("user", "I live in Oslo.")
    run("worker", "--drain", "--model", model)
    (listed,) = run("work", "list", "--json").json
    assert (listed["state"], listed["user"], listed["session"]) == ("set aside", "luke", "s")
    assert listed["error"] == "malformed_output"
    assert "1 failure, last malformed_output" in run("work", "list").out
    assert "1 session brought back" in run("work", "retry").err
    assert run("work", "list", "--json").json[0]["state"] == "due"
    assert run("work", "retry", "--json").json == {"retried": 0}


def test_a_worker_stops_gracefully_when_told_to(run: Run, luke: memlane.User, tmp_path: Path) -> None:
    luke.session("s").add("user", "I live in Oslo.")
    command = [str(Path(sys.executable).parent / "memlane"), "worker", "--embedder", "hashing"]
    environment = {**os.environ, "MEMLANE_WORK__QUIET": "100 ms"}
    worker = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
    try:
        deadline = time.monotonic() + 60
        while not luke.facts() and time.monotonic() < deadline:
            time.sleep(0.1)
        worker.send_signal(signal.SIGTERM)
        _, errors = worker.communicate(timeout=60)
    finally:
        worker.kill()
        worker.wait()
    assert worker.returncode == 0
    assert "stopping when the work at hand is done" in errors
    assert [fact.value for fact in luke.facts()] == ["Oslo"]
    assert tmp_path.exists()
