"""The demonstration: whole, beside everything else, gone without a trace."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import memlane
from memlane.web import demo

NOW = datetime(2026, 11, 21, 0, 30, tzinfo=UTC)


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[memlane.Memlane]:
    with memlane.connect(f"sqlite:///{tmp_path}/m.db", embedder="hashing", work="off") as opened:
        yield opened


def test_two_people_speak_in_ten_sessions_before_now() -> None:
    assert [person.user for person in demo.people()] == ["demo-mara", "demo-tom"]
    for person in demo.people():
        assert len(person.sessions) == 5
        times = [message["created_at"] for session in person.sessions for message in session.dated(NOW)]
        assert times == sorted(times)
        assert NOW - timedelta(weeks=6) < times[0]
        assert times[-1] < NOW
    assert 55 <= sum(len(session.messages) for person in demo.people() for session in person.sessions) <= 70


def test_it_is_there_once_loaded_with_what_is_to_be_seen_of_it(memory: memlane.Memlane) -> None:
    assert not demo.is_loaded(memory)
    steps: list[tuple[int, int]] = []
    assert demo.load(memory, NOW, lambda done, of: steps.append((done, of))) == 62
    assert steps == [(done, 10) for done in range(1, 11)]
    assert demo.is_loaded(memory)
    mara = memory.user("demo-mara")
    facts = {fact.attribute: fact.value for fact in mara.facts()}
    assert facts["home"] == "Ghent"
    assert facts["diet"] == "vegetarian"
    assert "Utrecht" in {fact.value for fact in mara.facts(at=NOW - timedelta(days=20))}
    assert mara.recall("which hotel in Lisbon?", limit=5)
    assert mara.episodes("dinner with Bruno and Ilse", limit=1)[0].session_id == "dinner-for-three"
    assert any(message.tool_calls for message in mara.session("lisbon-plans").messages())
    assert {fact.attribute: fact.value for fact in memory.user("demo-tom").facts()}["home"] == "York"


def test_loading_again_adds_nothing(memory: memlane.Memlane) -> None:
    demo.load(memory, NOW)
    demo.load(memory, NOW + timedelta(days=1))
    assert sum(session.messages for session in memory.user("demo-mara").sessions()) == 32
    assert len(memory.user("demo-mara").session("first-evening").messages()) == 6


def test_removing_it_leaves_everybody_else(memory: memlane.Memlane) -> None:
    memory.user("luke").session("s").add("user", "I live in Bergen.")
    demo.load(memory, NOW)
    assert demo.remove(memory) > 62
    assert not demo.is_loaded(memory)
    assert memory.user("demo-mara").memories() == []
    assert memory.user("luke").recall("Bergen")
    demo.load(memory, NOW)
    assert demo.is_loaded(memory)


def offering() -> None:
    from memlane.web.desk import Desk, connection  # noqa: PLC0415 -- this is a script of its own
    from memlane.web.parts.demo_offer import show_offer  # noqa: PLC0415 -- likewise

    show_offer(Desk(connection(), {}))


def test_it_comes_and_goes_at_a_click(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMLANE_STORE__URL", f"sqlite:///{tmp_path}/m.db")
    monkeypatch.setenv("MEMLANE_EMBEDDER__NAME", "hashing")
    page = AppTest.from_function(offering, default_timeout=60).run()
    page.button(key="demo-load").click().run()
    page.run()
    assert [button.label for button in page.button][:2] == ["Be Mara", "Be Tom"]
    page.button(key="demo-be-demo-tom").click().run()
    page.run()
    assert page.query_params["user"] == "demo-tom"
    page.button(key="demo-remove").click().run()
    page.run()
    assert [button.label for button in page.button] == ["Load the demonstration"]
    assert "user" not in page.query_params
    assert not page.exception
