"""When memory fails, the provider fails, or the client goes: what goes through, what is kept, what is let go."""

import asyncio
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx2
import pytest
from proxy_server import ProxyServer

from memlane.engine.client import AsyncMemlane
from memlane.errors import StoreUnavailableError
from memlane.testing.model_server import Answer, Misdeed, ModelServer, Trouble
from memlane.types.turn import CUT
from memlane.wiring.settings import ProxySettings

HEADERS = {"X-Memlane-User": "luke", "X-Memlane-Session": "s", "anthropic-version": "x"}
BODY = {"model": "m", "messages": [{"role": "user", "content": "Hi."}]}
CHAT, MESSAGES = "/openai/v1/chat/completions", "/anthropic/v1/messages"
PATHS = {CHAT: {}, MESSAGES: {"max_tokens": 9}}
SOON_S = 5.0


class Failing:
    """Wraps a store; the named calls fail, or take long."""

    def __init__(self, store: Any, *names: str, seconds: float = 0.0, times: int = sys.maxsize) -> None:
        self.store = store
        self.names = names
        self.seconds = seconds
        self.times = times

    def __getattr__(self, name: str) -> Any:
        member = getattr(self.store, name)
        if name not in self.names:
            return member

        async def call(*args: Any, **kwargs: Any) -> Any:
            await asyncio.sleep(self.seconds)
            self.times -= 1
            if not self.seconds and self.times >= 0:
                raise StoreUnavailableError("down on demand")
            return await member(*args, **kwargs)

        return call


@pytest.fixture
def provider() -> Iterator[ModelServer]:
    with ModelServer(key=None) as server:
        server.script.responder = lambda _: "one two three four"
        yield server


Start = Callable[..., tuple[ProxyServer, httpx2.Client]]


@pytest.fixture
def start(provider: ModelServer, tmp_path: Path) -> Iterator[Start]:
    with ExitStack() as stack:

        def started(wrap: Callable[[AsyncMemlane], None] = lambda _: None, **settings: Any) -> Any:
            given = {"openai_url": provider.base_url, "anthropic_url": provider.address, **settings}
            store = f"sqlite:///{tmp_path / 'm.db'}"
            proxy = stack.enter_context(ProxyServer(ProxySettings(**given), store, wrap=wrap))
            return proxy, stack.enter_context(httpx2.Client(base_url=proxy.address, headers=HEADERS, timeout=20))

        yield started


def failing(*names: str, of: str = "sessions", **how: Any) -> Callable[[AsyncMemlane], None]:
    def wrap(memory: AsyncMemlane) -> None:
        setattr(memory._core, of, Failing(getattr(memory._core, of), *names, **how))

    return wrap


def failing_recall(**how: Any) -> Callable[[AsyncMemlane], None]:
    def wrap(memory: AsyncMemlane) -> None:
        residents = memory._core.residents
        residents._memories = Failing(residents._memories, "changes", **how)

    return wrap


@pytest.mark.parametrize(
    "wrap", [failing("read"), failing("append"), failing_recall()], ids=["read", "append", "recall"]
)
def test_a_store_that_is_down_lets_calls_through(start: Start, wrap: Any) -> None:
    proxy, client = start(wrap)
    answer = client.post(CHAT, json=BODY)
    assert answer.json()["choices"][0]["message"]["content"] == "one two three four"
    assert answer.headers["x-memlane-memory"] == "off; store_unavailable"
    proxy.run(lambda _: asyncio.sleep(0))


@pytest.mark.parametrize(
    "wrap", [failing("read"), failing("append"), failing_recall()], ids=["read", "append", "recall"]
)
def test_a_store_that_is_down_refuses_calls_where_that_is_set(start: Start, provider: ModelServer, wrap: Any) -> None:
    _, client = start(wrap, fail_closed=True)
    answer = client.post(CHAT, json=BODY)
    assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable")
    assert answer.headers["retry-after"] == "1"
    assert provider.asked == []
    assert client.post(CHAT, json=BODY, headers={"X-Memlane-User": ""}).status_code == 422


@pytest.mark.parametrize("wrap", [failing("read", seconds=4), failing_recall(seconds=4)], ids=["read", "recall"])
def test_a_slow_store_is_not_waited_for(start: Start, wrap: Any) -> None:
    proxy, client = start(wrap)
    begun = time.monotonic()
    answer = client.post(CHAT, json=BODY)
    assert time.monotonic() - begun < 4
    assert answer.headers["x-memlane-memory"] == "off; too_slow"
    assert [content for _, content in proxy.said("luke", "s")] == ["Hi.", "one two three four"]


def test_an_answer_that_cannot_be_stored_at_first_is_stored_soon(start: Start) -> None:
    proxy, client = start(failing("append", times=3))
    assert client.post(CHAT, json=BODY).headers["x-memlane-memory"] == "off; store_unavailable"
    assert [content for _, content in proxy.said("luke", "s")] == ["Hi.", "one two three four"]


def test_an_answer_that_cannot_be_stored_is_counted(start: Start) -> None:
    proxy, client = start(failing("append"))
    client.post(CHAT, json=BODY)
    proxy.run(lambda _: asyncio.sleep(0))
    assert ("proxy.not_kept", {"code": "store_unavailable"}) in proxy.observer.counted


def test_unexpected_faults_of_memory_let_calls_through(start: Start, caplog: pytest.LogCaptureFixture) -> None:
    def wrap(memory: AsyncMemlane) -> None:
        residents = memory._core.residents
        residents.fresh = None  # type: ignore[method-assign, assignment] -- what nobody thought of

    _, client = start(wrap)
    answer = client.post(CHAT, json=BODY)
    assert (answer.status_code, answer.headers["x-memlane-memory"]) == (200, "off; unexpected")
    assert "unexpected" in caplog.text


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b'{"messages": 7}', b'{"messages": [7]}', b'{"messages": [{"role": 7}]}']
)
@pytest.mark.parametrize("path", [CHAT, "/openai/v1/responses", MESSAGES])
def test_what_is_not_understood_goes_to_the_provider_as_it_is(start: Start, path: str, body: bytes) -> None:
    _, client = start()
    answer = client.post(path, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["error"]["message"]
    assert answer.headers["x-memlane-memory"] in ("off; not understood", "on")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("misdeed", "status"), [(Misdeed.RATE_LIMITED, 429), (Misdeed.FAILING, 500), (Misdeed.FORBIDDEN, 403)]
)
def test_errors_of_the_provider_come_back_as_they_are(
    start: Start, provider: ModelServer, path: str, misdeed: Misdeed, status: int
) -> None:
    proxy, client = start()
    provider.script.will(Trouble(trouble=misdeed, retry_after="9"))
    answer = client.post(path, json={**BODY, **PATHS[path]})
    assert answer.status_code == status
    assert misdeed.value in answer.text
    assert answer.headers.get("retry-after") == "9"
    assert proxy.said("luke", "s") == [("user", "Hi.")]
    waiting = proxy.run(lambda memory: memory.user("luke").session("s").unanswered())
    assert [message.content for message in waiting] == ["Hi."]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("misdeed", [Misdeed.CUT, Misdeed.UNFINISHED, Misdeed.ERROR_IN_STREAM])
def test_a_stream_that_breaks_off_is_kept_as_cut(
    start: Start, provider: ModelServer, path: str, misdeed: Misdeed
) -> None:
    proxy, client = start()
    provider.script.will(Trouble(trouble=misdeed, after=2))
    came = b""
    try:
        with client.stream("POST", path, json={**BODY, **PATHS[path], "stream": True}) as answer:
            for piece in answer.iter_raw():
                came += piece
    except httpx2.RemoteProtocolError:
        assert misdeed is Misdeed.CUT
    assert b"two" in came
    *_, last = proxy.messages("luke", "s")
    assert (last.content, last.turn and last.turn.stop) == ("one two", CUT)
    client.post(path, json={**BODY, **PATHS[path]})
    assert [message.content for message in proxy.messages("luke", "s")] == ["Hi.", "one two", "one two three four"]


def test_a_whole_answer_that_breaks_off_is_not_taken_for_one(start: Start, provider: ModelServer) -> None:
    proxy, client = start()
    provider.script.will(Trouble(trouble=Misdeed.CUT))
    with pytest.raises(httpx2.RemoteProtocolError):
        client.post(CHAT, json=BODY)
    assert proxy.said("luke", "s") == [("user", "Hi.")]


def test_a_provider_that_cannot_be_reached(start: Start) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        proxy, client = start(openai_url=f"http://127.0.0.1:{nobody.getsockname()[1]}/v1")
        answer = client.post(CHAT, json=BODY)
    assert (answer.status_code, answer.json()["code"]) == (502, "model_unavailable")
    assert answer.headers["x-memlane-memory"]
    assert proxy.said("luke", "s") == [("user", "Hi.")]


def test_a_provider_that_says_nothing(start: Start, provider: ModelServer) -> None:
    _, client = start(timeout=timedelta(seconds=0.5))
    provider.script.will(Trouble(trouble=Misdeed.SLOW))
    answer = client.post(CHAT, json=BODY)
    assert (answer.status_code, answer.json()["retryable"]) == (504, True)


@pytest.mark.parametrize("path", PATHS)
def test_a_client_that_goes_frees_the_provider_and_what_came_is_kept(
    start: Start, provider: ModelServer, path: str
) -> None:
    proxy, client = start()
    provider.script.will(Answer(text="one two three " + "more " * 200, pause_s=0.05))
    with client.stream("POST", path, json={**BODY, **PATHS[path], "stream": True}) as answer:
        for piece in answer.iter_raw():
            if b"three" in piece:
                break
    deadline = time.monotonic() + SOON_S
    while not provider.hung_up and time.monotonic() < deadline:
        time.sleep(0.02)
    assert provider.hung_up == 1
    *_, last = proxy.messages("luke", "s")
    assert isinstance(last.content, str)
    assert last.content.startswith("one two three")
    assert last.turn is not None
    assert last.turn.stop == CUT


def test_pieces_of_a_stream_come_as_they_are_made(start: Start, provider: ModelServer) -> None:
    _, client = start()
    provider.script.will(Answer(text="one two three four five six", pause_s=0.1))
    times: list[float] = []
    with client.stream("POST", CHAT, json={**BODY, "stream": True}) as answer:
        times.extend(time.monotonic() for _ in answer.iter_raw())
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert sum(gap > 0.05 for gap in gaps) >= 4


def test_stopping_stores_what_was_just_answered(provider: ModelServer, tmp_path: Path) -> None:
    settings = ProxySettings(openai_url=provider.base_url, anthropic_url=provider.address)
    store = f"sqlite:///{tmp_path / 'm.db'}"
    with ProxyServer(settings, store, wrap=failing("append", times=2)) as proxy:
        httpx2.post(proxy.address + CHAT, json=BODY, headers=HEADERS)
    with ProxyServer(settings, store) as again:
        assert [content for _, content in again.said("luke", "s")] == ["Hi.", "one two three four"]
