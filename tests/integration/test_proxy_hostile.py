"""What must not happen through the proxy: the erased coming back, words lost for their place or length."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from proxy_server import ProxyServer

from memlane.context.remembered import MEMORIES_FOOT, MEMORIES_HEAD
from memlane.engine.client import AsyncMemlane
from memlane.testing.model_server import ModelServer
from memlane.wiring.settings import ProxySettings

CHAT = "/openai/v1/chat/completions"
HEADERS = {"X-Memlane-User": "luke", "X-Memlane-Session": "s"}
FIRST = [{"role": "user", "content": "Hi."}, {"role": "assistant", "content": "Noted."}]


@pytest.fixture
def provider() -> Iterator[ModelServer]:
    with ModelServer(key=None) as server:
        server.script.responder = lambda _: "Noted."
        yield server


@pytest.fixture
def proxy(provider: ModelServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ProxyServer]:
    """A proxy that waits for memory however slow the machine is."""
    monkeypatch.setattr("memlane.proxy.calls._WAIT_SECONDS", 60.0)
    settings = ProxySettings(openai_url=provider.base_url, anthropic_url=provider.address)
    with ProxyServer(settings, f"sqlite:///{tmp_path / 'm.db'}") as server:
        yield server


@pytest.fixture
def client(proxy: ProxyServer) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=proxy.address, headers=HEADERS, timeout=20) as client:
        yield client


def ask(client: httpx2.Client, *messages: dict[str, Any]) -> httpx2.Response:
    answer = client.post(CHAT, json={"model": "m", "messages": list(messages)})
    assert answer.status_code == 200
    return answer


async def erase(memory: AsyncMemlane) -> None:
    await memory.user("luke").erase()


async def delete(memory: AsyncMemlane) -> None:
    await memory.user("luke").session("s").delete(memories=True)


@pytest.mark.parametrize(("remove", "seen"), [(erase, []), (delete, ["luke"])])
def test_an_answer_to_what_was_removed_meanwhile_is_not_stored(
    client: httpx2.Client,
    proxy: ProxyServer,
    provider: ModelServer,
    remove: Callable[[AsyncMemlane], Awaitable[None]],
    seen: list[str],
) -> None:
    asked, removed = threading.Event(), threading.Event()

    def late(_: Any) -> str:
        asked.set()
        assert removed.wait(20)
        return "Late."

    provider.script.responder = late
    calling = threading.Thread(target=ask, args=(client, *FIRST, {"role": "user", "content": "Secret?"}))
    calling.start()
    assert asked.wait(20)
    for _ in range(500):
        if len(_now(proxy, lambda memory: memory.user("luke").session("s").messages())) == 3:
            break
    _now(proxy, remove)
    removed.set()
    calling.join(20)
    assert proxy.messages("luke", "s") == []
    assert [one.user for one in proxy.run(lambda memory: memory.users())] == seen


def test_what_began_a_session_may_be_said_again(client: httpx2.Client, proxy: ProxyServer) -> None:
    for text in ("Yes.", "Tell me more.", "Yes.", "Yes."):
        ask(client, {"role": "user", "content": text})
        proxy.messages("luke", "s")
    said = [content for role, content in proxy.said("luke", "s") if role == "user"]
    assert said == ["Yes.", "Tell me more.", "Yes.", "Yes."]


def test_words_over_the_limit_are_stored_as_far_as_they_fit(client: httpx2.Client, proxy: ProxyServer) -> None:
    long = "ä" * 1_500_000
    answer = ask(client, {"role": "user", "content": long})
    assert answer.headers["x-memlane-memory"] == "on"
    (role, kept), answered = proxy.said("luke", "s")
    assert role == "user"
    assert isinstance(kept, str)
    assert long.startswith(kept)
    assert len(kept) > 200_000
    assert answered == ("assistant", "Noted.")


def test_a_chain_of_answers_is_one_session_however_fast_and_repetitive(provider: ModelServer, tmp_path: Path) -> None:
    def slow(memory: AsyncMemlane) -> None:
        append = memory._core.sessions.append

        async def slowly(*args: Any, **given: Any) -> Any:
            await asyncio.sleep(0.1)
            return await append(*args, **given)

        memory._core.sessions.append = slowly  # type: ignore[method-assign]

    settings = ProxySettings(openai_url=provider.base_url, anthropic_url=provider.address)
    with ProxyServer(settings, f"sqlite:///{tmp_path / 'm.db'}", wrap=slow) as proxy:
        before, sessions = None, set[str]()
        for text in ("Go on.", "Yes.", "Yes.", "Go on.", "Yes."):
            given = follow(proxy, text, before)
            before = given.json()["id"]
            sessions.add(given.headers["x-memlane-session"])
        assert len(sessions) == 1
        said = [content for role, content in proxy.said("luke", sessions.pop()) if role == "user"]
        assert said == ["Go on.", "Yes.", "Yes.", "Go on.", "Yes."]


@pytest.mark.parametrize("kept", ["chain", "conversation"])
def test_what_the_provider_keeps_is_not_remembered_to_it(proxy: ProxyServer, provider: ModelServer, kept: str) -> None:
    first = follow(proxy, "I land in Oslo on Friday.", None, **_kept(kept))
    proxy.messages("luke", "s")
    follow(proxy, "When do I land in Oslo?", first.json()["id"] if kept == "chain" else None, **_kept(kept))
    assert provider.requests[-1].body["input"] == [{"role": "user", "content": "When do I land in Oslo?"}]
    proxy.messages("luke", "s")
    follow(proxy, "When do I land in Oslo?", None)
    assert "on Friday" in str(provider.requests[-1].body["input"])


def test_conversations_that_begin_with_other_pictures_are_others(proxy: ProxyServer) -> None:
    def about(picture: str) -> str:
        parts = [{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": picture}}]
        body = {"model": "m", "messages": [{"role": "user", "content": parts}]}
        answer = httpx2.post(f"{proxy.address}{CHAT}", json=body, headers={"X-Memlane-User": "luke"}, timeout=20)
        return answer.headers["x-memlane-session"]

    assert about("https://a/1.png") == about("https://a/1.png") != about("https://a/2.png")


@pytest.mark.parametrize("in_parts", [False, True])
def test_memories_that_another_memlane_put_in_are_not_stored(
    client: httpx2.Client, proxy: ProxyServer, provider: ModelServer, *, in_parts: bool
) -> None:
    block = f"{MEMORIES_HEAD}{{}}\n{MEMORIES_FOOT}"
    text = {"type": "text", "text": "Oslo?"}
    content = [{"type": "text", "text": block}, text] if in_parts else f"{block}\n\nOslo?"
    ask(client, {"role": "user", "content": content})
    proxy.messages("luke", "s")
    assert block in str(provider.requests[-1].body["messages"][0]["content"]).replace("\\n", "\n")
    ask(client, {"role": "user", "content": "Oslo?"}, FIRST[1], {"role": "user", "content": "And then?"})
    said = [content for role, content in proxy.said("luke", "s") if role == "user"]
    assert said == ["Oslo?", "And then?"]


def follow(proxy: ProxyServer, text: str, answer: str | None, **given: Any) -> httpx2.Response:
    """Ask through `responses` and go on from an answer, with no session named."""
    body = {"model": "m", "input": [{"role": "user", "content": text}], "previous_response_id": answer, **given}
    there = httpx2.post(f"{proxy.openai}/responses", json=body, headers={"X-Memlane-User": "luke"}, timeout=20)
    assert there.status_code == 200
    return there


def _kept(how: str) -> dict[str, str]:
    return {"conversation": "conv_1"} if how == "conversation" else {}


def _now(proxy: ProxyServer, act: Callable[[AsyncMemlane], Awaitable[Any]]) -> Any:
    """Do something in the server's loop at once, while calls are under way."""

    async def work() -> Any:
        return await act(proxy._memory)

    return asyncio.run_coroutine_threadsafe(work(), proxy._loop).result(20)
