"""The SQLite driver: batches, cancellation, full disks, event loops, closing and URLs."""

import asyncio
import contextlib
import os
import resource
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from memlane.adapters._drivers.sqlite import SqliteDriver
from memlane.adapters.memories.sqlite import SqliteMemoryStore
from memlane.adapters.sessions.sqlite import SqliteSessionStore
from memlane.errors import ClosedError, SettingError, StoreUnavailableError
from memlane.protocols.memories import MemoryRow
from memlane.protocols.sessions import NewMessage
from memlane.types.ids import Partition, SessionKey

NOW = 1_750_000_000_000
PLACE = Partition("acme", "luke")
TRIP = SessionKey(PLACE, "trip")


def new_message(id_: str, *, size: int = 10) -> NewMessage:
    return NewMessage(id_, id_.encode().ljust(size), MemoryRow(f"of {id_}", id_.encode()))


async def append(store: SqliteSessionStore, *ids: str, size: int = 10) -> None:
    await store.append(TRIP, [new_message(id_, size=size) for id_ in ids], now_ms=NOW, default_ttl_ms=None)


async def said(store: SqliteSessionStore) -> list[str]:
    state = await store.read(TRIP, now_ms=NOW)
    assert state.count == len(state.messages)
    return [stored.body.decode().strip() for stored in state.messages]


@pytest.fixture
def store(driver: SqliteDriver) -> SqliteSessionStore:
    return SqliteSessionStore(driver, shares_memories=True)


@contextlib.contextmanager
def no_file_beyond(size_bytes: int) -> Iterator[None]:
    """Let the operating system refuse to write files beyond a size, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def blocking_work(begun: threading.Event, go_on: threading.Event) -> Callable[[sqlite3.Connection], None]:
    """Return a write that holds the writer until it may go on, so that others queue behind it."""

    def work(connection: sqlite3.Connection) -> None:
        begun.set()
        assert go_on.wait(30)

    return work


@contextlib.asynccontextmanager
async def writer_busy(driver: SqliteDriver) -> AsyncIterator[None]:
    begun, go_on = threading.Event(), threading.Event()
    holding = asyncio.create_task(driver.write(blocking_work(begun, go_on)))
    await asyncio.to_thread(begun.wait, 30)
    try:
        yield
    finally:
        go_on.set()
        await holding


async def test_writes_that_wait_are_committed_together(driver: SqliteDriver, store: SqliteSessionStore) -> None:
    await append(store, "first")
    commits: list[int] = []
    async with writer_busy(driver):
        await driver_trace(driver, commits)
        writing = [asyncio.create_task(append(store, f"m{number}")) for number in range(50)]
        await asyncio.sleep(0.05)
    await asyncio.gather(*writing)
    assert await said(store) == ["first", *(f"m{number}" for number in range(50))]
    assert len(commits) <= 3


async def driver_trace(driver: SqliteDriver, commits: list[int]) -> None:
    connection = driver._writer._connection
    assert connection is not None
    connection.set_trace_callback(lambda text: commits.append(1) if text == "COMMIT" else None)


async def test_a_write_that_fails_takes_no_other_of_its_batch_with_it(
    driver: SqliteDriver, store: SqliteSessionStore
) -> None:
    def fail(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO partitions (tenant, user) VALUES ('half', 'written')")
        raise LookupError("mine")

    async with writer_busy(driver):
        work = [append(store, "a"), driver.write(fail), append(store, "b")]
        results = asyncio.gather(*work, return_exceptions=True)
        await asyncio.sleep(0.05)
    outcome = await results
    assert [type(result) for result in outcome] == [type(None), LookupError, type(None)]
    assert await said(store) == ["a", "b"]
    assert await driver.read(partial(_count, table="partitions")) == 1


def _count(connection: sqlite3.Connection, *, table: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 -- a name from here


async def test_a_write_cancelled_in_the_queue_does_not_land(driver: SqliteDriver, store: SqliteSessionStore) -> None:
    async with writer_busy(driver):
        cancelled, kept = (asyncio.create_task(append(store, name)) for name in ("cancelled", "kept"))
        await asyncio.sleep(0.02)
        cancelled.cancel()
        await asyncio.wait([cancelled])
    await kept
    assert await said(store) == ["kept"]


async def test_a_write_cancelled_while_it_runs_lands_wholly(driver: SqliteDriver, store: SqliteSessionStore) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def work(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO partitions (tenant, user) VALUES ('a', 'a')")
        begun.set()
        assert go_on.wait(30)
        connection.execute("INSERT INTO partitions (tenant, user) VALUES ('b', 'b')")

    writing = asyncio.create_task(driver.write(work))
    await asyncio.to_thread(begun.wait, 30)
    writing.cancel()
    await asyncio.wait([writing])
    go_on.set()
    await append(store, "after")
    assert await driver.read(partial(_count, table="partitions")) == 3


async def test_a_full_file_refuses_what_does_not_fit_and_stays_usable(tmp_path: Path) -> None:
    driver = SqliteDriver(tmp_path / "m.db", max_pages=68)
    store = SqliteSessionStore(driver, shares_memories=True)
    await append(store, "before")
    with pytest.raises(StoreUnavailableError):
        await append(store, "small", "large", size=150_000)
    results = await asyncio.gather(
        append(store, "beside"), append(store, "huge", size=400_000), append(store, "too"), return_exceptions=True
    )
    assert [type(result) for result in results] == [type(None), StoreUnavailableError, type(None)]
    assert await said(store) == ["before", "beside", "too"]
    memories = await SqliteMemoryStore(driver).scan(PLACE, now_ms=NOW)
    assert [memory.id for memory in memories] == ["of before", "of beside", "of too"]
    await store.delete(TRIP)
    await append(store, "large", size=100_000)
    assert await said(store) == ["large"]
    await driver.aclose()


async def test_a_disk_full_at_the_commit_fails_the_whole_batch_and_nothing_is_half_written(
    tmp_path: Path, driver: SqliteDriver, store: SqliteSessionStore
) -> None:
    await append(store, "before")
    log = tmp_path / "m.db-wal"
    with contextlib.ExitStack() as limits:
        async with writer_busy(driver):
            writing = [
                asyncio.create_task(append(store, f"m{number}", f"n{number}", size=5_000)) for number in range(8)
            ]
            await asyncio.sleep(0.05)
            limits.enter_context(no_file_beyond(log.stat().st_size + 8_192))
        results = await asyncio.gather(*writing, return_exceptions=True)
    assert {type(result) for result in results} == {StoreUnavailableError}
    assert await said(store) == ["before"]
    await append(store, "m0", "n0", "after")
    assert await said(store) == ["before", "m0", "n0", "after"]
    check = sqlite3.connect(tmp_path / "m.db")
    assert check.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    check.close()


async def test_writes_that_wait_are_finished_by_closing(tmp_path: Path) -> None:
    driver = SqliteDriver(tmp_path / "m.db")
    store = SqliteSessionStore(driver, shares_memories=False)
    async with writer_busy(driver):
        writing = [asyncio.create_task(append(store, f"m{number}")) for number in range(20)]
        await asyncio.sleep(0.05)
        closing = asyncio.create_task(driver.aclose())
        await asyncio.sleep(0.05)
        with pytest.raises(ClosedError):
            await append(store, "late")
    await asyncio.gather(closing, *writing)
    again = SqliteSessionStore.from_url(f"sqlite:///{tmp_path / 'm.db'}")
    assert await said(again) == [f"m{number}" for number in range(20)]
    await again.aclose()


async def test_closing_leaves_one_file_and_refuses_further_use(tmp_path: Path) -> None:
    store = SqliteSessionStore.from_url(f"sqlite:///{tmp_path / 'm.db'}")
    await append(store, "m")
    await said(store)
    await asyncio.gather(store.aclose(), store.aclose())
    await store.aclose()
    assert os.listdir(tmp_path) == ["m.db"]  # noqa: PTH208 -- no blocking iterator wanted
    with pytest.raises(ClosedError):
        await said(store)
    with pytest.raises(ClosedError):
        await append(store, "late")


async def test_a_driver_given_to_stores_is_its_makers_to_close(driver: SqliteDriver, store: SqliteSessionStore) -> None:
    memories = SqliteMemoryStore(driver)
    await append(store, "m")
    await store.aclose()
    await memories.aclose()
    assert await said(store) == ["m"]
    assert len(await memories.scan(PLACE, now_ms=NOW)) == 1


@pytest.mark.parametrize("path", [":memory:", "m.db"])
def test_a_driver_serves_several_event_loops_at_once_and_is_closed_on_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.chdir(tmp_path)
    driver = SqliteDriver(path)
    store = SqliteSessionStore(driver, shares_memories=True)

    async def work(name: str) -> None:
        for number in range(20):
            await append(store, f"{name}{number}")
            assert f"{name}{number}" in await said(store)

    threads = [threading.Thread(target=lambda name=name: asyncio.run(work(name))) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    names = asyncio.run(said(store))
    for name in "abc":
        assert [each for each in names if each.startswith(name)] == [f"{name}{number}" for number in range(20)]
    asyncio.run(driver.aclose())


def test_an_event_loop_that_closes_early_does_not_stop_the_writer(tmp_path: Path) -> None:
    driver = SqliteDriver(tmp_path / "m.db")
    store = SqliteSessionStore(driver, shares_memories=True)
    begun, go_on = threading.Event(), threading.Event()
    loop = asyncio.new_event_loop()
    abandoned = loop.create_task(driver.write(blocking_work(begun, go_on)))
    loop.run_until_complete(asyncio.sleep(0))
    assert begun.wait(30)
    abandoned.cancel()
    loop.run_until_complete(asyncio.wait([abandoned]))
    loop.close()
    go_on.set()
    asyncio.run(append(store, "after"))
    assert asyncio.run(said(store)) == ["after"]
    asyncio.run(driver.aclose())


async def test_a_database_in_memory_is_its_drivers_alone() -> None:
    driver, other = SqliteDriver.from_url("sqlite://"), SqliteDriver.from_url("sqlite:///:memory:")
    store = SqliteSessionStore(driver, shares_memories=True)
    await asyncio.gather(*(append(store, f"m{number}") for number in range(20)))
    assert len(await said(store)) == 20
    assert await said(SqliteSessionStore(other, shares_memories=True)) == []
    assert (await store.ping())["file"] == ":memory:"
    assert (await store.erase(PLACE))["messages"] == 20
    await driver.aclose()
    await other.aclose()


async def test_a_relative_url_stays_where_it_was_when_the_process_moves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = SqliteSessionStore.from_url("sqlite:///dir/with%20space%23.db?synchronous=normal&timeout=2.5")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    await append(store, "m")
    facts = await store.ping()
    assert facts["file"] == str(tmp_path / "dir" / "with space#.db")
    assert (facts["synchronous"], facts["journal"]) == ("normal", "wal")
    await store.aclose()


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("sqlite:///m.db?sync=full", "known: synchronous, timeout"),
        ("sqlite:///m.db?synchronous=off", "full or normal"),
        ("sqlite:///m.db?timeout=soon", "number of seconds"),
        ("sqlite:///m.db?timeout=0", "more than 0"),
        ("sqlite:///m.db?timeout=nan", "more than 0"),
        ("sqlite:///m.db?timeout=1&timeout=2", "twice"),
        ("sqlite://m.db", "sqlite:///relative.db"),
        ("sqlite:m.db", "sqlite:///relative.db"),
        ("sqlite:///a#b.db", "%23"),
        ("sqlite:///a%00b.db", "NUL"),
    ],
)
def test_a_url_that_is_not_understood_is_refused_with_what_is_allowed(url: str, told: str) -> None:
    with pytest.raises(SettingError, match=told):
        SqliteDriver.from_url(url)
