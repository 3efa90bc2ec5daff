"""Short-term memory through the public API."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from memlane import AsyncMemlane, errors
from memlane.testing.fakes import FakeClock

TOOL_TALK = [
    {
        "role": "user",
        "content": [
            {"type": "text", "text": "Weather in Oslo?"},
            {"type": "image_url", "image_url": {"url": "data:,x"}},
        ],
    },
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Oslo"}'}}
        ],
        "refusal": None,
        "annotations": [],
    },
    {"role": "tool", "tool_call_id": "c1", "content": "4 °C, rain"},
    {"role": "assistant", "content": "Rain, 4 °C.", "name": "bot", "metadata": {"usage": {"total": 12}}},
]
ANTHROPIC_TALK = [
    {"role": "user", "content": "Look it up"},
    {"role": "assistant", "content": [{"type": "tool_use", "id": "t1", "name": "find", "input": {"q": 1}}]},
    {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": "found"}]},
]


async def test_what_is_added_is_read_back_in_order(memory: AsyncMemlane) -> None:
    chat = memory.user("luke").session("trip")
    first = await chat.add("user", "I'm vegetarian.", name="Luke", metadata={"channel": "web"})
    second = await chat.add("assistant", "Noted.")
    assert await chat.messages() == [first, second]
    assert (first.position, second.position) == (1, 2)
    assert await chat.messages(last=1) == [second]
    assert await chat.messages(last=0) == []


@pytest.mark.parametrize("talk", [TOOL_TALK, ANTHROPIC_TALK], ids=["openai", "anthropic"])
async def test_messages_of_both_shapes_round_trip_losslessly(memory: AsyncMemlane, talk: list[dict[str, Any]]) -> None:
    chat = memory.user("luke").session("tools")
    await chat.add_many(talk)
    for given, stored in zip(talk, await chat.messages(), strict=True):
        kept = stored.as_mapping()
        assert {name: kept.get(name) for name in given} == given


@pytest.mark.parametrize(
    "text", ["\0", "\u202eright to left\u202c", "👩‍👩‍👧‍👦", "e\u0301 ≠ \u00e9", "\r\n\t", "", "x" * 900_000]
)
async def test_any_text_is_kept_exactly(memory: AsyncMemlane, text: str) -> None:
    chat = memory.user("luke").session("texts")
    await chat.add("user", text)
    assert [message.content for message in await chat.messages()] == [text]


async def test_an_id_is_added_once_per_session(memory: AsyncMemlane) -> None:
    luke = memory.user("luke")
    stored = await luke.session("a").add("user", "first", id="m1")
    assert await luke.session("a").add("user", "second", id="m1") == stored
    await luke.session("b").add("user", "elsewhere", id="m1")
    assert [message.content for message in await luke.session("a").messages()] == ["first"]
    assert [message.content for message in await luke.session("b").messages()] == ["elsewhere"]


BAD_MESSAGES: list[tuple[dict[str, Any], str]] = [
    ({"role": "robot", "content": "x"}, "role must be one of"),
    ({"role": "user"}, "needs role and content"),
    ({"content": "x"}, "needs role and content"),
    ({"role": "user", "content": 7}, "content must be text"),
    ({"role": "user", "content": ["x"]}, "list of JSON objects"),
    ({"role": "user", "content": "\ud800"}, "lone surrogate"),
    ({"role": "user", "content": "x", "id": ""}, "message id must have 1-512"),
    ({"role": "user", "content": "x", "id": "a\0b"}, "NUL"),
    ({"role": "user", "content": "x", "id": "a" * 513}, "not 513"),
    ({"role": "user", "content": "x", "created_at": datetime(2026, 1, 1)}, "time zone"),
    ({"role": "user", "content": "x", "created_at": "yesterday"}, "ISO 8601"),
    ({"role": "user", "content": "x", "metadata": {"n": float("nan")}}, "nan"),
    ({"role": "user", "content": "x", "metadata": {1: "x"}}, "keys must be text"),
    ({"role": "user", "content": "x", "metadata": {"o": object()}}, "object"),
    ({"role": "user", "content": "x", "metadata": []}, "mapping"),
    ({"role": "user", "content": "x", "metadata": {"n": 2**70}}, "64 bits"),
    ({"role": "user", "content": "x", "tool_calls": "x"}, "tool_calls"),
    ({"role": "user", "content": "x" * (1024 * 1024)}, "the limit is 1,048,576 bytes"),
]


@pytest.mark.parametrize(("bad", "says"), BAD_MESSAGES, ids=lambda value: value if isinstance(value, str) else "")
async def test_a_bad_message_in_a_batch_is_refused_clearly_and_nothing_is_written(
    memory: AsyncMemlane, bad: dict[str, Any], says: str
) -> None:
    chat = memory.user("luke").session("bad")
    with pytest.raises(errors.UsageError, match=says):
        await chat.add_many([{"role": "user", "content": "fine"}, bad])
    assert await chat.messages() == []
    assert await memory.user("luke").memories() == []
    assert await memory.user("luke").sessions() == []


@pytest.mark.parametrize("user", ["", "a" * 513, "a\0", "\ud800", 7, None])
async def test_a_bad_user_id_is_refused(memory: AsyncMemlane, user: Any) -> None:
    with pytest.raises(errors.UsageError):
        memory.user(user)


async def test_a_session_slides_with_every_write_and_is_gone_at_its_time(
    memory: AsyncMemlane, clock: FakeClock
) -> None:
    luke = memory.user("luke")
    chat = luke.session("short")
    await chat.expire(timedelta(minutes=10))
    await chat.add("user", "one")
    clock.advance(timedelta(minutes=9))
    await chat.add("user", "two")
    clock.advance(timedelta(minutes=9))
    assert len(await chat.messages()) == 2
    clock.advance(timedelta(minutes=1))
    assert await chat.messages() == []
    assert await luke.sessions() == []
    assert len(await luke.memories()) == 2


async def test_the_connections_time_to_live_holds_unless_the_session_has_its_own(
    connect: Callable[..., Any], clock: FakeClock
) -> None:
    luke = (await connect(session_ttl=60)).user("luke")
    await luke.session("default").add("user", "x")
    await luke.session("forever").add("user", "x")
    await luke.session("forever").expire(None)
    clock.advance(timedelta(minutes=2))
    assert [session.id for session in await luke.sessions()] == ["forever"]


async def test_only_the_last_messages_expire(memory: AsyncMemlane, clock: FakeClock) -> None:
    chat = memory.user("luke").session("partly")
    for number in range(5):
        await chat.add("user", f"m{number}")
    assert await chat.expire(timedelta(minutes=1), last=2) == 2
    await chat.add("user", "later")
    clock.advance(timedelta(minutes=1))
    assert [message.content for message in await chat.messages()] == ["m0", "m1", "m2", "later"]
    assert [message.content for message in await chat.messages(last=2)] == ["m2", "later"]
    assert (await memory.user("luke").sessions())[0].messages == 4


async def test_instructions_stay_with_the_session(memory: AsyncMemlane) -> None:
    chat = memory.user("luke").session("brief")
    assert await chat.instructions() is None
    await chat.instruct("Be brief.")
    await chat.add("user", "hello")
    assert await chat.instructions() == "Be brief."
    assert (await chat.context(recall=0)).system == "Be brief."
    await chat.instruct(None)
    assert await chat.instructions() is None


async def test_deleting_a_session_keeps_its_memories_unless_told_otherwise(memory: AsyncMemlane) -> None:
    luke = memory.user("luke")
    await luke.session("a").add("user", "the heron nests by the weir")
    await luke.session("b").add("user", "the otter sleeps under the bridge")
    assert await luke.session("a").delete() == 1
    assert await luke.session("b").delete(memories=True) == 1
    assert await luke.sessions() == []
    assert [memory.text for memory in await luke.memories()] == ["the heron nests by the weir"]


async def test_twenty_appenders_lose_and_reorder_nothing(connect: Callable[..., Any]) -> None:
    connections = [await connect() for _ in range(4)]

    async def talk(number: int) -> None:
        chat = connections[number % 4].user("luke").session("busy")
        for turn in range(10):
            await chat.add_many([{"role": "user", "content": f"{number}:{turn}:{part}"} for part in range(2)])

    await asyncio.gather(*(talk(number) for number in range(20)))
    texts = [str(message.content) for message in await connections[0].user("luke").session("busy").messages()]
    assert len(texts) == len(set(texts)) == 400
    for number in range(20):
        mine = [text for text in texts if text.startswith(f"{number}:")]
        assert mine == [f"{number}:{turn}:{part}" for turn in range(10) for part in range(2)]
    assert all(texts[place + 1] == texts[place][:-1] + "1" for place in range(0, 400, 2))
    assert len(await connections[1].user("luke").memories()) == 400


async def test_a_given_time_is_kept_and_a_missing_one_is_now(memory: AsyncMemlane, clock: FakeClock) -> None:
    chat = memory.user("luke").session("times")
    said_at = datetime(2023, 5, 8, 13, 56, tzinfo=UTC)
    old = await chat.add("user", "long ago", created_at=said_at)
    new = await chat.add("user", "now")
    assert (await chat.messages())[0].created_at == old.created_at == said_at
    assert int(new.created_at.timestamp() * 1000) == clock.now_ms()


@pytest.mark.parametrize("arguments", [{"last": -1}, {"last": True}, {"last": "2"}])
async def test_a_bad_window_is_refused(memory: AsyncMemlane, arguments: dict[str, Any]) -> None:
    with pytest.raises(errors.UsageError, match="last"):
        await memory.user("luke").session("x").messages(**arguments)


@pytest.mark.parametrize("ttl", [0, -1, "1h", float("nan"), 10**20, timedelta(microseconds=10)])
async def test_a_bad_time_to_live_is_refused(memory: AsyncMemlane, ttl: Any) -> None:
    with pytest.raises(errors.UsageError):
        await memory.user("luke").session("x").expire(ttl)
    assert await memory.user("luke").sessions() == []
