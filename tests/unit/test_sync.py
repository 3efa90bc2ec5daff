"""The blocking faces and their guards."""

import asyncio
import os
import signal
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import memlane
from memlane import errors
from memlane.protocols.chat_model import Prompt
from memlane.recall.weights import Weights
from memlane.testing.fakes import FakeReranker
from memlane.testing.scripted_model import ScriptedModel


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/m.db"


def test_a_program_remembers_across_connections(url: str) -> None:
    with memlane.connect(url, embedder="hashing") as memory:
        memory.user("luke").session("monday").add("user", "I'm vegetarian and I land in Oslo on Friday.")
    with memlane.connect(url, embedder="hashing") as memory:
        chat = memory.user("luke").session("tuesday")
        chat.instruct("You are a brief assistant.")
        context = chat.context("When do I land?", max_tokens=2_000)
        assert context.memories[0].memory.session_id == "monday"
        assert [session.id for session in memory.user("luke").sessions()] == ["tuesday", "monday"]


async def test_a_blocking_call_inside_a_running_loop_is_refused(url: str) -> None:
    with pytest.raises(errors.ClosedError, match="connect_async"):
        memlane.connect(url, embedder=None)


def test_a_closed_connection_says_so_and_closes_again(url: str) -> None:
    memory = memlane.connect(url, embedder=None)
    memory.close()
    memory.close()
    with pytest.raises(errors.ClosedError):
        memory.user("luke").sessions()


async def test_a_closed_async_connection_says_so(url: str) -> None:
    memory = await memlane.connect_async(url, embedder=None)
    await memory.aclose()
    await memory.aclose()
    for refused in (memory.user("luke").sessions, memory.user("luke").session("s").messages, memory.ping):
        with pytest.raises(errors.ClosedError):
            await refused()


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_is_refused(url: str) -> None:
    with memlane.connect(url, embedder=None) as memory:
        memory.user("luke").session("s").add("user", "before")
        child = os.fork()
        if child == 0:
            code = 1
            try:
                memory.user("luke").sessions()
            except errors.ClosedError:
                code = 0
            finally:
                os._exit(code)
        assert os.waitpid(child, 0)[1] == 0
        assert len(memory.user("luke").session("s").messages()) == 1


def test_errors_come_through_the_blocking_face(url: str) -> None:
    with memlane.connect(url, embedder=None) as memory, pytest.raises(errors.UsageError, match="role"):
        memory.user("luke").session("s").add("robot", "x")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"url": "mysql://localhost"}, "no store understands"),
        ({"url": "memory.db"}, "must be a URL"),
        ({"url": 7}, "must be a URL"),
        ({"embedder": "psychic"}, "no embedder is called"),
        ({"counter": "abacus"}, "no token counter is called"),
        ({"session_ttl": -1}, "at least a millisecond"),
        ({"cache_bytes": 0}, "cache_bytes"),
        ({"colour": "blue"}, "no option colour"),
        ({"reranker": "cross-encoder"}, "must have an identity"),
        ({"weights": {"keyword": 1}}, "must be memlane.recall.weights.Weights, not dict"),
    ],
)
def test_a_setting_that_is_not_understood_is_refused(url: str, arguments: dict[str, object], says: str) -> None:
    with pytest.raises(errors.UsageError, match=says):
        memlane.connect(**{"url": url, "embedder": None, **arguments})  # type: ignore[arg-type] -- that is the test


def test_a_reranker_and_weights_come_through_the_blocking_face(url: str) -> None:
    reranker = FakeReranker(lambda _, text: text.count("heron"))
    with memlane.connect(url, embedder=None, reranker=reranker, weights=Weights(session=0.0)) as memory:
        memory.user("luke").session("s").add_many({"role": "user", "content": "heron " * n} for n in (1, 3, 2))
        found = memory.user("luke").recall("heron")
    assert [recalled.why["reranker"] for recalled in found] == [0.5, 0.25, 0.0]
    assert {recalled.why["session"] for recalled in found} == {0.0}


def test_connections_may_be_used_from_several_threads(url: str) -> None:
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

    with memlane.connect(url, embedder=None) as memory, ThreadPoolExecutor(8) as pool:
        chat = memory.user("luke").session("s")
        list(pool.map(lambda number: chat.add("user", f"{number}"), range(64)))
        assert sorted(int(str(message.content)) for message in chat.messages()) == list(range(64))


def test_async_and_blocking_connections_share_a_file(url: str) -> None:
    async def add() -> None:
        async with memlane.connect_async(url, embedder=None) as memory:
            await memory.user("luke").session("s").add("user", "from asyncio")

    asyncio.run(add())
    with memlane.connect(url, embedder=None) as memory:
        assert [message.content for message in memory.user("luke").session("s").messages()] == ["from asyncio"]


def test_the_embedded_default_lies_in_the_data_directory_whatever_it_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "50% #data?"))
    with memlane.connect(embedder=None) as memory:
        memory.user("luke").session("s").add("user", "here")
    assert (tmp_path / "50% #data?" / "memlane" / "memlane.db").exists()


def test_an_interrupt_in_a_stream_ends_it_cleanly_and_keeps_what_had_come() -> None:
    async def slow(_: Prompt) -> AsyncIterator[str]:
        yield "so far"
        await asyncio.sleep(60)
        yield "never"

    with memlane.connect("sqlite://", embedder="none", model=ScriptedModel(slow), work="off") as memory:
        chat = memory.user("luke").session("trip")
        heard: list[str] = []
        before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job would ignore it
        timer = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        try:
            with pytest.raises(KeyboardInterrupt):
                heard.extend(chat.stream("Tell me"))
        finally:
            timer.join()
            signal.signal(signal.SIGINT, before)
        assert [message.content for message in chat.messages()] == ["Tell me", "so far"]
        assert len(chat.unanswered()) == 1


def test_closing_ends_the_calls_of_other_threads() -> None:
    async def slow(_: Prompt) -> str:
        await asyncio.sleep(60)
        return "never"

    memory = memlane.connect("sqlite://", embedder="none", model=ScriptedModel(slow), work="off")
    raised: list[BaseException] = []

    def talk() -> None:
        try:
            memory.user("luke").session("trip").chat("Hello")
        except errors.MemlaneError as exc:
            raised.append(exc)

    thread = threading.Thread(target=talk)
    thread.start()
    time.sleep(0.5)
    memory.close()
    thread.join(timeout=20)
    assert not thread.is_alive()
    assert isinstance(raised[0], errors.ClosedError)
