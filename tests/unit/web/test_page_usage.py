"""The page `usage`, on a real embedded store with a pretended model."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

import memlane
from memlane.testing.model_server import Answer, ModelServer
from memlane.types.turn import Usage
from memlane.web import desk

HOSTILE = "<script>alert(1)</script> ![x](https://evil.example/x.png) :red[red]"
SOON = 60.0


def page() -> None:
    """Draw the page alone."""
    from memlane.web.desk import Desk, connection  # noqa: PLC0415 -- its source is run alone
    from memlane.web.pages import usage  # noqa: PLC0415 -- its source is run alone

    desk = Desk(connection(), {})
    with desk.guarded():
        usage.show(desk)


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with ModelServer(model="small", key=None) as served:
        spent = Usage(input_tokens=400, cached_tokens=100, output_tokens=20)
        served.script.responder = lambda _asked: Answer(text="I see.", usage=spent)
        yield served


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: ModelServer) -> Iterator[memlane.Memlane]:
    for name in [name for name in os.environ if name.startswith("MEMLANE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("MEMLANE_STORE__URL", f"sqlite:///{tmp_path}/memory.db")
    monkeypatch.setenv("MEMLANE_EMBEDDER__NAME", "hashing")
    monkeypatch.setenv("MEMLANE_WORK__QUIET", "1h")
    monkeypatch.setenv("MEMLANE_MODEL__NAME", f"openai+{model.base_url}#small")
    desk.connection.clear()
    yield desk.connection()
    desk.connection.clear()


@pytest.fixture
def mara(memory: memlane.Memlane) -> memlane.User:
    return memory.user("mara")


def opened(user: str = "mara", **places: str) -> AppTest:
    at = AppTest.from_function(page, default_timeout=SOON)
    for name, value in {"user": user, **places}.items():
        at.query_params[name] = value
    return ran(at)


def ran(at: AppTest) -> AppTest:
    at.run()
    assert not at.exception, at.exception
    return at


def words(at: AppTest) -> str:
    return "\n".join(str(one.value) for one in [*at.markdown, *at.caption, *at.info, *at.success, *at.toast, *at.error])


def numbers(at: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in at.metric}


def place(at: AppTest, name: str) -> Any:
    value = at.query_params.get(name)
    return value[0] if isinstance(value, list) else value


def test_nothing_used_teaches_what_would_be_counted(mara: memlane.User) -> None:
    at = opened()
    assert "Nothing was used in this time" in words(at)
    assert "Talk" in [button.label for button in at.button]
    assert "Nothing was used in this time" in words(opened(scope="session"))


def test_a_reply_shows_in_all_numbers_at_once(mara: memlane.User) -> None:
    mara.session("trip").chat("I live in Bergen.")
    for name in ("2h", "7d", "90d"):
        shown = numbers(opened(range=name))
        assert shown["Messages"] == "2"
        assert shown["Tokens sent"] == "400"
        assert shown["Cached (25 %)"] == "100"
        assert shown["Tokens back"] == "20"


def test_one_conversation_and_everybody_are_told_apart(memory: memlane.Memlane, mara: memlane.User) -> None:
    mara.session("trip").chat("I live in Bergen.")
    mara.session("bread").add("user", "I bake rye bread.")
    memory.user("tom").session("trip").add("user", "Hello")
    assert numbers(opened())["Messages"] == "3"
    assert numbers(opened(scope="session", session="bread"))["Messages"] == "1"
    assert numbers(opened(scope="session", session="trip"))["Messages"] == "2"
    assert numbers(opened(scope="all"))["Messages"] == "4"
    assert numbers(opened("tom"))["Messages"] == "1"


def test_choices_stand_in_the_address(mara: memlane.User) -> None:
    mara.session("trip").add("user", "Hello")
    at = opened()
    at.segmented_control(key="usage-range").set_value("2h")
    at.segmented_control(key="usage-scope").set_value("all")
    ran(at)
    assert (place(at, "range"), place(at, "scope")) == ("2h", "all")
    at.segmented_control(key="usage-range").set_value("7d")
    ran(at)
    assert place(at, "range") is None
    assert numbers(opened(range="nonsense", scope="nonsense"))["Messages"] == "1"


def test_changes_are_against_the_range_before(memory: memlane.Memlane, mara: memlane.User) -> None:
    mara.session("trip").add("user", "Hello")
    assert {metric.delta for metric in opened().metric} == {""}


def test_conversations_and_kinds_of_memory_of_the_user_are_drawn(mara: memlane.User) -> None:
    mara.session(HOSTILE).chat(HOSTILE)
    mara.remember("Lives in Bergen")
    at = opened()
    assert "By conversation" in words(at)
    assert "1 memory, 1 of them new" in words(at)
    at.toggle(key="usage-growth-messages").set_value(True)
    assert "3 memories, 3 of them new" in words(ran(at))
    assert "<script" not in words(at)


def test_without_a_model_there_are_no_tokens_and_that_is_said(
    memory: memlane.Memlane, mara: memlane.User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEMLANE_MODEL__NAME", "none")
    desk.connection.clear()
    desk.connection().user("mara").session("trip").chat("I live in Bergen.")
    assert "No model was asked in this time" in words(opened())
    assert "Nothing to compare yet" in words(opened(part="saved"))


def test_what_the_window_and_the_cache_saved_is_counted_and_priced(mara: memlane.User) -> None:
    trip = mara.session("trip")
    for number in range(12):
        trip.chat(f"{number}: " + "the ferry to Bergen leaves at noon, and we take the bikes. " * 8, last=2, recall=0)
    at = opened(part="saved")
    shown = numbers(at)
    assert shown["Replies"] == "12"
    assert shown["Served by the provider's cache"] == "1,200 tokens"
    (table,) = [frame.value for frame in at.dataframe if "Whole log" in frame.value.columns]
    assert list(table["Saved"]) == list(table["Whole log"] - table["Sent"])
    assert shown["Saved by the window"] == f"{table['Saved'].sum():,} tokens"
    assert table["Saved"].sum() > 0
    assert table["Left out"].max() == 21
    assert "Spent here" not in shown
    at.number_input(key="usage-price_in").set_value(10.0)
    at.number_input(key="usage-price_cached").set_value(1.0)
    shown = numbers(ran(at))
    assert shown["Spent here"] == "0.037"
    assert shown["Saved by the cache"] == "0.011"
    assert place(at, "price_in") == "10"
    assert numbers(opened(part="saved", price_in="10", price_cached="1")) == shown
    assert "Spent here" not in numbers(opened(part="saved", price_in="nan"))


def test_due_work_is_shown_and_done(memory: memlane.Memlane, mara: memlane.User) -> None:
    at = opened(part="work")
    assert "All that was said is looked through" in words(at)
    assert at.button(key="usage-work-run").disabled
    mara.session("trip").add("user", "I live in Bergen.")
    at = opened(part="work")
    (table,) = at.dataframe
    assert list(table.value["User"]) == ["mara"]
    assert list(table.value["Conversation"]) == ["trip"]
    at.button(key="usage-work-run").click()
    assert "Done: " in words(ran(at))


def test_work_that_was_set_aside_says_why_and_is_brought_back(
    memory: memlane.Memlane, mara: memlane.User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEMLANE_WORK__MOST_TRIES", "1")
    desk.connection.clear()
    memory = desk.connection()
    memory.user("mara").session("trip").add("user", "I live in Bergen.")
    memory.run_due(until_idle=False)
    at = opened(part="work")
    (table,) = at.dataframe
    assert list(table.value["State"]) == ["set aside"]
    assert "malformed_output" in table.value["Last failure"][0]
    at.button(key="usage-work-retry").click()
    at = ran(at)
    assert "1 conversation brought back" in words(at)
    assert list(at.dataframe[0].value["State"]) != ["set aside"]


def test_moments_of_growth_reach_back_to_what_was_said_before(mara: memlane.User) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=400)
    mara.session("old").add("user", "I lived in Oslo then.", created_at=long_ago)
    assert "1 memory, 0 of them new" in words(opened())
