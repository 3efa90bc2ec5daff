"""`memlane chat` through a pipe, run in this process on an embedded store."""

from collections.abc import Callable
from typing import Any, Protocol

import memlane


class Done(Protocol):
    code: int
    out: str
    err: str
    json: Any


Run = Callable[..., Done]


def test_what_was_said_in_one_chat_is_quoted_in_the_next(run: Run) -> None:
    first = run("chat", "--user", "luke", "--session", "a", stdin="The night ferry to Bergen leaves at eight.\n")
    assert (first.code, first.out) == (
        0,
        "I have nothing on that; I have kept your message. (from memory; no chat model)\n",
    )
    second = run("chat", "--user", "luke", "--session", "b", stdin="When does the ferry to Bergen leave?\n")
    assert "you said in session a: “The night ferry to Bergen leaves at eight.”" in second.out
    assert "1 earlier conversation remembered" in second.err


def test_a_chat_says_at_once_that_it_has_no_model(run: Run) -> None:
    done = run("chat")
    assert done.code == 0
    assert "No chat model is configured" in done.err
    assert "user you (--user NAME for another)" in done.err
    assert "README" in done.err


def test_each_chat_is_a_session_of_its_own_unless_one_is_named(run: Run) -> None:
    for _ in range(2):
        run("chat", "--user", "luke", stdin="A line.\n")
    run("chat", "--user", "luke", "--session", "mine", stdin="A line.\n")
    run("chat", "--user", "luke", "--session", "mine", stdin="Another.\n")
    sessions = run("sessions", "--user", "luke", "--json").json
    assert len(sessions) == 3
    assert {session["session_id"]: session["messages"] for session in sessions}["mine"] == 4


def test_each_piped_line_is_a_message_kept_as_it_was(run: Run, luke: memlane.User) -> None:
    run("chat", "--user", "luke", "--session", "s", stdin="  spaces kept  \n\n   \nno newline at the end")
    said = [message.content for message in luke.session("s").messages() if message.role == "user"]
    assert said == ["  spaces kept  ", "no newline at the end"]


def test_a_reply_is_kept_in_its_session_but_never_recalled(run: Run, luke: memlane.User) -> None:
    run("chat", "--user", "luke", "--session", "s", stdin="The ferry is white.\nWhich colour is the ferry?\n")
    assert [message.role for message in luke.session("s").messages()] == ["user", "assistant"] * 2
    assert {memory.role for memory in luke.memories()} == {"user"}


def test_a_piped_line_that_is_refused_does_not_stop_the_next(run: Run, luke: memlane.User) -> None:
    done = run("chat", "--user", "luke", "--session", "s", stdin=b"broken \xff\nwhole\n")
    assert done.code == 2
    assert "lone surrogate" in done.err
    assert luke.session("s").messages()[0].content == "whole"


def test_the_commands_of_a_chat(run: Run, luke: memlane.User) -> None:
    lines = [
        "The night ferry to Bergen leaves at eight.",
        "/recall ferry",
        "/recall",
        "/instructions",
        "/instructions Be brief.",
        "/instructions",
        "/sessions",
        "/help",
        "/nonsense",
        "//etc is a folder",
        "/new",
        "/instructions -",
        "/quit",
        "never heard",
    ]
    done = run("chat", "--user", "luke", "--session", "s", stdin="\n".join(lines))
    assert done.code == 0
    for wanted in (
        "    The night ferry to Bergen leaves at eight.",
        "/recall what?",
        "has no instructions",
        "are set",
        "Be brief.",
        "2 messages  s",
        "/quit ",
        "There is no command /nonsense",
        "A new session: 2",
        "are removed",
    ):
        assert wanted in done.out
    assert luke.session("s").instructions() == "Be brief."
    said = [memory.text for memory in luke.memories()]
    assert said == ["The night ferry to Bergen leaves at eight.", "/etc is a folder"]


def test_a_greeting_is_not_answered_with_junk(run: Run) -> None:
    run("chat", "--user", "luke", stdin="Hello there, my ferry is white.\nhello\n")
    assert run("chat", "--user", "luke", stdin="hello\n").out.startswith("I have nothing on that")
