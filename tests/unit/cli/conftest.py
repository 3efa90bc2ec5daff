"""A user whose home is empty runs `memlane` in this process."""

import io
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import memlane
from memlane.cli.main import main

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
