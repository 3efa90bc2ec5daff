"""One SQLite file and several processes: what is acknowledged stays, whoever dies, waits or forks.

The module is its own child program: `python test_sqlite_processes.py <mode> <path> …`.
"""

import asyncio
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import pytest

from memlane.adapters._drivers.sqlite import SqliteDriver
from memlane.adapters.memories.sqlite import SqliteMemoryStore
from memlane.adapters.sessions.sqlite import SqliteSessionStore
from memlane.errors import ClosedError, StoreUnavailableError
from memlane.protocols.memories import MemoryRow
from memlane.protocols.sessions import NewMessage
from memlane.types.ids import Partition, SessionKey

NOW = 1_750_000_000_000
PLACE = Partition("acme", "luke")
TRIP = SessionKey(PLACE, "trip")
BLOCK = 3


def new_block(name: str, *, padding: int = 0) -> list[NewMessage]:
    ids = [f"{name}/{number}" for number in range(BLOCK)]
    return [NewMessage(id_, id_.encode() + b" " * padding, MemoryRow(f"of {id_}", id_.encode())) for id_ in ids]


async def append(store: SqliteSessionStore, messages: list[NewMessage]) -> list[int]:
    result = await store.append(TRIP, messages, now_ms=NOW, default_ttl_ms=None)
    return [appended.position for appended in result]


def start(*arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, __file__, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteSessionStore]:
    store = SqliteSessionStore.from_url(f"sqlite:///{tmp_path / 'm.db'}", shares_memories=True)
    yield store
    await store.aclose()


@pytest.mark.parametrize("acknowledged", [1, 7, 40])
async def test_what_was_acknowledged_before_kill_9_is_there_in_whole_blocks(
    tmp_path: Path, store: SqliteSessionStore, acknowledged: int
) -> None:
    with start("append", tmp_path / "m.db", "killed", 10_000) as child:
        assert child.stdout is not None
        told = [child.stdout.readline().split() for _ in range(acknowledged)]
        child.kill()
        told += [line.split() for line in child.stdout if line.endswith("\n")]
    state = await store.read(TRIP, now_ms=NOW)
    by_position = {stored.position: stored.body.split()[0].decode() for stored in state.messages}
    assert state.count == len(by_position)
    assert state.count % BLOCK == 0
    for name, *positions in told:
        assert [by_position[int(position)] for position in positions] == [f"{name}/{part}" for part in range(BLOCK)]
    memories = SqliteMemoryStore.from_url(f"sqlite:///{tmp_path / 'm.db'}")
    assert len(await memories.scan(PLACE, now_ms=NOW, limit=100_000)) == state.count
    await memories.aclose()


async def test_four_processes_of_four_tasks_lose_double_and_reorder_nothing(
    tmp_path: Path, store: SqliteSessionStore
) -> None:
    children = [start("append-four", tmp_path / "m.db", f"p{number}", 12) for number in range(4)]
    told: dict[str, list[int]] = {}
    for child in children:
        output, _ = await asyncio.to_thread(child.communicate)
        assert child.returncode == 0
        told |= {name: [int(place) for place in places] for name, *places in map(str.split, output.splitlines())}
    assert len(told) == 4 * 4 * 12
    state = await store.read(TRIP, now_ms=NOW)
    assert state.count == len(state.messages) == len(told) * BLOCK
    expected = {place: f"{name}/{part}" for name, places in told.items() for part, place in enumerate(places)}
    assert {stored.position: stored.body.decode().split()[0] for stored in state.messages} == expected
    for name, places in told.items():
        assert places == list(range(places[0], places[0] + BLOCK)), f"{name} is not one block"
    for appender in {name.rpartition("-")[0] for name in told}:
        mine = [told[f"{appender}-{number}"][0] for number in range(12)]
        assert all(one < other for one, other in pairwise(mine)), f"{appender} was reordered"


async def test_readers_see_whole_blocks_while_another_process_writes(tmp_path: Path, store: SqliteSessionStore) -> None:
    memories = SqliteMemoryStore.from_url(f"sqlite:///{tmp_path / 'm.db'}")
    cursor, followed, counts = None, set[str](), set[int]()
    with start("append", tmp_path / "m.db", "busy", 60) as child:
        while child.poll() is None:
            state = await store.read(TRIP, now_ms=NOW)
            assert len(state.messages) == state.count
            counts.add(state.count)
            changes = await memories.changes(PLACE, cursor, now_ms=NOW)
            cursor, followed = changes.cursor, followed | {change.id for change in changes.items}
            assert len(followed) >= state.count
    assert child.returncode == 0
    assert all(count % BLOCK == 0 for count in counts)
    assert len(counts) > 1
    assert (await store.read(TRIP, now_ms=NOW)).count == 60 * BLOCK
    await memories.aclose()


async def test_a_write_acknowledged_elsewhere_is_seen_by_the_next_read(
    tmp_path: Path, store: SqliteSessionStore
) -> None:
    with start("append", tmp_path / "m.db", "other", 30) as child:
        assert child.stdout is not None
        for number in range(30):
            await asyncio.to_thread(child.stdout.readline)
            assert (await store.read(TRIP, now_ms=NOW)).count >= (number + 1) * BLOCK


async def test_a_locked_database_is_waited_for(tmp_path: Path, store: SqliteSessionStore) -> None:
    await append(store, new_block("before"))
    other = sqlite3.connect(tmp_path / "m.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    writing = asyncio.create_task(append(store, new_block("during")))
    await asyncio.sleep(0.2)
    assert not writing.done()
    assert (await store.read(TRIP, now_ms=NOW)).count == BLOCK
    other.execute("COMMIT")
    assert await writing == [4, 5, 6]
    other.close()


async def test_a_database_locked_too_long_is_unavailable_and_nothing_is_half_written(tmp_path: Path) -> None:
    driver = SqliteDriver(tmp_path / "m.db", timeout_s=0.5)
    store = SqliteSessionStore(driver, shares_memories=True)
    await append(store, new_block("before"))
    other = sqlite3.connect(tmp_path / "m.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    begun = time.monotonic()
    results = await asyncio.gather(
        *(append(store, new_block(f"during{number}")) for number in range(3)), return_exceptions=True
    )
    assert time.monotonic() - begun >= 0.5
    assert [type(result) for result in results] == [StoreUnavailableError] * 3
    other.execute("COMMIT")
    other.close()
    assert await append(store, new_block("after")) == [4, 5, 6]
    assert (await store.read(TRIP, now_ms=NOW)).count == 2 * BLOCK
    await driver.aclose()


async def test_a_write_given_up_by_its_caller_while_the_database_is_locked_does_not_land(
    tmp_path: Path, store: SqliteSessionStore
) -> None:
    await append(store, new_block("before"))
    other = sqlite3.connect(tmp_path / "m.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    writing = asyncio.create_task(append(store, new_block("cancelled")))
    await asyncio.sleep(0.05)
    writing.cancel()
    await asyncio.wait([writing])
    assert writing.cancelled()
    other.execute("COMMIT")
    other.close()
    assert await append(store, new_block("after")) == [4, 5, 6]


def test_a_forked_child_is_refused_and_the_parent_goes_on(tmp_path: Path) -> None:
    with start("fork", tmp_path / "m.db") as child:
        output, _ = child.communicate(timeout=60)
    assert output.split() == ["read-refused", "write-refused", "child-closed", "parent-count", "6"]
    assert child.returncode == 0


def test_several_processes_create_one_file_at_once(tmp_path: Path) -> None:
    children = [start("append", tmp_path / "new" / "m.db", f"p{number}", 1) for number in range(6)]
    outputs = [child.communicate(timeout=60)[0].split() for child in children]
    assert [child.returncode for child in children] == [0] * 6
    positions = sorted(int(position) for _, *positions in outputs for position in positions)
    assert positions == list(range(1, 6 * BLOCK + 1))


def test_a_process_that_forgets_to_close_ends_nevertheless(tmp_path: Path) -> None:
    with start("forget", tmp_path / "m.db") as child:
        output, _ = child.communicate(timeout=60)
    assert (output.split(), child.returncode) == (["1", "2", "3"], 0)


async def _append_blocks(store: SqliteSessionStore, name: str, blocks: int) -> None:
    for number in range(blocks):
        positions = await append(store, new_block(f"{name}-{number}", padding=number % 2_000))
        print(f"{name}-{number}", *positions, flush=True)  # noqa: T201 -- tells the test what was acknowledged


async def _append_and_close(path: str, names: list[str], blocks: int) -> None:
    store = SqliteSessionStore.from_url(f"sqlite:///{path}", shares_memories=True)
    await asyncio.gather(*(_append_blocks(store, name, blocks) for name in names))
    await store.aclose()


async def _fork(path: str) -> None:
    store = SqliteSessionStore.from_url(f"sqlite:///{path}", shares_memories=True)
    await append(store, new_block("before"))
    await store.read(TRIP, now_ms=NOW)
    child = os.fork()
    if child == 0:
        _use_in_child(store)
        os._exit(0)
    await asyncio.to_thread(os.waitpid, child, 0)
    await append(store, new_block("after"))
    print("parent-count", (await store.read(TRIP, now_ms=NOW)).count)  # noqa: T201 -- tells the test
    await store.aclose()


def _use_in_child(store: SqliteSessionStore) -> None:
    """Drive coroutines by hand: the child has inherited a running loop that is not its own."""
    calls = {
        "read-refused": store.read(TRIP, now_ms=NOW),
        "write-refused": append(store, new_block("child")),
        "child-closed": store._driver.aclose(),
    }
    for name, call in calls.items():
        try:
            call.send(None)
        except (ClosedError, StopIteration):
            print(name, flush=True)  # noqa: T201 -- tells the test


async def _forget(path: str) -> None:
    store = SqliteSessionStore.from_url(f"sqlite:///{path}", shares_memories=True)
    print(*await append(store, new_block("kept")), flush=True)  # noqa: T201 -- tells the test
    await store.read(TRIP, now_ms=NOW)


def _main(mode: str, path: str, name: str = "", blocks: str = "0") -> None:
    match mode:
        case "append":
            asyncio.run(_append_and_close(path, [name], int(blocks)))
        case "append-four":
            asyncio.run(_append_and_close(path, [f"{name}t{task}" for task in range(4)], int(blocks)))
        case "fork":
            asyncio.run(_fork(path))
        case "forget":
            asyncio.run(_forget(path))
        case _:
            raise SystemExit(f"unknown mode {mode}")


if __name__ == "__main__":
    _main(*sys.argv[1:])
