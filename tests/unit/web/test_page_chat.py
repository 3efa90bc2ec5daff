"""The page `chat`, on a real store: what it sends, keeps and shows."""

import re
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

import memlane
from memlane.testing.model_server import Answer, Misdeed, ModelServer, Trouble
from memlane.web import desk
from memlane.web.keys import widget_key
from memlane.web.views.presets import BRIEF

_SCRIPT = Path(memlane.__file__).parent / "web" / "script" / "main.py"
_HOSTILE = "<script>alert(1)</script> ![p](http://evil.example/p.png) :red[x] $x^2$ :material/home:"
_UNESCAPED = re.compile(r"<script|(?<!\\)!\[|(?<!\\)\]\(|http:/")
Open = Callable[..., AppTest]


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[memlane.Memlane]:
    """The store that the page works on, seen from another connection."""
    url = f"sqlite:///{tmp_path / 'm.db'}"
    monkeypatch.setenv("MEMLANE_STORE__URL", url)
    monkeypatch.setenv("MEMLANE_EMBEDDER__NAME", "hashing")
    desk.connection.clear()
    with memlane.connect(url, embedder="hashing") as opened:
        yield opened
    desk.connection.clear()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    """A model that the page asks."""
    with ModelServer(model="small", key=None) as served:
        monkeypatch.setenv("MEMLANE_MODEL__NAME", f"openai+{served.base_url}#small")
        yield served


@pytest.fixture
def page(memory: memlane.Memlane) -> Open:
    """Opens the page at an address."""

    def opened(**places: str) -> AppTest:
        app = AppTest.from_file(str(_SCRIPT), default_timeout=60)
        for name, value in {"user": "mara", **places}.items():
            app.query_params[name] = value
        return app.run()

    _ = memory
    return opened


def _say(app: AppTest, text: str) -> AppTest:
    return _settled(app.chat_input[0].set_value(text).run())


def _settled(app: AppTest) -> AppTest:
    """Draw the page until the reply has come."""
    while app.chat_input[0].disabled:
        app.run()
    return app


def _texts(app: AppTest) -> list[str]:
    return [shown.value for shown in app.text]


def _captions(app: AppTest) -> str:
    return "\n".join(shown.value for shown in app.caption)


def _button(app: AppTest, label: str) -> Any:
    return next(button for button in app.button if button.label.startswith(label))


def _place(app: AppTest, name: str) -> str | None:
    values = app.query_params.get(name)
    return values[0] if isinstance(values, list) else values


def test_a_page_without_a_conversation_teaches_and_an_example_begins_one(page: Open, memory: memlane.Memlane) -> None:
    app = page()
    assert "MEMLANE_MODEL__NAME" in _captions(app)
    assert memory.user("mara").sessions() == []
    _settled(_button(app, "My sister Nora").click().run())
    assert not app.exception
    (session,) = memory.user("mara").sessions()
    assert _place(app, "session") == session.session_id
    assert _texts(app)[0] == "My sister Nora plays the cello in Bergen."


def test_what_was_said_in_one_conversation_is_remembered_in_another_and_the_page_says_why(
    page: Open, memory: memlane.Memlane
) -> None:
    app = page()
    _say(app, "I'm vegetarian and I fly to Oslo on Friday.")
    told = _place(app, "session")
    _button(app, "New conversation").click().run()
    assert _place(app, "session") is None
    _say(app, "When do I fly to Oslo?")
    assert told != _place(app, "session")
    assert "fly to Oslo on Friday" in _texts(app)[1]
    assert [box.label for box in app.expander][-1].startswith("Remembered 1 · ")

    reply = memory.user("mara").session(str(_place(app, "session"))).messages()[-1]
    app.session_state[widget_key("chat-remembered", reply.id)] = True
    app.run()
    assert _texts(app)[-1] == "I'm vegetarian and I fly to Oslo on Friday."
    assert "same words" in _captions(app)
    assert "The context: " in _captions(app)
    _button(app, "Open ").click().run()
    assert _place(app, "session") == told
    assert "You came from here" in "".join(mark.value for mark in app.markdown)


def test_a_memory_that_was_forgotten_since_is_said_to_be_so(page: Open, memory: memlane.Memlane) -> None:
    user = memory.user("mara")
    user.session("old").add("user", "I fly to Oslo on Friday.")
    user.session("new").chat("When do I fly to Oslo?")
    reply = user.session("new").messages()[-1]
    assert reply.turn is not None
    assert reply.turn.sent is not None
    for shown in reply.turn.sent.recalled:
        user.forget(shown.id)
    app = page(session="new")
    app.session_state[widget_key("chat-remembered", reply.id)] = True
    app.run()
    assert "Forgotten since" in _captions(app)


def test_a_reload_shows_the_same_and_sends_nothing_again(page: Open, memory: memlane.Memlane) -> None:
    app = page()
    _say(app, "I keep bees.")
    session_id = str(_place(app, "session"))
    said = memory.user("mara").session(session_id).messages()
    app.run()
    again = page(session=session_id)
    assert _texts(again)[0] == "I keep bees."
    assert memory.user("mara").session(session_id).messages() == said


def test_what_is_typed_while_another_change_draws_the_page_anew_is_sent_all_the_same(
    page: Open, memory: memlane.Memlane
) -> None:
    app = _say(page(), "Hello.")
    session_id = str(_place(app, "session"))
    app.button_group(key=widget_key("chat-preset", session_id)).set_value(BRIEF.title)
    _settled(app.chat_input[0].set_value("My door is green.").run())
    session = memory.user("mara").session(session_id)
    assert [message.content for message in session.messages() if message.role == "user"] == [
        "Hello.",
        "My door is green.",
    ]
    assert session.instructions() == BRIEF.text


def test_a_model_replies_with_the_settings_that_were_chosen(
    server: ModelServer, page: Open, memory: memlane.Memlane
) -> None:
    server.script.will(Answer(text="Bees, then."), Answer(text="Three."))
    app = page(last="1", recall="0")
    _say(app, "I keep bees.")
    assert _texts(app)[-1] == "Bees, then."
    assert "small" in _captions(app)
    preset = widget_key("chat-preset", str(_place(app, "session")))
    app.button_group(key=preset).set_value(BRIEF.title).run()
    assert memory.user("mara").session(str(_place(app, "session"))).instructions() == BRIEF.text
    _say(app, "How many hives?")
    assert server.asked[-1].system == BRIEF.text
    assert [message["content"] for message in server.asked[-1].messages] == ["How many hives?"]
    assert (_place(app, "last"), _place(app, "recall")) == ("1", "0")


def test_a_call_that_failed_keeps_the_message_and_is_tried_again_without_a_double(
    server: ModelServer, page: Open, memory: memlane.Memlane
) -> None:
    server.script.will(Trouble(trouble=Misdeed.FORBIDDEN), Answer(text="Here."))
    app = page()
    _say(app, "Are you there?")
    assert app.error
    session = memory.user("mara").session(str(_place(app, "session")))
    assert [message.content for message in session.messages()] == ["Are you there?"]
    _settled(app.button(key="chat-again").click().run())
    assert not app.error
    assert [message.content for message in session.messages()] == ["Are you there?", "Here."]
    assert _texts(app) == ["Are you there?", "Here."]


def test_a_reply_that_was_cut_is_shown_as_stopped_and_can_be_asked_for_again(
    server: ModelServer, page: Open, memory: memlane.Memlane
) -> None:
    server.script.will(Answer(text="One two three."), Answer(text="All of it."))
    session = memory.user("mara").session("s")
    with memlane.connect(
        desk.settings().store.url.reveal(),  # type: ignore[union-attr]
        embedder="hashing",
        model=desk.settings().model.name,
    ) as other:
        stream = other.user("mara").session("s").stream("Tell me.")
        next(iter(stream))
        stream.close()
    assert session.messages()[-1].turn.stop == "cut"  # type: ignore[union-attr]
    app = page(session="s")
    assert "Stopped: what had come is kept." in _captions(app)
    _settled(app.button(key="chat-again").click().run())
    assert _texts(app)[-1] == "All of it."
    assert session.unanswered() == []


def test_what_was_said_stands_as_text_whatever_it_says(page: Open, memory: memlane.Memlane) -> None:
    user = memory.user("mara")
    user.session(_HOSTILE).add_many(
        [
            {"role": "user", "content": _HOSTILE, "name": _HOSTILE},
            {"role": "assistant", "content": None, "tool_calls": [{"function": {"name": _HOSTILE, "arguments": "{}"}}]},
            {"role": "tool", "content": _HOSTILE, "name": _HOSTILE},
        ]
    )
    app = page(session=_HOSTILE)
    assert not app.exception
    assert _texts(app) == [_HOSTILE]
    assert _HOSTILE in [code.value for code in app.code]
    read_as_markdown = [
        *(button.label for button in app.button),
        *(box.label for box in app.expander),
        *(shown.value for shown in app.caption if "MEMLANE_MODEL__NAME" not in shown.value),
        *(shown.value for shown in app.subheader),
        *(shown.value for shown in app.markdown),
    ]
    assert not [label for label in read_as_markdown if _UNESCAPED.search(label)]


def test_a_message_said_anew_begins_a_branch_and_leaves_the_old_conversation(
    page: Open, memory: memlane.Memlane
) -> None:
    user = memory.user("mara")
    user.session("s").instruct("Be brief.")
    user.session("s").chat("I keep bees.")
    user.session("s").chat("How many?")
    said = user.session("s").messages()
    app = page(session="s")
    app.button(key=widget_key("chat-edit", said[2].id)).click().run()
    app.button(key=widget_key("chat-edit", said[2].id)).click()  # a dialog is drawn where it was asked for
    app.text_area(key=widget_key("chat-edit-text", said[2].id)).set_value("How many hives?")
    _settled(_button(app, "Send in a new conversation").click().run())
    assert not app.exception
    branch = user.session(str(_place(app, "session")))
    assert branch.id != "s"
    assert user.session("s").messages() == said
    texts = [message.content for message in branch.messages()]
    assert texts[:3] == [said[0].content, said[1].content, "How many hives?"]
    assert len(texts) == 4
    assert branch.instructions() == "Be brief."
    assert not {message.id for message in said} & {message.id for message in branch.messages()}
    assert len([found for found in user.memories() if found.text == "I keep bees."]) == 1


def test_what_is_given_a_time_to_live_leaves_the_page_when_it_is_over(page: Open, memory: memlane.Memlane) -> None:
    session = memory.user("mara").session("s")
    session.add("user", "Here for a moment.")
    session.expire(timedelta(minutes=5))
    app = page(session="s")
    assert "Here for a moment." in _texts(app)
    assert "This conversation: " in "".join(mark.value for mark in app.markdown)
    session.expire(timedelta(milliseconds=1))
    time.sleep(0.01)
    app.run()
    assert _texts(app) == []


def test_a_time_to_live_is_set_in_the_settings(page: Open, memory: memlane.Memlane) -> None:
    session = memory.user("mara").session("s")
    session.add("user", "Here for a while.")
    app = page(session="s")
    app.button_group[-1].set_value("All of it")
    app.number_input[0].set_value(5.0)
    _button(app, "Set").click().run()
    assert not app.exception
    info = session.info()
    assert info is not None
    assert info.ttl == timedelta(minutes=5)


def test_a_long_conversation_comes_in_pages_and_is_opened_at_a_message(page: Open, memory: memlane.Memlane) -> None:
    session = memory.user("mara").session("s")
    session.add_many([{"role": "user", "content": f"number {n}", "id": f"m{n}"} for n in range(100)])
    app = page(session="s")
    assert _texts(app) == [f"number {n}" for n in range(60, 100)]
    app.button(key="chat-earlier").click().run()
    assert _texts(app)[0] == "number 20"
    found = page(session="s", message="m30")
    assert _texts(found)[-3:] == ["number 30", "number 31", "number 32"]
    found.button(key="chat-later").click().run()
    assert _texts(found)[-1] == "number 99"
    assert "no longer there" in page(session="s", message="none").info[0].value


def test_a_conversation_is_deleted_after_being_asked(page: Open, memory: memlane.Memlane) -> None:
    memory.user("mara").session("s").add("user", "I keep bees.")
    app = page(session="s")
    app.button(key="chat-delete").click().run()
    app.button(key="chat-delete").click()  # a dialog is drawn where it was asked for
    app.checkbox[0].check()
    app.button(key="chat-delete-sure").click().run()
    assert not app.exception
    assert memory.user("mara").sessions() == []
    assert memory.user("mara").memories() == []


def test_the_list_holds_twenty_conversations_and_more_on_request(page: Open, memory: memlane.Memlane) -> None:
    for number in range(25):
        memory.user("mara").session(f"s{number}").add("user", f"talk {number}")
    app = page()
    assert len([button for button in app.button if "talk" in button.label]) == 20
    _button(app, "5 more").click().run()
    assert len([button for button in app.button if "talk" in button.label]) == 25
    assert not [button for button in page(user="tom").button if "talk" in button.label]
