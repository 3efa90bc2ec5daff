"""Listening to a reply apart from the page."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import memlane
from memlane.errors import MemlaneError
from memlane.testing.model_server import Answer, Misdeed, ModelServer, Trouble
from memlane.web.hearing import Hearing

_MODEL_SECONDS = 30.0


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer(model="small", key=None) as served:
        yield served


@pytest.fixture
def session(server: ModelServer, tmp_path: Path) -> Iterator[memlane.Session]:
    model = f"openai+{server.base_url}#small"
    with memlane.connect(f"sqlite:///{tmp_path / 'm.db'}", embedder="hashing", model=model) as memory:
        yield memory.user("mara").session("s")


def _heard(session: memlane.Session) -> Hearing:
    return Hearing(session.stream("Well?", id="m"), "m", "Well?")


def test_a_reply_is_heard_to_its_end(server: ModelServer, session: memlane.Session) -> None:
    server.script.will(Answer(text="All is well."))
    hearing = _heard(session)
    assert hearing.is_over(_MODEL_SECONDS)
    assert (hearing.text, hearing.error) == ("All is well.", None)
    assert session.messages()[-1].content == "All is well."


def test_a_reply_that_is_stopped_is_kept_as_cut(server: ModelServer, session: memlane.Session) -> None:
    server.script.will(Answer(text="one two three four five", pause_s=0.3))
    hearing = _heard(session)
    while not hearing.text:
        assert not hearing.is_over(0.01)
    hearing.stop()
    assert hearing.is_over()
    reply = session.messages()[-1]
    assert reply.turn is not None
    assert reply.turn.stop == "cut"
    assert str(reply.content).startswith("one")
    assert reply.content != "one two three four five"


def test_a_silent_model_is_stopped_at_once(server: ModelServer, session: memlane.Session) -> None:
    server.script.will(Trouble(trouble=Misdeed.SLOW))
    hearing = _heard(session)
    while not server.asked:
        assert not hearing.is_over(0.01)
    began = time.monotonic()
    hearing.stop()
    assert hearing.is_over()
    assert time.monotonic() - began < 5
    assert [message.content for message in session.unanswered()] == ["Well?"]


def test_a_reply_is_closed_once_by_whoever_wants_it_closed(server: ModelServer, session: memlane.Session) -> None:
    server.script.will(Answer(text="one two three four five", pause_s=0.05))
    stream = session.stream("Well?", id="m")
    pieces = iter(stream)
    assert next(pieces) == "one"
    with ThreadPoolExecutor(8) as threads:
        for closing in [threads.submit(stream.close) for _ in range(8)]:
            closing.result()
    assert list(pieces) == []
    assert [message.content for message in session.messages()] == ["Well?", "one"]


def test_what_ended_a_reply_is_told(server: ModelServer, session: memlane.Session) -> None:
    server.script.will(Trouble(trouble=Misdeed.FORBIDDEN))
    hearing = _heard(session)
    assert hearing.is_over(_MODEL_SECONDS)
    assert isinstance(hearing.error, MemlaneError)
