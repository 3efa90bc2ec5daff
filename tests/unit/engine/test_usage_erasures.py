"""Who was erased is not brought back by what had been counted, in this process or in another."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest

from memlane.engine.client import AsyncMemlane
from memlane.engine.erasures import Erasures
from memlane.errors import StoreUnavailableError
from memlane.protocols.chat_model import Completion, Prompt
from memlane.testing.fakes import FakeClock, InMemoryBackend
from memlane.types.ids import Partition
from memlane.types.turn import Usage
from memlane.types.usage import Amounts

Open = Callable[..., AsyncMemlane]
LUKE = Partition("default", "luke")


async def names(memory: AsyncMemlane) -> list[str]:
    return [seen.user for seen in await memory.users()]


async def say(memory: AsyncMemlane, text: str = "one") -> None:
    await memory.user("luke").session("s").add("user", text)


async def test_erasing_removes_series_and_name_and_says_so(open_one: Open) -> None:
    backend = InMemoryBackend()
    memory = open_one(backend)
    await say(memory)
    await memory.stats()
    receipt = await memory.user("luke").erase()
    assert receipt.removed["usage"] > 0
    assert await names(memory) == []
    assert await memory.user("luke").stats() == await memory.user("luke").session("s").stats() == []
    assert [point.used for point in await memory.stats()] == [Amounts(messages=1)]
    assert b"luke" not in await backend.dump()


async def test_what_was_counted_and_not_written_is_dropped(open_one: Open) -> None:
    backend = InMemoryBackend()
    memory = open_one(backend)
    await say(memory)
    assert (await memory.user("luke").erase()).removed["usage"] == 0
    await memory.aclose()
    assert b"luke" not in await backend.dump()


async def test_who_comes_back_is_counted_anew(open_one: Open) -> None:
    memory = open_one(InMemoryBackend())
    await say(memory)
    await memory.user("luke").erase()
    await say(memory)
    assert [point.used for point in await memory.user("luke").stats()] == [Amounts(messages=1)]
    assert await names(memory) == ["luke"]


async def test_what_another_process_had_counted_before_comes_not_back(open_one: Open, clock: FakeClock) -> None:
    backend = InMemoryBackend()
    eraser, other = open_one(backend), open_one(backend)
    await say(other)
    await other.user("leia").session("s").add("user", "two")
    clock.advance(timedelta(seconds=1))
    await eraser.user("luke").erase()
    await other.aclose()
    assert await names(eraser) == ["leia"]
    assert b"luke" not in await backend.dump()


async def test_who_comes_back_through_another_process_is_counted_anew(open_one: Open, clock: FakeClock) -> None:
    backend = InMemoryBackend()
    eraser, other = open_one(backend), open_one(backend)
    await eraser.user("luke").erase()
    clock.advance(timedelta(seconds=1))
    await say(other)
    await other.stats()
    await say(other)
    await other.aclose()
    assert [point.used for point in await eraser.user("luke").stats()] == [Amounts(messages=2)]


class Held:
    """A usage store that stops in the midst of each add until it may go on."""

    def __init__(self, store: Any) -> None:
        self.store = store
        self.is_writing = asyncio.Event()
        self.may_go_on = asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    async def add(self, used: Any, *, now_ms: int) -> None:
        self.is_writing.set()
        await self.may_go_on.wait()
        await self.store.add(used, now_ms=now_ms)


@pytest.mark.parametrize("eraser", ["the same", "another"])
async def test_an_erasure_in_the_midst_of_a_write_wins(open_one: Open, clock: FakeClock, eraser: str) -> None:
    backend = InMemoryBackend()
    held = Held(backend.usage())
    writer = open_one(backend, usage=held)
    erasing_one = writer if eraser == "the same" else open_one(backend)
    await say(writer)
    writing = asyncio.ensure_future(writer.stats())
    await held.is_writing.wait()
    clock.advance(timedelta(seconds=1))
    erasing = asyncio.ensure_future(erasing_one.user("luke").erase())
    await asyncio.sleep(0.01)
    assert erasing.done() is (eraser == "another")
    held.may_go_on.set()
    await asyncio.gather(writing, erasing)
    assert await names(erasing_one) == []
    assert b"luke" not in await backend.dump()


class Pausing:
    """A model that answers when it may."""

    identity = "pausing"
    context_tokens = None

    def __init__(self) -> None:
        self.is_asked = asyncio.Event()
        self.may_answer = asyncio.Event()

    async def complete(self, prompt: Prompt) -> Completion:
        self.is_asked.set()
        await self.may_answer.wait()
        return Completion(text="Yes.", usage=Usage(input_tokens=5))

    async def stream(self, prompt: Prompt) -> AsyncIterator[str | Completion]:
        yield await self.complete(prompt)

    async def aclose(self) -> None:
        """Nothing was opened."""


@pytest.mark.parametrize("eraser", ["the same", "another"])
async def test_a_turn_in_flight_when_its_user_is_erased_counts_nothing(
    open_one: Open, clock: FakeClock, eraser: str
) -> None:
    backend, model = InMemoryBackend(), Pausing()
    memory = open_one(backend, model=model)
    erasing = memory if eraser == "the same" else open_one(backend)
    turn = asyncio.ensure_future(memory.user("luke").session("s").chat("Is it?"))
    await model.is_asked.wait()
    clock.advance(timedelta(minutes=20))
    await erasing.user("luke").erase()
    model.may_answer.set()
    await turn
    await memory.aclose()
    assert b"luke" not in await backend.dump()


async def test_usage_goes_last_so_that_a_user_half_erased_is_still_listed(open_one: Open, failing: Any) -> None:
    backend = InMemoryBackend()
    memories = failing(backend.memories())
    memories.before["erase"] = 1
    memory = open_one(backend, memories=memories)
    await say(memory)
    await memory.stats()
    with pytest.raises(StoreUnavailableError):
        await memory.user("luke").erase()
    assert await names(memory) == ["luke"]
    assert (await memory.user("luke").erase()).removed["usage"] > 0
    assert b"luke" not in await backend.dump()


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_an_erasure_whose_last_step_fails_is_completed_by_another(
    open_one: Open, failing: Any, moment: str
) -> None:
    backend = InMemoryBackend()
    usage = failing(backend.usage())
    getattr(usage, moment)["erase"] = 1
    memory = open_one(backend, usage=usage)
    await say(memory)
    await memory.stats()
    with pytest.raises(StoreUnavailableError):
        await memory.user("luke").erase()
    await memory.user("luke").erase()
    assert b"luke" not in await backend.dump()


async def test_an_erasure_is_told_without_names_and_forgotten_after_an_hour(clock: FakeClock) -> None:
    backend = InMemoryBackend()
    here, there = Erasures(backend.records(), clock), Erasures(backend.records(), clock)
    before = there.moment()
    clock.advance(timedelta(minutes=10))
    await here.tell(LUKE)
    await there.learn()
    assert there.covers(LUKE, before)
    assert not there.covers(Partition("luke", "default"), before)
    assert b"luke" not in await backend.dump()
    clock.advance(timedelta(hours=1))
    await there.learn()
    assert not there.covers(LUKE, before)
    late = Erasures(backend.records(), clock)
    await late.learn()
    assert not late.covers(LUKE, 0)


async def test_clocks_that_differ_a_little_overlook_no_erasure() -> None:
    backend = InMemoryBackend()
    behind, ahead = FakeClock(1_750_000_000_000), FakeClock(1_750_000_030_000)
    here, there = Erasures(backend.records(), behind), Erasures(backend.records(), ahead)
    await there.learn()
    await here.tell(LUKE)
    await there.learn()
    assert there.covers(LUKE, here.moment() - 10)


async def test_all_of_many_erasures_are_learnt(clock: FakeClock) -> None:
    backend = InMemoryBackend()
    here, there = Erasures(backend.records(), clock), Erasures(backend.records(), clock)
    everybody = [Partition("default", str(number)) for number in range(2_500)]
    for partition in everybody:
        await here.tell(partition)
    await there.learn()
    assert all(there.covers(partition, 0) for partition in everybody)


def test_moments_never_repeat(clock: FakeClock) -> None:
    erasures = Erasures(None, clock)
    moments = [erasures.moment() for _ in range(10)]
    clock.advance(timedelta(seconds=-5))
    moments.append(erasures.moment())
    assert moments == sorted(set(moments))
