"""Sessions in one store and memories in another keep one promise."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from memlane import AsyncMemlane, errors
from memlane.testing.fakes import FakeClock, InMemoryBackend

Open = Callable[..., AsyncMemlane]


@pytest.fixture
def backend() -> InMemoryBackend:
    return InMemoryBackend(shares_memories=False)


async def _texts(memory: AsyncMemlane) -> list[str]:
    return sorted(found.text for found in await memory.user("luke").memories())


async def _eventually(memory: AsyncMemlane, backend: InMemoryBackend, count: int) -> None:
    store, partition = backend.memories(), memory.user("luke")._partition
    for _ in range(200):
        if len(await store.scan(partition, now_ms=0)) == count:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("the memories were not delivered")


async def test_an_append_is_delivered_in_the_background(open_one: Open, backend: InMemoryBackend) -> None:
    memory = open_one(backend)
    await memory.user("luke").session("s").add("user", "one")
    await _eventually(memory, backend, 1)
    assert await backend.sessions().pending(memory.user("luke")._partition, limit=9) == []


async def test_an_append_succeeds_while_the_memory_store_is_down_and_is_recalled_afterwards(
    open_one: Open, backend: InMemoryBackend, failing: Callable[..., Any]
) -> None:
    memories = failing(backend.memories())
    memories.before["put"] = 2
    memory = open_one(backend, memories=memories)
    await memory.user("luke").session("s").add("user", "the weir is open")
    with pytest.raises(errors.StoreUnavailableError):
        await memory.user("luke").recall("weir")
    memories.before["put"] = 0
    assert [found.memory.text for found in await memory.user("luke").recall("weir")] == ["the weir is open"]


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("call", ["put", "settle"])
async def test_a_crash_in_the_midst_of_delivery_loses_and_doubles_nothing(
    open_one: Open, backend: InMemoryBackend, failing: Callable[..., Any], call: str, moment: str
) -> None:
    sessions, memories = failing(backend.sessions()), failing(backend.memories())
    getattr(memories if call == "put" else sessions, moment)[call] = 100
    crashing = open_one(backend, sessions=sessions, memories=memories)
    await crashing.user("luke").session("s").add_many([{"role": "user", "content": f"m{n}"} for n in range(3)])
    with pytest.raises(errors.StoreUnavailableError):
        await _texts(crashing)
    await crashing.aclose()
    assert await _texts(open_one(backend)) == ["m0", "m1", "m2"]


async def test_what_an_earlier_process_left_is_delivered_by_the_next(
    open_one: Open, backend: InMemoryBackend, failing: Callable[..., Any]
) -> None:
    memories = failing(backend.memories())
    memories.before["put"] = 100
    crashed = open_one(backend, memories=memories)
    await crashed.user("luke").session("s").add("user", "left behind")
    await crashed.aclose()
    memory = open_one(backend)
    await memory.user("somebody else").recall("anything")
    await _eventually(memory, backend, 1)


async def test_a_session_that_expires_or_is_deleted_first_is_still_remembered(
    open_one: Open, backend: InMemoryBackend, failing: Callable[..., Any], clock: FakeClock
) -> None:
    memories = failing(backend.memories())
    memories.before["put"] = 100
    memory = open_one(backend, memories=memories)
    luke = memory.user("luke")
    await luke.session("a").expire(timedelta(seconds=1))
    await luke.session("a").add("user", "expired")
    await luke.session("b").add("user", "deleted")
    clock.advance(timedelta(seconds=2))
    await luke.session("b").delete()
    assert await luke.sessions() == []
    memories.before["put"] = 0
    assert await _texts(memory) == ["deleted", "expired"]


async def test_an_erased_user_does_not_come_back_from_the_outbox(
    open_one: Open, backend: InMemoryBackend, failing: Callable[..., Any]
) -> None:
    memories = failing(backend.memories())
    memories.before["put"] = 1
    memory = open_one(backend, memories=memories)
    await memory.user("luke").session("s").add("user", "waiting")
    await asyncio.sleep(0.01)
    receipt = await memory.user("luke").erase()
    assert receipt.removed["waiting"] == 1
    assert await _texts(memory) == []


async def test_forgetting_reaches_what_still_waits(
    open_one: Open, backend: InMemoryBackend, failing: Callable[..., Any]
) -> None:
    memories = failing(backend.memories())
    memories.before["put"] = 1
    memory = open_one(backend, memories=memories)
    await memory.user("luke").session("s").add("user", "regretted")
    await asyncio.sleep(0.01)
    (regretted,) = await memory.user("luke").memories()
    await memory.user("luke").forget(regretted.id)
    assert await _texts(memory) == []
