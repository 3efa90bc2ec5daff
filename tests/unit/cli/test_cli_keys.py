"""`memlane keys`, run in this process on an embedded store."""

from collections.abc import Callable
from typing import Any, Protocol

import pytest


class Done(Protocol):
    code: int
    out: str
    err: str
    json: Any


Run = Callable[..., Done]


def test_a_new_key_stands_alone_on_standard_output(run: Run) -> None:
    done = run("keys", "create", "--tenant", "acme", "--user", "luke", "--name", "shop")
    assert done.code == 0
    (line,) = done.out.splitlines()
    assert line.startswith("ml_")
    assert len(line) == 63
    assert "only time" in done.err
    assert line not in done.err
    listed = run("keys", "list")
    assert line not in listed.out
    for shown in (line[:19], "acme/luke", "read,write", "never expires", "shop"):
        assert shown in listed.out


def test_what_a_key_may_do_is_as_asked(run: Run) -> None:
    given = ["--scope", "read, admin", "--expires", "90d", "--requests-per-minute", "60", "--tokens-per-minute", "1000"]
    made = run("keys", "create", "--tenant", "acme", *given, "--json").json
    info = made["info"]
    assert made["key"].startswith(info["prefix"])
    assert info["scopes"] == ["read", "admin"]
    assert (info["user"], info["requests_per_minute"], info["tokens_per_minute"]) == (None, 60, 1_000)
    assert info["expires_at"] > info["created_at"]
    assert run("keys", "list", "--json").json == [info]
    assert "60 requests/min  1,000 tokens/min" in run("keys", "list").out


def test_keys_are_listed_by_tenant(run: Run) -> None:
    for tenant in ("acme", "umbrella"):
        run("keys", "create", "--tenant", tenant)
    assert [key["tenant"] for key in run("keys", "list", "--json").json] == ["acme", "umbrella"]
    assert [key["tenant"] for key in run("keys", "list", "--tenant", "acme", "--json").json] == ["acme"]
    assert "there is no key" in run("keys", "list", "--tenant", "nobody").err


def test_a_revoked_key_is_gone(run: Run) -> None:
    key = run("keys", "create", "--tenant", "acme").out.strip()
    done = run("keys", "revoke", key[:19])
    assert (done.code, done.out) == (0, "")
    assert "revoked" in done.err
    assert run("keys", "list", "--json").json == []
    again = run("keys", "revoke", key)
    assert again.code == 4
    assert key[20:] not in again.err


def test_revoking_by_the_whole_key_does_not_repeat_it(run: Run) -> None:
    key = run("keys", "create", "--tenant", "acme").out.strip()
    done = run("keys", "revoke", key, "--json")
    assert done.json == {"revoked": key[3:19]}


@pytest.mark.parametrize("arguments", [["list"], ["create", "--tenant", "acme"]])
def test_the_address_of_a_server_holds_no_keys(run: Run, arguments: list[str]) -> None:
    done = run("keys", *arguments, "--store", "http://localhost:8765")
    assert (done.code, done.out) == (2, "")
    assert "keys stand in the store that the server has" in done.err


@pytest.mark.parametrize("overlap", [[], ["--overlap", "0"], ["--overlap", "2 d"]])
def test_a_rotated_key_has_a_new_secret_and_the_same_name(run: Run, overlap: list[str]) -> None:
    key = run("keys", "create", "--tenant", "acme").out.strip()
    rotated = run("keys", "rotate", key[:19], *overlap)
    assert rotated.code == 0
    assert rotated.out.strip() != key
    assert rotated.out.strip()[:19] == key[:19]
    assert len(run("keys", "list", "--json").json) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["create"],
        ["create", "--tenant", ""],
        ["create", "--tenant", "acme", "--user", ""],
        ["create", "--tenant", "acme", "--scope", "everything"],
        ["create", "--tenant", "acme", "--scope", ""],
        ["create", "--tenant", "acme", "--expires", "soon"],
        ["create", "--tenant", "acme", "--expires", "0"],
        ["create", "--tenant", "acme", "--expires", "99999999d"],
        ["create", "--tenant", "acme", "--requests-per-minute", "0"],
        ["create", "--tenant", "acme", "--tokens-per-minute", "many"],
        ["rotate", "aaaa", "--overlap", "-1 s"],
        ["revoke"],
    ],
)
def test_what_is_not_understood_makes_no_key(run: Run, arguments: list[str]) -> None:
    done = run("keys", *arguments)
    assert (done.code, done.out) == (2, "")
    assert run("keys", "list", "--json").json == []


def test_a_name_cannot_drive_the_terminal(run: Run) -> None:
    run("keys", "create", "--tenant", "ac\x1b[2Jme", "--name", "a\x1b[31mb\nc")
    shown = run("keys", "list").out
    assert "\x1b" not in shown
    assert len(shown.splitlines()) == 1


def test_a_store_that_is_down_is_a_failure(run: Run) -> None:
    done = run("keys", "list", "--store", "redis://127.0.0.1:1")
    assert done.code == 1
    assert "store_unavailable" in done.err
