"""What a visitor's place is made of, and what of it goes when another user is there."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import memlane
from memlane.web import desk

_SCRIPT = Path(memlane.__file__).parent / "web" / "script" / "main.py"


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[memlane.Memlane]:
    url = f"sqlite:///{tmp_path / 'm.db'}"
    monkeypatch.setenv("MEMLANE_STORE__URL", url)
    monkeypatch.setenv("MEMLANE_EMBEDDER__NAME", "hashing")
    desk.connection.clear()
    with memlane.connect(url, embedder="hashing") as opened:
        yield opened
    desk.connection.clear()


def test_an_address_with_another_user_keeps_nothing_of_the_one_before(memory: memlane.Memlane) -> None:
    memory.user("bob").session("his").add("user", "I keep bees.")
    app = AppTest.from_file(str(_SCRIPT), default_timeout=60)
    app.query_params["user"], app.query_params["session"] = "bob", "his"
    app.run()
    assert "I keep bees." in [shown.value for shown in app.text]
    app.query_params.clear()
    app.query_params["user"] = "eve"
    app.run()
    assert not app.exception
    assert app.query_params.get("session") is None
    assert "bees" not in "".join([*(shown.value for shown in app.text), *(button.label for button in app.button)])
