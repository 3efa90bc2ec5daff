"""Every command, run in this process on an embedded store of its own."""

import io
import json
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import memlane
from memlane.cli.history import history_file
from memlane.cli.main import main

HOSTILE = "\x1b[2J\x9b31m[bold]not markup[/bold]\x07"
TWO_SESSIONS = {
    "id": "trip",
    "sessions": [
        {
            "id": "planning",
            "at": "2026-03-01T09:00:00Z",
            "messages": [
                {"id": "1", "role": "user", "content": "We take the night ferry to Bergen."},
                {"id": "2", "role": "assistant", "content": "Book a cabin early."},
            ],
        },
        {
            "id": "packing",
            "at": "2026-03-20T19:00:00Z",
            "messages": [{"id": "1", "role": "user", "content": "The blue suitcase has a broken wheel."}],
        },
    ],
}


class Done(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Done]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `memlane` as a user whose home is empty."""
    for place in ("HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(place, str(tmp_path / place.lower()))
    monkeypatch.setenv("MEMLANE_EMBEDDER__NAME", "hashing")
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, stdin: str | bytes = "") -> Done:
        given = stdin.encode() if isinstance(stdin, str) else stdin
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given), "utf-8"))
        capsys.readouterr()
        code = main(arguments)
        return Done(code, *capsys.readouterr())

    return run


@pytest.fixture
def luke(run: Run) -> Iterator[memlane.User]:
    """The user whom the commands are about, by the library."""
    with memlane.connect(embedder="hashing") as memory:
        yield memory.user("luke")


@pytest.fixture
def trip(tmp_path: Path) -> str:
    path = tmp_path / "trip.json"
    path.write_text(json.dumps(TWO_SESSIONS))
    return str(path)


def test_what_was_said_in_one_chat_is_quoted_in_the_next(run: Run) -> None:
    first = run("chat", "--user", "luke", "--session", "a", stdin="The night ferry to Bergen leaves at eight.\n")
    assert (first.code, first.out) == (
        0,
        "I have nothing on that; I have kept your message. (from memory; no chat model)\n",
    )
    second = run("chat", "--user", "luke", "--session", "b", stdin="When does the ferry to Bergen leave?\n")
    assert "you said in session a: “The night ferry to Bergen leaves at eight.”" in second.out
    assert "1 earlier conversation remembered" in second.err


def test_a_chat_says_at_once_that_it_has_no_model(run: Run) -> None:
    done = run("chat")
    assert done.code == 0
    assert "No chat model is configured" in done.err
    assert "user you (--user NAME for another)" in done.err
    assert "README" in done.err


def test_each_chat_is_a_session_of_its_own_unless_one_is_named(run: Run) -> None:
    for _ in range(2):
        run("chat", "--user", "luke", stdin="A line.\n")
    run("chat", "--user", "luke", "--session", "mine", stdin="A line.\n")
    run("chat", "--user", "luke", "--session", "mine", stdin="Another.\n")
    sessions = run("sessions", "--user", "luke", "--json").json
    assert len(sessions) == 3
    assert {session["session_id"]: session["messages"] for session in sessions}["mine"] == 4


def test_each_piped_line_is_a_message_kept_as_it_was(run: Run, luke: memlane.User) -> None:
    run("chat", "--user", "luke", "--session", "s", stdin="  spaces kept  \n\n   \nno newline at the end")
    said = [message.content for message in luke.session("s").messages() if message.role == "user"]
    assert said == ["  spaces kept  ", "no newline at the end"]


def test_a_reply_is_kept_in_its_session_but_never_recalled(run: Run, luke: memlane.User) -> None:
    run("chat", "--user", "luke", "--session", "s", stdin="The ferry is white.\nWhich colour is the ferry?\n")
    assert [message.role for message in luke.session("s").messages()] == ["user", "assistant"] * 2
    assert {memory.role for memory in luke.memories()} == {"user"}


def test_a_piped_line_that_is_refused_does_not_stop_the_next(run: Run, luke: memlane.User) -> None:
    done = run("chat", "--user", "luke", "--session", "s", stdin=b"broken \xff\nwhole\n")
    assert done.code == 2
    assert "lone surrogate" in done.err
    assert luke.session("s").messages()[0].content == "whole"


def test_the_commands_of_a_chat(run: Run, luke: memlane.User) -> None:
    lines = [
        "The night ferry to Bergen leaves at eight.",
        "/recall ferry",
        "/recall",
        "/instructions",
        "/instructions Be brief.",
        "/instructions",
        "/sessions",
        "/help",
        "/nonsense",
        "//etc is a folder",
        "/new",
        "/instructions -",
        "/quit",
        "never heard",
    ]
    done = run("chat", "--user", "luke", "--session", "s", stdin="\n".join(lines))
    assert done.code == 0
    for wanted in (
        "    The night ferry to Bergen leaves at eight.",
        "/recall what?",
        "has no instructions",
        "are set",
        "Be brief.",
        "2 messages  s",
        "/quit ",
        "There is no command /nonsense",
        "A new session: 2",
        "are removed",
    ):
        assert wanted in done.out
    assert luke.session("s").instructions() == "Be brief."
    said = [memory.text for memory in luke.memories()]
    assert said == ["The night ferry to Bergen leaves at eight.", "/etc is a folder"]


def test_a_greeting_is_not_answered_with_junk(run: Run) -> None:
    run("chat", "--user", "luke", stdin="Hello there, my ferry is white.\nhello\n")
    assert run("chat", "--user", "luke", stdin="hello\n").out.startswith("I have nothing on that")


def test_an_import_says_what_was_new(run: Run, trip: str) -> None:
    assert run("import", trip, "--user", "luke") == (0, "3 new, 0 already there\n", "")
    assert run("import", trip, "--user", "luke") == (0, "0 new, 3 already there\n", "")
    assert run("import", trip, "--user", "luke", "--json").json == {"new": 0, "already_there": 3, "indexed": True}


def test_an_import_without_index_leaves_that_to_the_first_recall(run: Run, trip: str) -> None:
    assert run("import", trip, "--user", "luke", "--no-index", "--json").json["indexed"] is None
    assert run("recall", "broken suitcase", "--user", "luke", "--json").json[0]["why"]["meaning"] > 0


def test_an_import_that_cannot_be_found_by_meaning_says_so(run: Run, trip: str) -> None:
    done = run("import", trip, "--user", "luke", "--embedder", "none")
    assert (done.code, done.out) == (0, "3 new, 0 already there\n")
    assert "memlane doctor" in done.err


def test_one_of_several_conversations_is_imported_by_its_id(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "many.jsonl"
    file.write_text("".join(json.dumps({**TWO_SESSIONS, "id": name}) + "\n" for name in ("one", "two")))
    assert run("import", str(file), "--user", "luke", "--conversation", "two").out == "3 new, 0 already there\n"
    assert run("import", str(file), "--user", "luke", "--conversation", "three").code == 2


def test_recall_shows_the_best_first_and_why(run: Run, trip: str) -> None:
    run("import", trip, "--user", "luke")
    done = run("recall", "which suitcase is broken?", "--user", "luke", "--limit", "1", "--why")
    heading, text, why = done.out.splitlines()
    assert heading.endswith("2026-03-20 19:00Z  user  session packing")
    assert text == "    The blue suitcase has a broken wheel."
    assert why.startswith("    why: keyword ")
    found = run("recall", "which suitcase is broken?", "--user", "luke", "--json").json
    assert found[0]["memory"]["text"] == "The blue suitcase has a broken wheel."
    assert sum(found[0]["why"].values()) == pytest.approx(found[0]["score"])


def test_a_recall_can_be_narrowed(run: Run, trip: str) -> None:
    run("import", trip, "--user", "luke")
    run("remember", "A suitcase of 20 kg is allowed", "--user", "luke", "--kind", "fact")

    def texts(*options: str) -> int:
        return len(run("recall", "suitcase ferry cabin", "--user", "luke", "--json", *options).json)

    assert texts() == 4
    assert texts("--kind", "fact") == 1
    assert texts("--session", "planning", "--session", "packing") == 3
    assert texts("--since", "2026-03-02", "--until", "2026-04-01") == 1
    assert texts("--limit", "2") == 2


def test_recall_by_keywords_only_says_so(run: Run, trip: str) -> None:
    run("import", trip, "--user", "luke", "--no-index")
    assert "keywords only" in run("recall", "suitcase", "--user", "luke", "--embedder", "none").err


def test_episodes_are_past_sessions(run: Run, trip: str) -> None:
    run("import", trip, "--user", "luke")
    done = run("episodes", "night ferry", "--user", "luke", "--limit", "1", "--why")
    assert "planning  2026-03-01 09:00Z to 2026-03-01 09:00Z" in done.out
    assert "user: We take the night ferry to Bergen." in done.out
    assert run("episodes", "night ferry", "--user", "luke", "--json").json[0]["session_id"] == "planning"


def test_messages_of_a_session(run: Run, trip: str) -> None:
    run("import", trip, "--user", "luke")
    done = run("messages", "--user", "luke", "--session", "planning", "--last", "1")
    assert done.out == "2026-03-01 09:00Z  assistant\n    Book a cabin early.\n"
    shown = run("messages", "--user", "luke", "--session", "planning", "--json").json
    assert [message["id"] for message in shown] == ["1", "2"]
    assert shown[0]["created_at"] == "2026-03-01T09:00:00Z"


def test_an_unknown_session_is_not_found(run: Run) -> None:
    assert run("messages", "--user", "luke", "--session", "nope") == (
        4,
        "",
        "error: this user has no live session 'nope' (not_found)\n",
    )


def test_what_is_remembered_is_listed_and_forgotten_by_its_id(run: Run) -> None:
    done = run(
        "remember", "Prefers window seats", "--user", "luke", "--kind", "preference", "--metadata", '{"by": "me"}'
    )
    memory_id = done.out.strip()
    assert memory_id in run("memories", "--user", "luke", "--kind", "preference").out
    assert run("memories", "--user", "luke", "--json").json[0]["metadata"] == {"by": "me"}
    assert run("forget", memory_id, "--user", "luke").code == 0
    assert run("memories", "--user", "luke", "--json").json == []
    assert run("forget", memory_id, "--user", "luke").code == 4


def test_what_is_remembered_can_expire(run: Run) -> None:
    kept = run("remember", "Badge", "--user", "luke", "--expires", "2999-01-01", "--json").json
    assert kept["expires_at"] == "2999-01-01T00:00:00Z"
    run("remember", "Old badge", "--user", "luke", "--expires", "2001-01-01")
    assert [memory["text"] for memory in run("memories", "--user", "luke", "--json").json] == ["Badge"]


def test_preferences_are_set_merged_and_replaced(run: Run) -> None:
    assert run("preferences", "show", "--user", "luke").json == {}
    run("preferences", "set", "diet=vegetarian", "seats=2", "--user", "luke")
    assert run("preferences", "set", "seats=3", "--user", "luke", "--json").json == {"diet": "vegetarian", "seats": 3}
    run("preferences", "set", "seats=4", "--replace", "--ttl", "never", "--user", "luke")
    assert run("preferences", "show", "--user", "luke").json == {"seats": 4}


def test_an_export_is_read_back_by_an_import(run: Run, trip: str, tmp_path: Path) -> None:
    run("import", trip, "--user", "luke")
    run("preferences", "set", "seats=4", "--user", "luke")
    file = str(tmp_path / "luke.jsonl")
    assert run("export", file, "--user", "luke").code == 0
    assert run("import", file, "--user", "leia") == (0, "7 new\n", "")
    assert run("import", file, "--user", "leia") == (0, "0 new\n", "")
    for command in (["memories"], ["messages", "--session", "planning"], ["preferences", "show"]):
        assert run(*command, "--user", "leia", "--json").json == run(*command, "--user", "luke", "--json").json


def test_an_export_does_not_replace_a_file_unless_told_to(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("precious")
    assert run("export", str(file), "--user", "luke").code == 2
    assert file.read_text() == "precious"
    assert run("export", str(file), "--user", "luke", "--force").code == 0
    assert file.read_text().startswith('{"type":"memlane-export"')


def test_erasing_removes_everything_of_the_user_and_of_nobody_else(run: Run, trip: str) -> None:
    for user in ("luke", "leia"):
        run("import", trip, "--user", user)
    history = [history_file("default", user) for user in ("luke", "leia")]
    receipt = run("erase", "--user", "luke", "--yes", "--json").json
    assert receipt["removed"]["messages"] == 3
    assert run("memories", "--user", "luke", "--json").json == []
    assert len(run("memories", "--user", "leia", "--json").json) == 3
    assert [file.exists() for file in history] == [False, True]


def test_erasing_refuses_to_go_on_when_it_cannot_ask(run: Run, trip: str) -> None:
    run("import", trip, "--user", "luke")
    done = run("erase", "--user", "luke", stdin="luke\n")
    assert done.code == 2
    assert "--yes" in done.err
    assert len(run("memories", "--user", "luke", "--json").json) == 3


def test_tenants_are_apart(run: Run) -> None:
    run("remember", "A secret", "--user", "luke", "--tenant", "acme")
    assert run("memories", "--user", "luke", "--json").json == []
    assert len(run("memories", "--user", "luke", "--tenant", "acme", "--json").json) == 1


def test_two_stores_are_used_as_named(run: Run, tmp_path: Path) -> None:
    stores = ["--store", f"sqlite:///{tmp_path}/s.db", "--memories", f"sqlite:///{tmp_path}/m.db", "--user", "luke"]
    run("chat", *stores, stdin="The ferry is white.\n")
    assert len(run("recall", "ferry", *stores, "--json").json) == 1
    assert {"s.db", "m.db"} <= {path.name for path in tmp_path.iterdir()}
    assert run("memories", "--user", "luke", "--json").json == []


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
