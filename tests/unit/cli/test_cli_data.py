"""The commands that put, look at, carry and remove what is remembered, run in this process."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import pytest

from memlane.cli.history import history_file


class Done(Protocol):
    code: int
    out: str
    err: str
    json: Any


Run = Callable[..., Done]


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


def test_one_of_several_conversations_is_imported_by_its_id(run: Run, trip: str, tmp_path: Path) -> None:
    conversation = json.loads(Path(trip).read_text())
    file = tmp_path / "many.jsonl"
    file.write_text("".join(json.dumps({**conversation, "id": name}) + "\n" for name in ("one", "two")))
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
