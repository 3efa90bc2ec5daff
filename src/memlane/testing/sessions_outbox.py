"""Promise P5 of session stores: the memories of an append are durable with its messages, once.

Where they go depends on `shares_memories`; the tests hold for both and say so where they differ.
"""

import asyncio

import pytest

from memlane.errors import UnsupportedError
from memlane.protocols.memories import MemoryRow
from memlane.protocols.sessions import NewMessage, SessionStore
from memlane.testing.backends import SessionBackend
from memlane.testing.hostile import BODIES, IDS, PARTITIONS
from memlane.testing.probes import (
    CANCELLATIONS,
    HOUR,
    NOW,
    PLACE,
    TRIP,
    append,
    bodies,
    cancel_after,
    gather,
    message,
    row,
)
from memlane.types.ids import Partition, SessionKey


class OutboxPromises:
    """P5: memories land with their messages, in the shared memory store or in the outbox."""

    async def test_a_store_declares_where_memories_go(self, backend: SessionBackend) -> None:
        store = await backend.open()
        assert store.shares_memories is (backend.connect_memories is not None)
        if not store.shares_memories:
            with pytest.raises(UnsupportedError):
                await backend.memories()

    async def test_the_memories_of_an_append_are_kept_exactly(self, backend: SessionBackend) -> None:
        store = await backend.open()
        kept = [row(f"memory{number:02}", body) for number, body in enumerate(BODIES)]
        kept.append(row("memory99", b"for a while", NOW + HOUR))
        await append(store, [_with(memory) for memory in kept])
        assert await _kept(backend, store) == kept

    async def test_a_message_without_a_memory_hands_nothing_on(self, backend: SessionBackend) -> None:
        store = await backend.open()
        await append(store, [message("silent"), _with(row("x")), message("silent too")])
        assert await _kept(backend, store) == [row("x")]

    async def test_hostile_memory_ids_are_kept_apart(self, backend: SessionBackend) -> None:
        store = await backend.open()
        await append(store, [_with(row(id_)) for id_ in IDS])
        assert sorted(await _kept(backend, store), key=_by_id) == sorted((row(id_) for id_ in IDS), key=_by_id)

    async def test_the_memories_of_partitions_never_meet(self, backend: SessionBackend) -> None:
        store = await backend.open()
        for number, partition in enumerate(PARTITIONS):
            await append(store, [_with(row("m", b"%d" % number))], key=SessionKey(partition, "c"))
        for number, partition in enumerate(PARTITIONS):
            assert await _kept(backend, store, partition) == [row("m", b"%d" % number)]

    async def test_appending_again_hands_nothing_on_again(self, backend: SessionBackend) -> None:
        store = await backend.open()
        await append(store, [_with(row("x", b"first"))])
        await append(store, [_with(row("x", b"second")), _with(row("y"))])
        await append(store, [message("x", b"third", row("z"))])
        assert await _kept(backend, store) == [row("x", b"first"), row("y")]

    async def test_what_was_taken_and_forgotten_does_not_come_back_by_a_retry(self, backend: SessionBackend) -> None:
        store = await backend.open()
        await append(store, [_with(row("x"))])
        await _take(backend, store, "x")
        await append(store, [_with(row("x"))])
        assert await _kept(backend, store) == []

    async def test_deleting_a_session_leaves_its_memories(self, backend: SessionBackend) -> None:
        store = await backend.open()
        await append(store, [_with(row("x")), _with(row("y"))])
        await store.delete(TRIP)
        assert await _kept(backend, store) == [row("x"), row("y")]

    async def test_the_end_of_a_session_leaves_its_memories(self, backend: SessionBackend) -> None:
        store = await backend.open()
        await append(store, [_with(row("x")), _with(row("y"))], default_ttl_ms=HOUR)
        await store.expire(TRIP, HOUR // 2, now_ms=NOW, last=1)
        await store.sweep(now_ms=NOW + 2 * HOUR)
        assert not (await store.read(TRIP, now_ms=NOW + 2 * HOUR)).exists
        assert await _kept(backend, store) == [row("x"), row("y")]
        await append(store, [_with(row("z"))], at=NOW + 2 * HOUR)
        assert await _kept(backend, store) == [row("x"), row("y"), row("z")]

    async def test_concurrent_appenders_lose_no_memory(self, backend: SessionBackend) -> None:
        stores = [await backend.open() for _ in range(4)]
        blocks = [[_with(row(f"{number:02}-{index}")) for index in range(3)] for number in range(40)]
        keys = [TRIP, SessionKey(PLACE, "other")]
        await gather(
            append(stores[number % 4], messages, key=keys[number % 2]) for number, messages in enumerate(blocks)
        )
        kept = await _kept(backend, stores[0])
        assert {memory.id for memory in kept} == {new.id for messages in blocks for new in messages}
        assert len(kept) == 40 * 3

    async def test_a_cancelled_append_hands_on_what_it_says_and_no_more(self, backend: SessionBackend) -> None:
        store = await backend.open()
        for number, (turns, seconds) in enumerate(CANCELLATIONS):
            messages = [_with(row(f"{number:02}-{index}")) for index in range(3)]
            await cancel_after(append(store, messages), turns=turns, seconds=seconds)
        await append(store, [_with(row("last"))])
        said = bodies(await store.read(TRIP, now_ms=NOW))
        kept = [memory.id.encode() for memory in await _kept(backend, store)]
        assert sorted(kept) == sorted(body.removeprefix(b"of ") for body in said)

    async def test_the_outbox_holds_memories_in_order_until_they_are_settled(self, backend: SessionBackend) -> None:
        store, other = await backend.open(), await backend.open()
        await append(store, [_with(row("b")), _with(row("a"))])
        await append(store, [_with(row("c"))], key=SessionKey(PLACE, "other"))
        if store.shares_memories:
            assert await store.pending(PLACE, limit=10) == []
            assert await store.unsettled(limit=10) == []
            await store.settle(PLACE, ["a", "b"])
            assert await _kept(backend, store) == [row("a"), row("b"), row("c")]
            return
        assert await other.pending(PLACE, limit=10) == [row("b"), row("a"), row("c")]
        assert await other.pending(PLACE, limit=2) == [row("b"), row("a")]
        assert await store.unsettled(limit=10) == [PLACE]
        await store.settle(PLACE, ["b", "unknown"])
        assert await other.pending(PLACE, limit=10) == [row("a"), row("c")]
        assert await other.unsettled(limit=10) == [PLACE]
        await other.settle(PLACE, ["c", "a"])
        assert await store.pending(PLACE, limit=10) == []

    async def test_every_partition_with_waiting_memories_is_named(self, backend: SessionBackend) -> None:
        store = await backend.open()
        for partition in PARTITIONS:
            await append(store, [_with(row("m"))], key=SessionKey(partition, "c"))
        named = await store.unsettled(limit=1_000)
        assert set(named) == (set() if store.shares_memories else set(PARTITIONS))
        assert len(await store.unsettled(limit=3)) == (0 if store.shares_memories else 3)
        for partition in PARTITIONS:
            await store.settle(partition, ["m"])
        assert [await store.pending(partition, limit=10) for partition in PARTITIONS] == [[]] * len(PARTITIONS)

    async def test_settling_during_appends_loses_nothing(self, backend: SessionBackend) -> None:
        store, other = await backend.open(), await backend.open()
        taken: set[str] = set()
        done = asyncio.Event()

        async def write() -> None:
            for number in range(40):
                await append(store, [_with(row(f"m{number:02}"))])
            done.set()

        async def take() -> None:
            waiting = await _kept(backend, other)
            taken.update(memory.id for memory in waiting)
            await other.settle(PLACE, [memory.id for memory in waiting])
            assert len(taken) <= (await other.read(TRIP, now_ms=NOW, last=0)).count

        async def take_along() -> None:
            while not done.is_set():
                await take()
                await asyncio.sleep(0)
            await take()

        await gather([write(), take_along()])
        assert taken == {f"m{number:02}" for number in range(40)}
        assert await store.pending(PLACE, limit=10) == []


def _with(memory: MemoryRow) -> NewMessage:
    """Return a message that is remembered as `memory`."""
    return message(memory.id, f"of {memory.id}".encode(), memory)


def _by_id(memory: MemoryRow) -> str:
    return memory.id


async def _kept(backend: SessionBackend, store: SessionStore, partition: Partition = PLACE) -> list[MemoryRow]:
    """Return the memories handed on, wherever this store puts them."""
    if not store.shares_memories:
        return await store.pending(partition, limit=1_000)
    return await (await backend.memories()).scan(partition, now_ms=NOW)


async def _take(backend: SessionBackend, store: SessionStore, id_: str) -> None:
    """Remove a memory from where this store put it."""
    if store.shares_memories:
        assert await (await backend.memories()).delete(PLACE, [id_], now_ms=NOW) == 1
    else:
        await store.settle(PLACE, [id_])
