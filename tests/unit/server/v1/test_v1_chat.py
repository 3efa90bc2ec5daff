"""Turns over HTTP: whole, as server-sent events, and cut short by clients that go away."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx2
import pytest

import memlane
from memlane.errors import ModelUnavailableError
from memlane.protocols.chat_model import Prompt
from memlane.server.parts import App
from memlane.server.v1.events import ReplyEvents
from memlane.testing.scripted_model import ScriptedModel

U = "/v1/users/luke"
S = f"{U}/sessions/monday"


def events(text: str) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for block in filter(None, text.split("\n\n")):
        name, _, data = block.partition("\n")
        found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


async def test_a_reply_is_given_whole_and_kept(connect: Any, call: Any, meter: Any) -> None:
    memory = await connect(model=ScriptedModel("Hello Luke!"))
    answer = await call(memory).post(f"{S}/chat", json={"text": "Hi, I am Luke"})
    assert (answer.status_code, answer.json()["text"]) == (200, "Hello Luke!")
    assert [one.content for one in await memory.user("luke").session("monday").messages()] == [
        "Hi, I am Luke",
        "Hello Luke!",
    ]
    assert meter.tokens == sum(answer.json()["usage"][name] for name in ("input_tokens", "output_tokens")) > 0


async def test_a_key_makes_a_turn_safe_to_repeat(connect: Any, call: Any) -> None:
    memory = await connect(model=ScriptedModel("one", "two"))
    client, key = call(memory), {"Idempotency-Key": "once"}
    first = await client.post(f"{S}/chat", json={"text": "Hi"}, headers=key)
    again = await client.post(f"{S}/chat", json={"text": "Hi"}, headers=key)
    other = await client.post(f"{S}/chat", json={"text": "Ho"}, headers=key)
    assert (again.json()["text"], again.json()["message"], other.status_code) == ("one", first.json()["message"], 422)
    assert len(await memory.user("luke").session("monday").messages()) == 2


async def test_a_reply_comes_as_events(connect: Any, call: Any, meter: Any) -> None:
    memory = await connect(model=ScriptedModel("Hello\nLuke, how are you?"))
    answer = await call(memory).post(f"{S}/chat", json={"text": "Hi", "stream": True})
    assert answer.headers["content-type"] == "text/event-stream"
    *pieces, (name, reply) = events(answer.text)
    assert "".join(piece["text"] for _, piece in pieces) == "Hello\nLuke, how are you?" == reply["text"]
    assert ({name for name, _ in pieces}, name) == ({"piece"}, "reply")
    assert meter.tokens > 0


async def test_what_fails_at_once_is_an_ordinary_problem(connect: Any, call: Any) -> None:
    client = call(await connect(model=ScriptedModel(ModelUnavailableError("the model is down"))))
    down = await client.post(f"{S}/chat", json={"text": "Hi", "stream": True})
    assert (down.status_code, down.json()["code"]) == (503, "model_unavailable")
    small = await client.post(f"{S}/chat", json={"text": "Hi", "stream": True, "max_tokens": 1})
    assert (small.status_code, small.json()["code"]) == (422, "budget_exceeded")


async def test_what_fails_later_is_an_event(connect: Any, call: Any) -> None:
    async def breaks(prompt: Prompt) -> AsyncIterator[str]:
        yield "Hel"
        raise ModelUnavailableError("the model broke off")

    memory = await connect(model=ScriptedModel(breaks))
    answer = await call(memory).post(f"{S}/chat", json={"text": "Hi", "stream": True})
    name, problem = events(answer.text)[-1]
    assert (name, problem["code"], problem["retryable"], problem["request_id"]) == (
        "problem",
        "model_unavailable",
        True,
        "request-1",
    )


class Visitor:
    """A client of a bare ASGI application that goes away when it is told to."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.leaves = asyncio.Event()
        self.came = asyncio.Event()
        self._body: bytes | None = None

    async def ask(self, app: App, path: str, body: bytes) -> None:
        self._body = body
        scope = {
            "type": "http",
            "method": "POST" if body else "GET",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": [(b"host", b"memlane"), (b"content-type", b"application/json")],
            "root_path": "",
            "scheme": "http",
        }
        await app(scope, self._receive, self._send)

    async def _receive(self) -> dict[str, Any]:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self.leaves.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        self.sent.append(message)
        if message.get("body"):
            self.came.set()


async def test_a_client_that_goes_away_ends_the_turn_as_cut_and_is_charged(
    connect: Any, behind_gate: Callable[..., App], meter: Any
) -> None:
    ended = asyncio.Event()

    async def slow(prompt: Prompt) -> AsyncIterator[str]:
        try:
            yield "Hello "
            await asyncio.sleep(60)
            yield "Luke"
        finally:
            ended.set()

    memory, visitor = await connect(model=ScriptedModel(slow)), Visitor()
    body = b'{"text": "Hi", "stream": true}'
    asking = asyncio.create_task(visitor.ask(behind_gate(memory), f"{S}/chat", body))
    await asyncio.wait_for(visitor.came.wait(), 10)
    visitor.leaves.set()
    await asyncio.wait_for(asking, 2)
    assert ended.is_set()
    *_, cut = await memory.user("luke").session("monday").messages()
    assert (cut.content, cut.turn.stop) == ("Hello ", "cut")
    assert meter.tokens > 0


async def test_a_silent_model_is_covered_by_signs_of_life(
    connect: Any, behind_gate: Callable[..., App], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ReplyEvents.__init__, "__kwdefaults__", {"heartbeat_seconds": 0.02})
    begun, ended = asyncio.Event(), asyncio.Event()

    async def silent(prompt: Prompt) -> str:
        begun.set()
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()
        return "never"

    memory, visitor = await connect(model=ScriptedModel(silent)), Visitor()
    body = b'{"text": "Hi", "stream": true}'
    asking = asyncio.create_task(visitor.ask(behind_gate(memory), f"{S}/chat", body))
    await asyncio.wait_for(begun.wait(), 10)
    await asyncio.wait_for(visitor.came.wait(), 10)
    visitor.leaves.set()
    await asyncio.wait_for(asking, 2)
    assert ended.is_set()
    assert {message["body"] for message in visitor.sent if message.get("body")} == {b":\n\n"}
    assert [one.content for one in await memory.user("luke").session("monday").unanswered()] == ["Hi"]


async def test_an_export_waits_for_its_reader_and_ends_with_it(
    memory: memlane.AsyncMemlane, behind_gate: Callable[..., App]
) -> None:
    session = memory.user("luke").session("monday", remember=False)
    for _ in range(4):
        await session.add_many([{"role": "user", "content": "x" * 1_000} for _ in range(100)])
    visitor, held = Visitor(), asyncio.Event()
    put = visitor._send

    async def slowly(message: Any) -> None:
        await put(message)
        if message.get("body"):
            await held.wait()

    visitor._send = slowly  # pyright: ignore[reportAttributeAccessIssue] -- a slow reader
    asking = asyncio.create_task(visitor.ask(behind_gate(memory), f"{U}/export", b""))
    await asyncio.wait_for(visitor.came.wait(), 10)
    await asyncio.sleep(0.1)
    assert sum(bool(message.get("body")) for message in visitor.sent) == 1
    visitor.leaves.set()
    held.set()
    await asyncio.wait_for(asking, 2)
    assert visitor.sent[-1].get("more_body", True)


async def test_only_the_model_of_the_server_can_be_named(client: httpx2.AsyncClient) -> None:
    assert (await client.post(f"{S}/chat", json={"text": "Hi", "model": "none"})).status_code == 200
    other = await client.post(f"{S}/chat", json={"text": "Hi", "model": "openai:gpt"})
    assert (other.status_code, other.json()["field"]) == (422, "model")
