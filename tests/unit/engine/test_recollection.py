"""Bringing partitions up to date, embedding, and what happens when parts fail."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from memlane import AsyncMemlane, errors
from memlane.engine.core import Limits
from memlane.testing.fakes import FakeClock, InMemoryBackend

Open = Callable[..., AsyncMemlane]


@pytest.fixture
def backend() -> InMemoryBackend:
    return InMemoryBackend()


async def _vectors(memory: AsyncMemlane, backend: InMemoryBackend, embedder: str) -> int:
    changes = await backend.memories().changes(memory.user("luke")._partition, None, now_ms=0, embedder=embedder)
    return sum(item.vector is not None for item in changes.items)


def _identity(memory: AsyncMemlane) -> str:
    return memory._core.indexer.identity or ""


async def test_what_is_added_gets_its_vector_in_the_background(
    open_one: Open, backend: InMemoryBackend, letters: Any
) -> None:
    memory = open_one(backend, embedder=letters)
    await memory.user("luke").session("s").add("user", "zebra")
    async with asyncio.timeout(10):
        while not await _vectors(memory, backend, _identity(memory)):
            await asyncio.sleep(0.02)


async def test_an_embedder_that_is_down_leaves_recall_lexical_and_it_says_so(
    open_one: Open, backend: InMemoryBackend, letters: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters.down = True
    memory = open_one(backend, embedder=letters)
    await memory.user("luke").session("s").add("user", "zebra crossing")
    found = await memory.user("luke").recall("zebra")
    assert found[0].memory.text == "zebra crossing"
    assert "the letters have gone" in found[0].notes[0]
    letters.down = False
    monkeypatch.setattr(memory._core.indexer, "_failed_at", -1e9)
    found = await memory.user("luke").recall("zebra")
    assert found[0].notes == []
    assert found[0].why["meaning"] > 0


async def test_another_embedder_reindexes_and_nothing_is_mixed(
    open_one: Open, backend: InMemoryBackend, make_letters: Callable[..., Any]
) -> None:
    first, second = open_one(backend, embedder=make_letters("one")), open_one(backend, embedder=make_letters("two"))
    luke = first.user("luke")
    await luke.session("s").add_many([{"role": "user", "content": f"text {number}"} for number in range(5)])
    await luke.recall("text")
    assert await _vectors(first, backend, _identity(first)) == 5
    assert await _vectors(first, backend, _identity(second)) == 0
    found = await second.user("luke").recall("text")
    assert len(found) == 5
    assert await _vectors(first, backend, _identity(second)) == 5


async def test_a_recall_that_cannot_wait_says_how_many_were_not_embedded(
    open_one: Open, backend: InMemoryBackend, letters: Any
) -> None:
    memory = open_one(backend, embedder=letters, limits=Limits(embed_wait=timedelta()))
    await memory.user("luke").session("s").add_many([{"role": "user", "content": f"heron {n}"} for n in range(4)])
    found = await memory.user("luke").recall("heron")
    assert len(found) == 4
    assert found[0].notes == ["4 of 4 memories are not yet embedded and were found by keywords only"]


async def test_hot_partitions_are_bounded_by_bytes_and_still_right(
    open_one: Open, backend: InMemoryBackend, letters: Any
) -> None:
    memory = open_one(backend, embedder=letters, limits=Limits(resident_bytes=1))
    for name in ("ann", "bob", "ann"):
        await memory.user(name).session("s").add("user", f"{name} likes plums")
        found = await memory.user(name).recall("plums")
        assert {recalled.memory.text for recalled in found} == {f"{name} likes plums"}
    stats = memory._core.residents.stats
    assert (stats.evictions, stats.partitions) == (2, 1)
    assert (stats.hits, stats.misses, stats.hit_rate) == (0, 3, 0)
    assert await memory.user("ann").recall("plums")
    assert memory._core.residents.stats.hit_rate == 1 / 4


async def test_as_many_partitions_are_kept_as_the_limit_allows_and_the_latest_of_them(
    open_one: Open, backend: InMemoryBackend, letters: Any
) -> None:
    await _tell_many(open_one(backend, embedder=letters), users=8)
    memory = open_one(backend, embedder=letters)
    await memory.user("0").recall("plums")
    one = memory._core.residents.stats.size_bytes
    memory = open_one(backend, embedder=letters, limits=Limits(resident_bytes=7 * one // 2))
    for name in (*range(8), 6, 5, 0):
        assert len(await memory.user(f"{name}").recall("plums")) == 1
    stats = memory._core.residents.stats
    assert (stats.partitions, stats.misses, stats.hits, stats.evictions) == (3, 9, 2, 6)
    assert 2 * one < stats.size_bytes <= stats.limit_bytes == 7 * one // 2


async def test_what_is_counted_is_the_size_of_what_is_kept(
    open_one: Open, backend: InMemoryBackend, letters: Any
) -> None:
    memory = open_one(backend, embedder=letters, limits=Limits(resident_bytes=60_000))
    for turn in range(4):
        await _tell_many(memory, users=8)
        await asyncio.gather(*(memory.user(f"{name}").recall("plums") for name in range(8)))
        await memory.user(f"{turn}").erase()
        residents = memory._core.residents
        kept = sum(resident.index.size_bytes for resident in residents._residents.values())
        assert residents.stats.size_bytes == kept <= 60_000
    assert memory._core.residents.stats.evictions > 0
    await memory.aclose()
    assert memory._core.residents.stats.size_bytes == 0


async def _tell_many(memory: AsyncMemlane, *, users: int) -> None:
    for name in range(users):
        await memory.user(f"{name}").session("s").add("user", f"{name} likes plums")


async def test_a_recall_that_is_cancelled_leaves_the_next_one_right(
    open_one: Open, backend: InMemoryBackend, letters: Any
) -> None:
    memory = open_one(backend, embedder=letters)
    luke = memory.user("luke")
    await luke.session("s").add_many([{"role": "user", "content": f"heron {number}"} for number in range(40)])
    for turns in range(12):
        recall = asyncio.ensure_future(luke.recall("heron", limit=100))
        for _ in range(turns):
            await asyncio.sleep(0)
        recall.cancel()
        await asyncio.gather(recall, return_exceptions=True)
    assert len(await luke.recall("heron", limit=100)) == 40


async def test_a_store_that_fails_in_the_midst_of_a_refresh_leaves_the_next_recall_right(
    open_one: Open, backend: InMemoryBackend, failing: Callable[..., Any]
) -> None:
    memories = failing(backend.memories())
    memory = open_one(backend, memories=memories)
    luke = memory.user("luke")
    await luke.session("s").add("user", "heron one")
    assert len(await luke.recall("heron")) == 1
    await luke.session("s").add("user", "heron two")
    memories.after["changes"] = 1
    with pytest.raises(errors.StoreUnavailableError):
        await luke.recall("heron")
    assert len(await luke.recall("heron")) == 2


async def test_a_partition_of_many_pages_is_read_whole_whatever_happens_in_between(
    open_one: Open, backend: InMemoryBackend, failing: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("memlane.engine.residents._PAGE", 7)
    memories = failing(backend.memories())
    memory = open_one(backend, memories=memories)
    luke = memory.user("luke")
    await luke.session("s").add_many([{"role": "user", "content": f"heron {number}"} for number in range(40)])
    assert len(await luke.recall("heron", limit=100)) == 40
    await luke.session("s").add_many([{"role": "user", "content": f"heron {number}"} for number in range(40)])
    memories.after["changes"] = 1
    with pytest.raises(errors.StoreUnavailableError):
        await luke.recall("heron", limit=100)
    for turns in range(12):
        recall = asyncio.ensure_future(luke.recall("heron", limit=100))
        for _ in range(turns):
            await asyncio.sleep(0)
        recall.cancel()
        await asyncio.gather(recall, return_exceptions=True)
    assert len(await luke.recall("heron", limit=100)) == 80


async def test_what_came_with_a_turn_is_read_once_and_has_its_stored_vector_in_the_search_and_after(
    open_one: Open, backend: InMemoryBackend, letters: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    memories, reads = backend.memories(), list[object]()
    memory, changes = open_one(backend, embedder=letters, memories=memories), memories.changes
    luke = memory.user("luke")
    await luke.session("s").add("user", "zebra crossing")
    await luke.recall("zebra")

    async def counted(*args: Any, **options: Any) -> Any:
        reads.append(args)
        return await changes(*args, **options)

    monkeypatch.setattr(memories, "changes", counted)
    await luke.session("s").add("user", "heron crossing")
    found = await luke.recall("crossing")
    assert len(reads) == 1
    assert await _vectors(memory, backend, _identity(memory)) == 2
    again = open_one(backend, embedder=letters)
    assert found == await luke.recall("crossing") == await again.user("luke").recall("crossing")


async def test_vectors_that_cannot_be_stored_fail_the_recall_and_the_next_one_stores_them(
    open_one: Open, backend: InMemoryBackend, letters: Any, failing: Callable[..., Any]
) -> None:
    memories = failing(backend.memories())
    memory = open_one(backend, embedder=letters, memories=memories)
    await memory.user("luke").session("s").add("user", "zebra crossing")
    memories.before["put_vectors"] = 1
    with pytest.raises(errors.StoreUnavailableError):
        await memory.user("luke").recall("zebra")
    assert await _vectors(memory, backend, _identity(memory)) == 0
    assert len(await memory.user("luke").recall("zebra")) == 1
    assert await _vectors(memory, backend, _identity(memory)) == 1


async def test_many_recalls_at_once_agree(open_one: Open, backend: InMemoryBackend, letters: Any) -> None:
    memory = open_one(backend, embedder=letters)
    luke = memory.user("luke")
    await luke.session("s").add_many([{"role": "user", "content": f"heron {number}"} for number in range(30)])
    results = await asyncio.gather(*(luke.recall("heron 7", limit=3) for _ in range(20)))
    assert all([found.memory.id for found in result] == [found.memory.id for found in results[0]] for result in results)


async def test_messages_without_a_time_are_stamped_in_order(
    open_one: Open, backend: InMemoryBackend, clock: FakeClock
) -> None:
    chat = open_one(backend).user("luke").session("s")
    said = await chat.add_many([{"role": "user", "content": f"{number}"} for number in range(50)])
    times = [message.created_at for message in said]
    assert times == sorted(set(times))
    clock.advance(timedelta(seconds=-5))
    assert (await chat.add("user", "the clock went back")).position == 51
