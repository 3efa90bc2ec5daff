"""The work ledger of a SQLite file: what marks cost, and what workers that are killed or locked out leave.

The module is its own child program: `python test_sqlite_work.py write|work <path> <name>`.
"""

import asyncio
import contextlib
import itertools
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from memlane.adapters._drivers.sqlite import SqliteDriver
from memlane.adapters.sessions.sqlite import SqliteSessionStore
from memlane.adapters.work.sqlite import SqliteWorkLedger
from memlane.errors import StoreUnavailableError
from memlane.protocols.sessions import NewMessage
from memlane.protocols.work import Claim
from memlane.types.ids import Partition, SessionKey
from memlane.wiring.backends import open_backend

NOW = 1_750_000_000_000
PLACE = Partition("acme", "luke")
TRIP = SessionKey(PLACE, "trip")
KEYS = [SessionKey(Partition("acme", user), session) for user in ("leia", "han", "lando") for session in "ab"]
LEASE_MS = 300


@pytest.fixture
def store(driver: SqliteDriver) -> SqliteSessionStore:
    return SqliteSessionStore(driver, shares_memories=True)


@pytest.fixture
def work(driver: SqliteDriver) -> SqliteWorkLedger:
    return SqliteWorkLedger(driver)


async def append(store: SqliteSessionStore, *ids: str, key: SessionKey = TRIP) -> int:
    result = await store.append(key, [NewMessage(id_, b"x") for id_ in ids], now_ms=NOW, default_ttl_ms=None)
    return result[-1].position


async def claim_one(work: SqliteWorkLedger) -> Claim:
    (claim,) = await work.claim(now_ms=NOW, lease_ms=60_000)
    return claim


@contextlib.asynccontextmanager
async def traced(driver: SqliteDriver) -> AsyncIterator[list[str]]:
    """Yield the statements that the writer runs meanwhile."""
    statements: list[str] = []
    await driver.write(lambda connection: connection.set_trace_callback(statements.append))
    yield statements
    await driver.write(lambda connection: connection.set_trace_callback(None))


@pytest.mark.parametrize("place", ["/{path}", ""], ids=["file", "memory"])
async def test_the_backend_of_a_url_has_the_ledger_of_its_sessions(tmp_path: Path, place: str) -> None:
    backend = open_backend("sqlite://" + place.format(path=tmp_path / "m.db"))
    assert backend.work is not None
    sessions, work = backend.sessions(True), backend.work()
    await sessions.append(TRIP, [NewMessage("a", b"x")], now_ms=NOW, default_ttl_ms=None)
    (claim,) = await work.claim(now_ms=NOW, lease_ms=60_000)
    assert await work.finish(claim, "trip", upto=1, now_ms=NOW)
    await work.release(claim, at_ms=NOW, now_ms=NOW)
    assert await work.partitions(now_ms=NOW, limit=10) == []
    await backend.aclose()


async def test_only_the_first_append_after_a_finish_writes_a_mark(
    driver: SqliteDriver, store: SqliteSessionStore, work: SqliteWorkLedger
) -> None:
    for turn in range(3):
        async with traced(driver) as statements:
            newest = [await append(store, f"{turn}/{number}") for number in range(5)][-1]
        assert len([text for text in statements if "INSERT INTO marks" in text]) == 1
        assert len([text for text in statements if "INSERT INTO work" in text]) == 1
        claim = await claim_one(work)
        assert await work.finish(claim, "trip", upto=newest, now_ms=NOW)
        await work.release(claim, at_ms=NOW, now_ms=NOW)


async def test_sessions_that_become_due_together_are_marked_together(
    driver: SqliteDriver, store: SqliteSessionStore, work: SqliteWorkLedger
) -> None:
    async with traced(driver) as statements:
        await asyncio.gather(*(append(store, "a", "b", key=SessionKey(PLACE, f"s{number}")) for number in range(20)))
    assert len([text for text in statements if "INSERT INTO marks" in text]) < 20
    assert len(await work.due(PLACE, now_ms=NOW)) == 20


async def test_asking_for_work_where_there_is_none_writes_nothing(
    tmp_path: Path, store: SqliteSessionStore, work: SqliteWorkLedger
) -> None:
    await append(store, "a")
    claim = await claim_one(work)
    with contextlib.closing(sqlite3.connect(tmp_path / "m.db")) as other:
        before = other.execute("PRAGMA data_version").fetchone()
        for early in (False, True):
            assert await work.claim(now_ms=NOW, lease_ms=60_000, limit=10, early=early) == []
        assert other.execute("PRAGMA data_version").fetchone() == before
        assert await work.extend(claim, now_ms=NOW, lease_ms=60_000)
        assert other.execute("PRAGMA data_version").fetchone() != before


async def test_a_ledger_that_is_locked_too_long_is_unavailable_and_nothing_is_half_written(tmp_path: Path) -> None:
    driver = SqliteDriver(tmp_path / "m.db", timeout_s=0.5)
    store, work = SqliteSessionStore(driver, shares_memories=True), SqliteWorkLedger(driver)
    await append(store, "a")
    claim = await claim_one(work)
    with contextlib.closing(sqlite3.connect(tmp_path / "m.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        begun = time.monotonic()
        calls = (
            work.finish(claim, "trip", upto=1, now_ms=NOW),
            work.fail(claim, "trip", error="x", set_aside=True, now_ms=NOW),
            work.release(claim, at_ms=NOW, now_ms=NOW),
            work.claim(now_ms=NOW + 60_000, lease_ms=1),
            work.spend("acme", "2026-11-20", 1, limit=1, now_ms=NOW),
        )
        results = await asyncio.gather(*calls, return_exceptions=True)
        assert [type(result) for result in results] == [StoreUnavailableError] * 5
        assert 0.5 <= time.monotonic() - begun < 5
        other.execute("COMMIT")
    (due,) = await work.due(PLACE, now_ms=NOW)
    assert (due.tries, due.set_aside) == (0, False)
    assert await work.finish(claim, "trip", upto=1, now_ms=NOW)
    assert await work.spend("acme", "2026-11-20", 1, limit=1, now_ms=NOW)
    await driver.aclose()


async def test_nothing_of_the_ledger_stays_of_an_erased_user(
    driver: SqliteDriver, store: SqliteSessionStore, work: SqliteWorkLedger
) -> None:
    await append(store, "a")
    await append(store, "a", key=SessionKey(PLACE, "other"))
    claim = await claim_one(work)
    await work.fail(claim, "trip", error="x", set_aside=True, now_ms=NOW)
    await store.erase(PLACE)
    for table in ("marks", "work", "partitions"):
        assert await driver.read(lambda one, name=table: one.execute(f"SELECT * FROM {name}").fetchall()) == []  # noqa: S608 -- names of tables


async def test_a_day_that_is_long_over_is_not_kept(driver: SqliteDriver, work: SqliteWorkLedger) -> None:
    assert await work.spend("acme", "2026-11-20", 1, limit=1, now_ms=NOW)
    assert await work.spend("acme", "2026-11-23", 1, limit=1, now_ms=NOW + 3 * 86_400_000)
    kept = await driver.read(lambda one: one.execute("SELECT day FROM spent").fetchall())
    assert kept == [("2026-11-23",)]


def start(mode: str, path: Path, name: str) -> subprocess.Popen[str]:
    command = [sys.executable, __file__, mode, str(path), name]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


async def first_line(child: subprocess.Popen[str]) -> None:
    """Wait until a child tells that it has begun."""
    assert child.stdout is not None
    assert await asyncio.to_thread(child.stdout.readline)


@pytest.mark.parametrize("acknowledged", [1, 25])
async def test_what_an_appender_killed_with_9_was_told_is_due(tmp_path: Path, acknowledged: int) -> None:
    with start("write", tmp_path / "m.db", "killed") as child:
        assert child.stdout is not None
        told = [child.stdout.readline() for _ in range(acknowledged)]
        child.kill()
    driver = SqliteDriver(tmp_path / "m.db")
    store, work = SqliteSessionStore(driver, shares_memories=True), SqliteWorkLedger(driver)
    due = {
        SessionKey(key.partition, session.session)
        for key in KEYS
        for session in await work.due(key.partition, now_ms=NOW)
    }
    states = {key: await store.read(key, now_ms=NOW, last=0) for key in KEYS}
    assert due == {key for key in KEYS if states[key].count}
    assert sum(state.count for state in states.values()) >= len(told) == acknowledged
    await driver.aclose()


@pytest.mark.slow
async def test_workers_killed_with_9_at_any_time_leave_no_work_undone(tmp_path: Path) -> None:
    path, dice = tmp_path / "m.db", random.Random(5)
    writers = [start("write", path, f"writer{number}") for number in range(2)]
    for writer in writers:
        await first_line(writer)
    workers = [start("work", path, f"worker{number}") for number in range(2)]
    for victim in (0, 1, 0, 1, 0, 1, 0, 1):
        await first_line(workers[victim])
        await asyncio.sleep(dice.uniform(0, 0.08))
        workers[victim].kill()
        workers[victim].communicate()
        workers[victim] = start("work", path, "next")
    for writer in writers:
        writer.kill()
        writer.communicate()
    outputs = [worker.communicate(timeout=60)[0] for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0], outputs
    driver = SqliteDriver(path)
    store, work = SqliteSessionStore(driver, shares_memories=True), SqliteWorkLedger(driver)
    states = [await store.read(key, now_ms=NOW, last=1) for key in KEYS]
    assert sum(state.count for state in states) >= 2
    for state in states:
        newest = state.messages[-1].position if state.messages else 0
        assert int(state.fields.get("seen", b"0")) == newest
    assert await work.partitions(now_ms=NOW, limit=10) == []
    await driver.aclose()


async def _write(path: str, name: str) -> None:
    """Append for ever, telling what is acknowledged."""
    store = SqliteSessionStore.from_url(f"sqlite:///{path}", shares_memories=True)
    dice = random.Random(name)
    for number in itertools.count():
        position = await append(store, f"{name}/{number}", key=dice.choice(KEYS))
        print(position, flush=True)  # noqa: T201 -- tells the test what was acknowledged
        await asyncio.sleep(dice.uniform(0, 0.02))


async def _work(path: str) -> None:
    """Note in every due session up to where it was seen, until there has been nothing to do for a while."""
    driver = SqliteDriver(path)
    store, work = SqliteSessionStore(driver, shares_memories=True), SqliteWorkLedger(driver)
    idle_since = time.monotonic()
    while time.monotonic() - idle_since < 2:
        claims = await work.claim(now_ms=_now_ms(), lease_ms=LEASE_MS)
        for claim in claims:
            print(claim.partition.user, flush=True)  # noqa: T201 -- tells the test that there is something to kill
            for due in await work.due(claim.partition, now_ms=_now_ms()):
                await _look(store, work, claim, due.session)
            await work.release(claim, at_ms=_now_ms(), now_ms=_now_ms())
            idle_since = time.monotonic()
        await asyncio.sleep(0.02)
    await driver.aclose()


async def _look(store: SqliteSessionStore, work: SqliteWorkLedger, claim: Claim, session: str) -> None:
    key = SessionKey(claim.partition, session)
    state = await store.read(key, now_ms=_now_ms(), last=1)
    upto = state.messages[-1].position
    await asyncio.sleep(0.02)
    if int(state.fields.get("seen", b"0")) < upto:
        await store.swap_field(key, "seen", state.fields.get("seen"), b"%d" % upto, now_ms=_now_ms())
    await work.finish(claim, session, upto=upto, now_ms=_now_ms())


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


if __name__ == "__main__":
    asyncio.run(_write(*sys.argv[2:]) if sys.argv[1] == "write" else _work(sys.argv[2]))
