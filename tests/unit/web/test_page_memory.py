"""The memory page, driven as a visitor does, on a real embedded store."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

import memlane
from memlane.web import desk
from memlane.web.keys import widget_key

HOSTILE = "<script>alert(1)</script> ![x](https://evil.example/x.png) :red[red] $x$ [l](javascript:alert(1))"
SOON = 20.0


def page() -> None:
    """Draw the page alone."""
    from memlane.web.desk import Desk, connection  # noqa: PLC0415 -- its source is run alone
    from memlane.web.pages import memory  # noqa: PLC0415 -- its source is run alone
    from memlane.web.parts.memory_erase import show_receipt  # noqa: PLC0415 -- its source is run alone

    desk = Desk(connection(), {})
    if desk.user_id is None:
        show_receipt(desk)
        return
    with desk.guarded():
        memory.show(desk)


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[memlane.Memlane]:
    for name in [name for name in os.environ if name.startswith("MEMLANE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("MEMLANE_STORE__URL", f"sqlite:///{tmp_path}/memory.db")
    monkeypatch.setenv("MEMLANE_EMBEDDER__NAME", "hashing")
    desk.connection.clear()
    yield desk.connection()
    desk.connection.clear()


@pytest.fixture
def mara(memory: memlane.Memlane) -> memlane.User:
    return memory.user("mara")


def opened(user: str = "mara", **places: str) -> AppTest:
    at = AppTest.from_function(page, default_timeout=SOON)
    at.query_params["user"] = user
    for name, value in places.items():
        at.query_params[name] = value
    return ran(at)


def ran(at: AppTest) -> AppTest:
    at.run()
    assert not at.exception, at.exception
    return at


def clicked(at: AppTest, key: str) -> AppTest:
    at.button(key=key).click()
    return ran(at)


def submitted(at: AppTest, label: str) -> AppTest:
    next(button for button in at.button if button.label == label).click()
    return ran(at)


def rows(at: AppTest, name: str = "memory") -> list[str]:
    return [button.label for button in at.button if (button.key or "").startswith(f"open-{name}-")]


def words(at: AppTest) -> str:
    """Return all that the page says in Markdown, captions and text."""
    return "\n".join(str(element.value) for element in [*at.markdown, *at.caption, *at.text, *at.info, *at.toast])


def place(at: AppTest, name: str) -> Any:
    value = at.query_params.get(name)
    return value[0] if isinstance(value, list) else value


def test_an_empty_memory_teaches_what_would_be_there(mara: memlane.User) -> None:
    at = opened()
    assert "Nothing is remembered yet" in words(at)
    assert {"Talk", "Add a memory"} <= {button.label for button in at.button}


def test_filters_narrow_the_list_and_stand_in_the_address(mara: memlane.User) -> None:
    mara.remember("Lives in Bergen")
    mara.remember("Prefers window seats", kind="preference")
    mara.remember("Booking 8812", kind="booking")
    at = opened()
    assert rows(at) == ["Booking 8812", "Prefers window seats", "Lives in Bergen"]
    at.text_input(key="memory-find").input("WINDOW")
    assert rows(ran(at)) == ["Prefers window seats"]
    assert place(at, "find") == "WINDOW"
    at.text_input(key="memory-find").input("")
    at = ran(at)
    at.pills(key="memory-kinds").set_value(["booking"])
    assert rows(ran(at)) == ["Booking 8812"]
    assert place(at, "kinds") == "booking"
    assert rows(opened(kinds="booking,preference")) == ["Booking 8812", "Prefers window seats"]
    at = opened(find="nowhere")
    assert "Nothing meets these filters" in words(at)
    assert len(rows(clicked(at, "memory-clear-all"))) == 3


def test_pinned_and_current_and_days_narrow_the_list(mara: memlane.User) -> None:
    mara.pin(mara.remember("Lives in Bergen").id)
    mara.remember("Likes rye bread")
    assert rows(opened(pinned="yes")) == ["Lives in Bergen"]
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    assert rows(opened(since=tomorrow)) == []
    assert len(rows(opened(current="yes", until=tomorrow))) == 2


def test_pages_go_back_and_forth(mara: memlane.User) -> None:
    for number in range(60):
        mara.remember(f"Number {number}")
    at = opened()
    assert len(rows(at)) == 50
    at = submitted(at, "Older")
    assert len(rows(at)) == 10
    assert rows(opened(after=place(at, "after"))) == rows(at)
    assert len(rows(submitted(at, "Newer"))) == 50


def test_a_click_opens_a_memory_with_the_message_it_comes_from(mara: memlane.User) -> None:
    mara.session("trip").add("user", "I'm vegetarian and I live in Bergen.")
    desk.connection().run_due()
    at = opened(kinds="fact,preference")
    number = rows(at).index("Is vegetarian\\.")
    at = clicked(at, f"open-memory-{number}")
    assert [fact.text for fact in mara.facts() if fact.id == place(at, "memory")] == ["Is vegetarian."]
    assert "I'm vegetarian and I live in Bergen." in [text.value for text in at.text]
    assert "Open the message" in [button.label for button in at.button]


def test_correct_then_undo(mara: memlane.User) -> None:
    held = mara.remember("Lives in Bergen")
    at = opened(memory=held.id)
    at.text_area(key=widget_key("memory-correct-text", held.id, "1")).input("Lives in Oslo")
    at = submitted(at, "Save")
    assert mara.memory(held.id).text == "Lives in Oslo"  # type: ignore[union-attr]
    assert "Corrected" in words(at)
    at = clicked(at, "memory-revert-2")
    assert mara.memory(held.id).text == "Lives in Bergen"  # type: ignore[union-attr]


def test_what_was_said_cannot_be_corrected(mara: memlane.User) -> None:
    mara.session("trip").add("user", "I live in Bergen.")
    said = mara.memories(kinds={"message"})[0]
    assert "Save" not in [button.label for button in opened(memory=said.id).button]


def test_pin_and_unpin(mara: memlane.User) -> None:
    held = mara.remember("Lives in Bergen")
    at = clicked(opened(memory=held.id), "memory-pin")
    assert mara.memory(held.id).pinned  # type: ignore[union-attr]
    clicked(at, "memory-pin")
    assert not mara.memory(held.id).pinned  # type: ignore[union-attr]


def test_a_memory_that_was_changed_meanwhile_is_left_alone(mara: memlane.User) -> None:
    held = mara.remember("Lives in Bergen")
    at = opened(memory=held.id)
    mara.correct(held.id, "Lives in Oslo")
    at = clicked(at, "memory-forget")
    assert "It was changed meanwhile" in at.error[0].value
    assert mara.memory(held.id) is not None
    assert "Lives in Oslo" in [text.value for text in at.text]


def test_forget_says_what_is_gone_and_closes(mara: memlane.User) -> None:
    held = mara.remember("Lives in Bergen")
    at = clicked(opened(memory=held.id), "memory-forget")
    assert mara.memory(held.id) is None
    assert [toast.value for toast in at.toast] == ["Forgotten: Lives in Bergen"]
    assert place(at, "memory") is None
    assert rows(at) == []


def test_a_memory_that_is_gone_is_said_to_be(mara: memlane.User) -> None:
    assert "gone" in opened(memory="m-nothing").info[0].value


def test_add_with_a_kind_of_ones_own_an_end_and_metadata(mara: memlane.User) -> None:
    at = clicked(opened(), "memory-add")
    at.text_area(key="memory-new-text").input("Booking 8812")
    at.segmented_control(key="memory-new-kind").set_value("another kind")
    at.text_input(key="memory-new-own").input("booking")
    at.date_input(key="memory-new-until").set_value((datetime.now(UTC) + timedelta(days=9)).date())
    at.text_area(key="memory-new-metadata").input('{"seats": 2}')
    at = submitted(at, "Add")
    (held,) = mara.memories()
    assert (held.text, held.kind, held.metadata) == ("Booking 8812", "booking", {"seats": 2})
    assert held.expires_at is not None
    assert rows(at) == ["Booking 8812"]


def test_metadata_that_is_no_object_is_refused_and_the_form_stays(mara: memlane.User) -> None:
    at = clicked(opened(), "memory-add")
    at.text_area(key="memory-new-text").input("Booking 8812")
    at.text_area(key="memory-new-metadata").input("[2]")
    at = submitted(at, "Add")
    assert at.error
    assert at.text_area(key="memory-new-text").value == "Booking 8812"
    assert mara.memories() == []


def test_the_profile_is_what_held_on_a_day(mara: memlane.User) -> None:
    said = datetime(2026, 3, 1, 12, tzinfo=UTC)
    chat = mara.session("home")
    chat.add_many([{"role": "user", "content": "I live in Bergen.", "created_at": said.isoformat()}])
    moved = said + timedelta(days=90)
    chat.add_many([{"role": "user", "content": "I live in Oslo now.", "created_at": moved.isoformat()}])
    desk.connection().run_due()
    assert rows(opened(part="profile"), "profile") == [":gray[home] &nbsp;Oslo"]
    assert rows(opened(part="profile", at="2026-04-01"), "profile") == [":gray[home] &nbsp;Bergen"]
    assert "No facts held then" in words(opened(part="profile", at="2026-01-01"))


def test_preferences_are_edited_as_rows(mara: memlane.User) -> None:
    mara.set_preferences({"diet": "vegetarian", "seats": 2})
    at = opened(part="profile")
    at.session_state["memory-preferences-rows-0"] = {
        "edited_rows": {0: {"value": "vegan"}},
        "added_rows": [{"name": "notify", "value": "true"}],
        "deleted_rows": [],
    }
    submitted(at, "Save")
    assert mara.preferences() == {"diet": "vegan", "seats": 2, "notify": True}


def test_preferences_are_saved_only_over_what_was_seen(mara: memlane.User) -> None:
    mara.set_preferences({"diet": "vegetarian", "seats": 2})
    at = opened(part="profile")
    at.toggle(key="memory-preferences-as-json").set_value(True)
    at = ran(at)
    at.text_area(key="memory-preferences-text-0").input('{"diet": "vegan"}')
    at = submitted(at, "Save")
    assert mara.preferences() == {"diet": "vegan"}
    mara.set_preferences({"diet": "anything"})
    at.text_area(key="memory-preferences-text-1").input('{"diet": "none"}')
    at = submitted(at, "Save")
    assert "It was changed meanwhile" in at.error[0].value
    assert mara.preferences() == {"diet": "anything"}
    at = clicked(at, "memory-preferences-again")
    assert "anything" in at.text_area(key="memory-preferences-text-2").value


def test_sliders_reorder_what_was_recalled(mara: memlane.User) -> None:
    chat = mara.session("trip")
    chat.add("user", "Where should I eat in Oslo?")
    chat.add("assistant", "In Oslo there is a good place for bread by the harbour.")
    chat.add("user", "Rye bread is what I want, and nothing else at all.")
    at = opened(part="recall", q="what about bread in Oslo?")
    before = rows(at, "recall")
    assert len(before) == 3
    assert "person" in [slider.label for slider in at.slider]
    for slider in at.slider:
        if slider.label in {"keyword", "meaning", "session", "window"}:
            slider.set_value(0.0)
    after = rows(ran(at), "recall")
    assert sorted(after) == sorted(before)
    assert after != before
    assert "↑" in words(at)
    assert rows(submitted(at, "All back to 1"), "recall") == before


def test_a_policy_is_tried_before_it_prunes(mara: memlane.User) -> None:
    for number in range(3):
        mara.remember(f"Number {number}")
    mara.pin(mara.memories()[0].id)
    at = opened(part="prune")
    at = submitted(at, "Try it")
    assert "needs at least one" in words(at)
    next(field for field in at.number_input if field.label.startswith("Keep")).set_value(0)
    at = submitted(at, "Try it")
    assert len(rows(at, "prune")) == 2
    assert len(mara.memories()) == 3
    at = clicked(at, "memory-prune-now")
    assert len(mara.memories()) == 1
    assert "Pruned 2 memories" in [toast.value for toast in at.toast]


def test_erase_needs_the_exact_id_and_leaves_a_receipt(mara: memlane.User) -> None:
    mara.remember("Lives in Bergen")
    at = opened(part="erase")
    at.text_input(key="memory-erase-id").input("Mara")
    assert ran(at).button(key="memory-erase").disabled
    at.text_input(key="memory-erase-id").input("mara")
    at = clicked(ran(at), "memory-erase")
    assert mara.memories() == []
    assert "mara was erased" in words(at)
    assert place(at, "user") is None


def test_hostile_text_is_shown_as_text(mara: memlane.User) -> None:
    held = mara.remember(HOSTILE, kind="a<b>:red[k]", metadata={"x": HOSTILE})
    mara.session(HOSTILE).add("user", HOSTILE)
    for part in ("memories", "profile", "recall", "prune"):
        at = opened(part=part, memory=held.id, q="evil")
        shown = [*[button.label for button in at.button], *[str(one.value) for one in [*at.markdown, *at.caption]]]
        for piece in ("<script", "![x]", "](javascript", ":red[red]", "https://"):
            assert not [text for text in shown if piece in text], (part, piece)
    assert HOSTILE in [text.value for text in at.text]


@pytest.mark.parametrize("part", ["memories", "profile", "recall", "prune"])
def test_nothing_of_another_user_is_shown(memory: memlane.Memlane, mara: memlane.User, part: str) -> None:
    secret = memory.user("tom").remember("Tom's secret harbour")
    mara.remember("The harbour of Bergen")
    at = opened(part=part, memory=secret.id, q="harbour")
    assert "secret" not in words(at)
    assert not [button for button in at.button if "secret" in button.label]
