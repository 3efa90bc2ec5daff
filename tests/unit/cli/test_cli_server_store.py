"""Commands whose store is a server: its key, which nothing shows."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from memlane.client.connection import RemoteMemlane
from memlane.wiring.connecting import connected
from memlane.wiring.settings import Settings, StoreSettings
from memlane.wiring.store_url import StoreUrl

Run = Callable[..., Any]
KEYS = ("MEMLANE_STORE__API_KEY", "MEMLANE_PROXY__OPENAI_KEY", "MEMLANE_PROXY__ANTHROPIC_KEY")


def test_no_key_is_shown(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in KEYS:
        monkeypatch.setenv(name, "a-secret")
    done = run("config", "show", "--json")
    shown = {one["name"]: one["value"] for one in json.loads(done.out)}
    assert "a-secret" not in done.out + done.err
    assert [shown[name] for name in ("store.api_key", "proxy.openai_key", "proxy.anthropic_key")] == ["***"] * 3


def test_what_is_not_set_says_so(run: Run) -> None:
    shown = {one["name"]: one["value"] for one in json.loads(run("config", "show", "--json").out)}
    assert (shown["store.memories_url"], shown["store.api_key"], shown["auth.issuer"]) == (
        "the same store",
        "none",
        "none",
    )


def test_a_key_may_come_from_a_file(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text("ml_x\n")
    monkeypatch.setenv("MEMLANE_STORE__API_KEY_FILE", str(tmp_path / "key"))
    assert '"***"' in run("config", "show", "--json").out


def test_a_server_gets_the_key_and_keeps_its_own_options() -> None:
    settings = Settings(store=StoreSettings(url=StoreUrl("http://127.0.0.1:1"), api_key="ml_x"))
    with connected(settings) as memory:
        assert isinstance(memory._memlane, RemoteMemlane)


def test_a_server_that_is_not_there_is_one_line(run: Run) -> None:
    done = run("recall", "x", "--user", "luke", "--store", "http://127.0.0.1:1")
    assert done.code == 1
    assert "(store_unavailable)" in done.err
    assert len(done.err.splitlines()) == 1
