"""The page `episodes`, on a store."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import memlane
from memlane.web.desk import connection

START = datetime(2026, 3, 1, 9, tzinfo=UTC)
HOSTILE = "<img src=x onerror=alert(1)> :red[a] ![x](http://evil.example/x.png) $x^2$"


def page_of(desk_user: str, **places: str) -> None:
    import streamlit as st  # noqa: PLC0415 -- this is a script of its own

    from memlane.web.desk import Desk, connection  # noqa: PLC0415 -- likewise
    from memlane.web.pages import episodes  # noqa: PLC0415 -- likewise

    for name, value in {"user": desk_user, **places}.items():
        if name not in st.session_state:
            st.session_state[name] = st.query_params[name] = value
    desk = Desk(connection(), {})
    with desk.guarded():
        episodes.show(desk)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[memlane.Memlane]:
    url = f"sqlite:///{tmp_path}/m.db"
    monkeypatch.setenv("MEMLANE_STORE__URL", url)
    monkeypatch.setenv("MEMLANE_EMBEDDER__NAME", "hashing")
    connection.clear()
    with memlane.connect(url, embedder="hashing", work="off") as memory:
        yield memory
    connection.clear()


def tell(memory: memlane.Memlane, session: str, day: int, *texts: str) -> None:
    messages = [
        {"role": "user", "content": text, "created_at": START + timedelta(days=day, minutes=number)}
        for number, text in enumerate(texts)
    ]
    memory.user("mara").session(session).add_many(messages)


@pytest.fixture
def talked(store: memlane.Memlane) -> memlane.Memlane:
    tell(store, "lisbon", 0, "I went to Lisbon with my brother Bruno.", "The tile museum was closed. What now?")
    tell(store, "garden", 4, "The runner beans need water.", "I live in Ghent.")
    tell(store, "again", 9, "The tile museum in Lisbon is open again, and the runner beans grow.", HOSTILE)
    store.run_due()
    return store


def shown(user: str = "mara", **places: str) -> AppTest:
    page = AppTest.from_function(page_of, args=(user,), kwargs=places, default_timeout=60).run()
    assert not page.exception
    return page


def said(page: AppTest) -> str:
    return "\n".join(str(one.value) for one in (*page.markdown, *page.caption, *page.text, *page.info))


def test_before_any_conversation_the_page_says_what_it_will_hold(store: memlane.Memlane) -> None:
    assert "Nothing to look back on yet" in said(shown())


def test_conversations_that_are_not_summed_up_yet_are_at_a_click(store: memlane.Memlane) -> None:
    tell(store, "lisbon", 0, "I went to Lisbon.")
    page = shown()
    assert "1 conversation is not summed up yet" in said(page)
    page.button(key="episodes-line-now").click().run()
    assert not page.exception
    assert "not summed up yet" not in said(page)
    assert store.user("mara").memories(kinds={"episode"})


def test_the_latest_conversation_stands_beside_those_like_it(talked: memlane.Memlane) -> None:
    page = shown()
    assert [one.value for one in page.subheader] == ["Episodes and graph", "Side by side"]
    assert HOSTILE in page.text[0].value
    assert len(page.get("vega_lite_chart")) == 1


def test_the_address_names_the_conversation_that_is_open(talked: memlane.Memlane) -> None:
    page = shown(episode="garden")
    assert "user: The runner beans need water." in page.text[0].value


def test_conversations_are_found_by_what_was_said(talked: memlane.Memlane) -> None:
    page = shown(q="my brother Bruno")
    assert [one.value for one in page.subheader] == ["Episodes and graph", "Found", "Side by side"]
    assert "Bruno" in page.text[0].value


def test_the_next_one_is_opened_at_a_click(talked: memlane.Memlane) -> None:
    page = shown(episode="garden")
    next(button for button in page.button if button.label == "Look at this one").click().run()
    assert not page.exception
    assert page.query_params["episode"] != ["garden"]


def test_the_graph_ties_what_was_said(talked: memlane.Memlane) -> None:
    page = shown(part="graph", node="about:bruno")
    assert "**Bruno**" in said(page)
    assert "I went to Lisbon with my brother Bruno." in [one.value for one in page.text]
    assert {"Where it was said", "In Memory"} <= {button.label for button in page.button}


def test_the_graph_shows_the_kinds_that_are_chosen(talked: memlane.Memlane) -> None:
    page = shown(part="graph", node="about:bruno")
    page.button_group(key="graph-kinds").set_value(["place"]).run()
    assert not page.exception
    assert "**Bruno**" not in said(page)


def test_a_graph_of_nothing_says_what_it_grows_from(store: memlane.Memlane) -> None:
    tell(store, "s", 0, "ok")
    assert "Not enough to tie together yet" in said(shown(part="graph"))


def test_a_conversation_flows_and_a_message_of_it_is_read(talked: memlane.Memlane) -> None:
    page = shown(part="flow", episode="again", at="m2")
    assert HOSTILE in [one.value for one in page.text]
    assert page.selectbox(key="flow-which").value == "again"


def test_replies_lead_to_the_conversations_they_were_helped_by(talked: memlane.Memlane) -> None:
    talked.user("mara").session("now").chat("Which museum is in Lisbon?")
    page = shown(part="flow", episode="now", at="s0")
    assert "Curves lead from replies" in said(page)
    assert any("tile museum" in one.value or "Lisbon" in one.value for one in page.text)


def test_a_long_conversation_comes_page_by_page(store: memlane.Memlane) -> None:
    tell(store, "long", 0, *(f"Number {number}" for number in range(230)))
    page = shown(part="flow", episode="long")
    assert "Messages 131 to 230; 230 in all." in said(page)
    page.button(key="flow-earlier").click().run()
    assert "Messages 31 to 130; 230 in all." in said(page)
    page.button(key="flow-earlier").click().run()
    assert "Messages 1 to 30; 230 in all." in said(page)
    page.button(key="flow-later").click().run()
    assert "Messages 31 to 130; 230 in all." in said(page)


def test_nothing_of_another_user_is_shown(talked: memlane.Memlane) -> None:
    talked.user("tom").session("s").add("user", "I like tax law.")
    page = shown("tom")
    assert "Bruno" not in said(page)
    assert "Lisbon" not in said(page)
