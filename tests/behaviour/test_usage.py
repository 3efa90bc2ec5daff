"""How much was said, sent and recalled can be asked over time, and nothing of who was erased."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from memlane import AsyncMemlane, Usage, errors
from memlane.engine.clock import SystemClock
from memlane.testing.fakes import FakeClock
from memlane.testing.hostile import IDS
from memlane.testing.scripted_model import ScriptedModel
from memlane.types.usage import Amounts

Connect = Callable[..., Any]


async def of(subject: Any, **asked: Any) -> Amounts:
    return sum((point.used for point in await subject.stats(**asked)), Amounts())


async def names(memory: AsyncMemlane) -> list[str]:
    return [seen.user for seen in await memory.users()]


async def test_usage_adds_up_from_sessions_to_users_to_their_tenant(memory: AsyncMemlane) -> None:
    luke, leia = memory.user("luke"), memory.user("leia")
    await luke.session("a").add("user", "Luke flies.", id="1")
    await luke.session("a").add("user", "Luke flies.", id="1")
    await luke.session("b").add_many([{"role": "user", "content": "Hello."}, {"role": "assistant", "content": "Hi."}])
    await leia.session("a").add("user", "Good evening.")
    found = await luke.recall("flies")
    await luke.session("b").record_usage(Usage(input_tokens=10, output_tokens=3, cached_tokens=7))
    assert await of(luke.session("a")) == Amounts(messages=1)
    assert await of(luke.session("b")) == Amounts(messages=2, input_tokens=10, output_tokens=3, cached_tokens=7)
    whole = Amounts(messages=3, input_tokens=10, output_tokens=3, cached_tokens=7, recalls=1, hits=len(found))
    assert await of(luke) == whole
    assert await of(leia) == Amounts(messages=1)
    assert await of(memory) == whole + Amounts(messages=1)
    assert await names(memory) == ["leia", "luke"]


async def test_a_turn_counts_what_its_model_took(connect: Connect) -> None:
    from memlane.protocols.chat_model import Completion  # noqa: PLC0415 -- part of the model's side

    said = Completion(text="Yes.", usage=Usage(input_tokens=12, output_tokens=2))
    memory = await connect(model=ScriptedModel(said, said), work="off")
    chat = memory.user("luke").session("s")
    await chat.chat("Is it?", recall=0)
    assert [piece async for piece in chat.stream("Is it really?", recall=0)] != []
    assert await of(chat) == Amounts(messages=4, input_tokens=24, output_tokens=4)


async def test_a_series_has_whole_steps_in_order(memory: AsyncMemlane, clock: FakeClock) -> None:
    chat = memory.user("luke").session("s")
    for wait in (timedelta(0), timedelta(minutes=61), timedelta(days=1, minutes=2)):
        clock.advance(wait)
        await chat.add("user", "tick")
    days, hours = await memory.stats(), await chat.stats(step="hour")
    assert [point.used.messages for point in days] in ([2, 1], [1, 2])
    assert [point.used.messages for point in hours] == [1, 1, 1]
    assert [point.used.messages for point in await chat.stats(step="minute")] == [1]
    assert all(point.at.minute == point.at.second == 0 for point in hours)
    assert hours == sorted(hours, key=lambda point: point.at)
    assert await memory.user("luke").stats(step="hour", since=hours[1].at, until=hours[2].at) == [hours[1]]
    clock.advance(timedelta(days=100))
    assert await chat.stats(step="hour", since=hours[0].at) == []
    assert len(await chat.stats(since=hours[0].at)) == 2


async def test_two_processes_count_together(connect: Connect) -> None:
    first, second = await connect(), await connect()
    await first.user("luke").session("s").add("user", "one")
    await second.user("luke").session("s").add("user", "two")
    await first.stats()
    assert await of(second) == Amounts(messages=2)


async def test_tenants_and_users_of_hostile_names_never_meet(memory: AsyncMemlane) -> None:
    for number, name in enumerate(IDS, 1):
        await memory.user(name).session(name).record_usage(Usage(output_tokens=number))
    for number, name in enumerate(IDS, 1):
        assert (await of(memory.user(name))).output_tokens == number, name
        assert (await of(memory.user(name).session(name))).output_tokens == number, name
    assert await names(memory) == sorted(IDS)


async def test_users_come_in_pages(memory: AsyncMemlane) -> None:
    for number in range(7):
        await memory.user(f"u{number}").session("s").add("user", "hello")
    listed: list[str] = []
    while page := await memory.users(limit=3, after=listed[-1] if listed else None):
        listed += [seen.user for seen in page]
    assert listed == [f"u{number}" for number in range(7)]


async def test_erasing_leaves_nothing_but_the_tenants_sums(connect: Connect, clock: FakeClock) -> None:
    memory, other = await connect(), await connect()
    await memory.user("luke").session("s").add("user", "one")
    await memory.user("leia").session("s").add("user", "one")
    await memory.stats()
    await other.user("luke").session("s").add("user", "two")
    clock.advance(timedelta(seconds=1))
    assert (await memory.user("luke").erase()).removed["usage"] > 0
    await other.stats()
    for connection in (memory, other):
        assert await names(connection) == ["leia"]
        assert await of(connection.user("luke")) == await of(connection.user("luke").session("s")) == Amounts()
    assert (await of(memory)).messages >= 2
    clock.advance(timedelta(seconds=1))
    await other.user("luke").session("s").add("user", "back again")
    assert await of(other.user("luke")) == Amounts(messages=1)


async def test_a_connection_can_be_told_to_count_nothing(connect: Connect) -> None:
    memory = await connect(usage=False)
    await memory.user("luke").session("s").add("user", "one")
    assert await memory.stats() == []
    assert await memory.users() == []


async def test_what_makes_no_sense_is_refused(memory: AsyncMemlane) -> None:
    luke = memory.user("luke")
    with pytest.raises(errors.UsageError):
        await luke.stats(step="week")  # type: ignore[arg-type]
    with pytest.raises(errors.UsageError):
        await luke.session("s").record_usage(Usage(input_tokens=-1))
    await luke.session("s").add("user", "one")
    (point,) = await luke.stats()
    with pytest.raises(errors.UsageError):
        await luke.stats(since=point.at, until=point.at)


async def test_no_write_that_meets_an_erasure_brings_anybody_back(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("memlane.engine.usage._WRITTEN_AFTER_SECONDS", 0.002)
    eraser, *others = [await connect(clock=SystemClock()) for _ in range(3)]
    chance = Random(5)

    async def use(memory: AsyncMemlane, user: str) -> None:
        for _ in range(3):
            await memory.user(user).session("s").record_usage(Usage(output_tokens=1))
            await asyncio.sleep(chance.random() * 0.004)

    for number in range(30):
        await asyncio.gather(*(use(memory, f"u{number}") for memory in others))
        await asyncio.sleep(0.001 + chance.random() * 0.006)
        await eraser.user(f"u{number}").erase()
        await asyncio.gather(*(memory.stats() for memory in others))
        assert await names(eraser) == []
