"""Turns over HTTP: pieces as they come, whole replies, and streams that end otherwise."""

import asyncio
from typing import Any

import msgspec
import pytest

from memlane import errors
from memlane.api.problems import problem_of
from memlane.client.connection import RemoteMemlane
from memlane.testing.raw_server import RawServer, answer, events
from memlane.testing.scripted_model import ScriptedModel

MESSAGE = {
    "role": "assistant",
    "content": "one two",
    "id": "r",
    "created_at": "2026-01-01T00:00:00Z",
    "turn": {"answers": "m", "stop": "cut"},
}
CONTEXT: dict[str, Any] = {
    "system": "",
    "instructions": None,
    "messages": [],
    "remembered": "",
    "memories": [],
    "summary": None,
    "tokens": 1,
    "stable_tokens": 1,
    "counter": "estimate",
    "exact": False,
    "max_tokens": None,
    "parts": [],
    "left_out": [],
}
REPLY = {"text": "one two", "message": MESSAGE, "context": CONTEXT, "usage": {"input_tokens": 3}}


def event(name: str, data: object) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (name.encode(), msgspec.json.encode(data))


def piece(text: str) -> bytes:
    return event("piece", {"text": text})


async def test_pieces_come_and_then_the_whole(memory: RemoteMemlane, script: RawServer) -> None:
    script.answers = [events(b": beat\n\n", piece("one"), piece(" two"), event("reply", REPLY))]
    async with memory.user("luke").session("s", remember=False).stream("Count", recall=2) as stream:
        assert [text async for text in stream] == ["one", " two"]
        assert stream.reply is not None
        assert (stream.reply.text, stream.reply.usage.input_tokens) == ("one two", 3)
    asked = msgspec.json.decode(script.seen[0].body)
    assert (asked["text"], asked["recall"], asked["stream"], asked["remember"]) == ("Count", 2, True, False)
    assert len(script.seen) == 1


async def test_nothing_is_sent_before_a_piece_is_asked_for(memory: RemoteMemlane, script: RawServer) -> None:
    stream = memory.user("luke").session("s").stream("Count")
    await asyncio.sleep(0.02)
    await stream.aclose()
    assert script.seen == []


async def test_a_stream_that_breaks_off_says_so(memory: RemoteMemlane, script: RawServer) -> None:
    script.answers = [events(piece("one"))]
    stream = memory.user("luke").session("s").stream("Count")
    assert await anext(stream) == "one"
    with pytest.raises(errors.ModelUnavailableError, match="broke off"):
        await anext(stream)
    script.answers = [events(piece("one"), is_whole=False)]
    stream = memory.user("luke").session("s").stream("Count")
    assert await anext(stream) == "one"
    with pytest.raises(errors.StoreUnavailableError, match="broke the connection off"):
        await anext(stream)


async def test_a_problem_in_the_midst_is_its_error(memory: RemoteMemlane, script: RawServer) -> None:
    told = problem_of(errors.ModelRateLimitError("too many", 7.0))
    script.answers = [events(piece("one"), event("problem", told))]
    stream = memory.user("luke").session("s").stream("Count")
    await anext(stream)
    with pytest.raises(errors.ModelRateLimitError) as refused:
        await anext(stream)
    assert refused.value.retry_after == 7.0
    assert stream.reply is None


async def test_closing_early_waits_until_what_had_come_is_stored(memory: RemoteMemlane, script: RawServer) -> None:
    nothing, kept = answer({"messages": []}), answer({"messages": [MESSAGE]})
    script.answers = [events(piece("one"), is_whole=False), nothing, kept]
    async with memory.user("luke").session("s").stream("Count") as stream:
        await anext(stream)
    assert [seen.method for seen in script.seen] == ["POST", "GET", "GET"]


async def test_a_silent_server_does_not_hold_a_closed_stream(memory: RemoteMemlane, script: RawServer) -> None:
    script.answers = [events(piece("one"), is_whole=False), 9.0]
    async with asyncio.timeout(4):
        async with memory.user("luke").session("s").stream("Count") as stream:
            await anext(stream)


BAD: list[dict[str, Any]] = [
    {"text": ""},
    {"text": "x", "recall": -1},
    {"text": "x", "temperature": 3},
    {"text": "x", "temperature": float("nan")},
    {"text": "x", "no_such": 1},
    {"text": "x", "model": ScriptedModel("y")},
    {"text": "x", "metadata": {"n": float("inf")}},
    {"text": [{"n": float("nan")}]},
    {"text": "\ud800"},
]


@pytest.mark.parametrize("bad", BAD, ids=",".join)
async def test_a_turn_that_cannot_be_made_is_refused_here(
    memory: RemoteMemlane, script: RawServer, bad: dict[str, Any]
) -> None:
    session = memory.user("luke").session("s")
    with pytest.raises(errors.UsageError):
        await session.chat(**bad)
    with pytest.raises(errors.UsageError):
        session.stream(**bad)
    assert script.seen == []
