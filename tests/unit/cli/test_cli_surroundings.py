"""Settings, doctor, errors, help, and what hostile text may do, run in this process."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Protocol

import pytest

import memlane

HOSTILE = "\x1b[2J\x9b31m[bold]not markup[/bold]\x07"


class Done(Protocol):
    code: int
    out: str
    err: str
    json: Any


Run = Callable[..., Done]


@pytest.mark.parametrize("command", ["messages", "memories", "recall", "sessions", "episodes"])
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_what_people_said_cannot_drive_the_terminal(
    run: Run, luke: memlane.User, command: str, options: list[str]
) -> None:
    luke.session(f"s{HOSTILE}").add("user", f"ferry {HOSTILE}", name=f"n{HOSTILE}")
    arguments = {"messages": ["--session", f"s{HOSTILE}"], "recall": ["ferry"], "episodes": ["ferry"]}.get(command, [])
    done = run(command, *arguments, "--user", "luke", *options)
    assert done.code == 0
    assert "[bold]not markup[/bold]" in done.out
    assert not set("\x1b\x9b\x07") & set(done.out)
    if options:
        assert json.dumps(HOSTILE)[1:-1] in json.dumps(done.json)


def test_what_people_said_cannot_drive_the_terminal_of_a_chat(run: Run, luke: memlane.User) -> None:
    luke.session("s").add("user", f"The ferry to Bergen is white {HOSTILE}")
    done = run("chat", "--user", "luke", stdin="Which ferry goes to Bergen?\n")
    assert "The ferry to Bergen is white" in done.out
    assert not set("\x1b\x9b\x07") & set(done.out)


def test_config_show_says_value_and_origin_and_no_password(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMLANE_STORE__MEMORIES_URL", "redis://app:s3cret@localhost/1")
    done = run("config", "show", "--store", "redis://app:s3cret@localhost/0")
    lines = [line.split() for line in done.out.splitlines()]
    assert ["store.url", "redis://app:***@localhost/0", "argument"] in lines
    assert [
        "store.memories_url",
        "redis://app:***@localhost/1",
        "environment",
        "MEMLANE_STORE__MEMORIES_URL",
    ] in lines
    assert "s3cret" not in done.out
    shown = {setting["name"]: setting for setting in run("config", "show", "--json").json}
    assert shown["embedder.name"]["value"] == "hashing"
    assert shown["store.url"]["origin"] == "default"


def test_doctor_finds_a_sound_installation_sound(run: Run) -> None:
    done = run("doctor")
    assert done.code == 0
    assert "fault" not in done.out
    for name in ("store", "embedder", "token counter"):
        assert f"ok       {name} " in done.out


@pytest.mark.parametrize(
    ("options", "name", "fix"),
    [
        (["--store", "redis://127.0.0.1:1"], "store", "start the server"),
        (["--store", "sqlite:///m.db", "--memories", "redis://127.0.0.1:1"], "memories", "start the server"),
        (["--store", "rediss//nothing"], "store", "config show"),
        (["--embedder", "nonsense"], "embedder", "config show"),
    ],
)
def test_doctor_says_what_is_broken_and_what_mends_it(run: Run, options: list[str], name: str, fix: str) -> None:
    done = run("doctor", *options, "--json")
    assert done.code == 1
    faults = [check for check in done.json if check["state"] == "fault"]
    assert [check["name"] for check in faults] == [name]
    assert fix in faults[0]["fix"]


def test_doctor_warns_without_failing(run: Run) -> None:
    done = run("doctor", "--embedder", "none")
    assert done.code == 0
    assert "warning  embedder        recall finds by keywords only" in done.out


def test_a_store_that_is_down_is_one_line_and_exit_1(run: Run) -> None:
    done = run("memories", "--user", "luke", "--store", "redis://app:s3cret@127.0.0.1:1/0")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("error: ")
    assert done.err.endswith("(store_unavailable)\n")
    assert len(done.err.splitlines()) == 1
    assert "s3cret" not in done.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["recall", "x"],
        ["recall", "--user", "luke"],
        ["recall", "x", "--user", "luke", "--limit", "many"],
        ["recall", "x", "--user", "luke", "--limit", "0"],
        ["recall", "x", "--user", "luke", "--since", "soon"],
        ["recall", "x", "--user", ""],
        ["recall", "x", "--user", "a\ud800"],
        ["recall", "x", "--user", "luke", "--store", "nonsense://x"],
        ["recall", "x", "--user", "luke", "--embedder", "nonsense"],
        ["recall", "x", "--user", "luke", "--config", "absent.toml"],
        ["import", "absent.json", "--user", "luke"],
        ["remember", " ", "--user", "luke"],
        ["remember", "x", "--user", "luke", "--kind", "message"],
        ["preferences", "set", "x", "--user", "luke"],
        ["config"],
    ],
)
def test_what_is_not_understood_is_one_line_and_exit_2(run: Run, arguments: list[str]) -> None:
    done = run(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error: ")
    assert len(done.err.splitlines()) == 1


def test_a_setting_from_the_environment_that_is_not_known_is_refused(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMLANE_STORE__ULR", "x")
    done = run("sessions", "--user", "luke")
    assert done.code == 2
    assert "did you mean MEMLANE_STORE__URL" in done.err


def test_debug_shows_where_it_went_wrong(run: Run) -> None:
    with pytest.raises(memlane.errors.SettingError):
        run("recall", "x", "--user", "luke", "--store", "nonsense", "--debug")


def test_sessions_show_when_they_expire(run: Run, luke: memlane.User) -> None:
    luke.session("s").add("user", "x")
    luke.session("s").expire(timedelta(hours=1))
    expires_at = run("sessions", "--user", "luke", "--json").json[0]["expires_at"]
    assert datetime.fromisoformat(expires_at).tzinfo is not None
    assert "  until " in run("sessions", "--user", "luke").out


def test_the_help_explains_every_exit_code(run: Run) -> None:
    done = run("--help")
    assert done.code == 0
    for words in ("0 done", "1 failed", "3\n", "4 what was named", "130"):
        assert words in done.out
    assert run() == done


def test_the_version_is_shown(run: Run) -> None:
    assert run("--version").out == f"memlane {memlane.__version__}\n"
