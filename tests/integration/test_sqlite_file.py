"""What a SQLite file may be, who may read it, and what removal leaves in it."""

import asyncio
import contextlib
import importlib
import os
import random
import sqlite3
import stat
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from memlane.adapters._drivers._sqlite_schema import APPLICATION_ID, SCHEMA_VERSION, create
from memlane.adapters.memories.sqlite import SqliteMemoryStore
from memlane.adapters.sessions.sqlite import SqliteSessionStore
from memlane.adapters.work.sqlite import SqliteWorkLedger
from memlane.errors import DamagedError, SettingError, StoreUnavailableError, StoreVersionError
from memlane.protocols.memories import MemoryRow
from memlane.protocols.sessions import NewMessage
from memlane.protocols.work import DueSession
from memlane.types.ids import Partition, SessionKey

NOW = 1_750_000_000_000
PLACE = Partition("acme", "luke")
TRIP = SessionKey(PLACE, "trip")
NOBODY = 65_534

THIRD_SCHEMA = """
DROP TABLE records;
DROP TABLE counts;
DROP TABLE usage_steps;
DROP TABLE usage_series;
PRAGMA user_version = 3;
"""
SECOND_SCHEMA = """
DROP TABLE marks;
DROP TABLE work;
DROP TABLE spent;
PRAGMA user_version = 2;
"""
FIRST_SCHEMA = """
ALTER TABLE memory_logs ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
UPDATE memory_logs SET version = (SELECT max(version) FROM memories m WHERE m.partition_id = memory_logs.partition_id);
ALTER TABLE messages RENAME TO newer_messages;
DROP INDEX messages_by_expiry;
CREATE TABLE messages (
    place INTEGER PRIMARY KEY,
    session_id INTEGER NOT NULL REFERENCES sessions (id),
    message TEXT NOT NULL,
    expires_at_ms INTEGER,
    body BLOB NOT NULL,
    UNIQUE (session_id, message)
) STRICT;
INSERT INTO messages SELECT * FROM newer_messages;
DROP TABLE newer_messages;
CREATE INDEX messages_by_expiry ON messages (session_id, expires_at_ms) WHERE expires_at_ms IS NOT NULL;
PRAGMA user_version = 1;
"""


def open_store(path: Path) -> SqliteSessionStore:
    return SqliteSessionStore.from_url(f"sqlite:///{path}", shares_memories=True)


async def append(
    store: SqliteSessionStore, *ids: str, key: SessionKey = TRIP, size: int = 10, memories: bool = False
) -> None:
    messages = [
        NewMessage(id_, id_.encode() + b"." * size, MemoryRow(f"of {id_}", b"m") if memories else None) for id_ in ids
    ]
    await store.append(key, messages, now_ms=NOW, default_ttl_ms=None)


def content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


async def assert_refused(path: Path, error: type[Exception], told: str) -> None:
    """Check that neither a read nor a write is possible, why, and that the file stays as it is."""
    before = content(path)
    store = open_store(path)
    with pytest.raises(error, match=told):
        await store.read(TRIP, now_ms=NOW)
    with pytest.raises(error, match=told):
        await append(store, "m")
    await store.aclose()
    assert content(path) == before


async def dump(path: Path) -> bytes:
    """Read the file and its log in another process: closing them in this one would drop SQLite's locks."""
    cat = await asyncio.create_subprocess_exec("cat", path, f"{path}-wal", stdout=asyncio.subprocess.PIPE)
    return (await cat.communicate())[0]


def assert_is_as_new(path: Path) -> None:
    """Check that an older file has the tables of a new one."""
    with (
        contextlib.closing(sqlite3.connect(path)) as check,
        contextlib.closing(sqlite3.connect(path.parent / "new.db")) as new,
    ):
        assert check.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
        assert check.execute("PRAGMA foreign_key_check").fetchall() == []
        create(new, "new")
        text = "SELECT name, replace(sql, '\"', '') FROM sqlite_schema ORDER BY name"
        assert check.execute(text).fetchall() == new.execute(text).fetchall()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteSessionStore]:
    store = open_store(tmp_path / "m.db")
    yield store
    await store.aclose()


@pytest.fixture
def read_only_directory() -> Iterator[Path]:
    """Yield a directory in which this process may not write, as whoever it runs."""
    importlib.import_module("concurrent.futures.thread")  # used below by those who may not read the standard library
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o555)
        user = os.geteuid()
        os.seteuid(user or NOBODY)
        try:
            yield Path(name)
        finally:
            os.seteuid(user)
            Path(name).chmod(0o755)


async def test_only_the_owner_may_read_the_files(tmp_path: Path) -> None:
    path = tmp_path / "new" / "directory" / "m.db"
    store = open_store(path)
    await append(store, "m")
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert modes == {"m.db": 0o600, "m.db-wal": 0o600, "m.db-shm": 0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    await store.aclose()


async def test_an_acknowledged_write_waits_for_the_disk_and_deletions_are_overwritten(
    store: SqliteSessionStore,
) -> None:
    await append(store, "m")
    pragmas = ("synchronous", "secure_delete", "foreign_keys", "journal_mode")

    def ask(connection: sqlite3.Connection) -> list[object]:
        return [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in pragmas]

    assert await store._driver.write(ask) == [2, 1, 1, "wal"]


async def test_a_file_of_a_newer_schema_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.db"
    store = open_store(path)
    await append(store, "m")
    await store.aclose()
    newer = sqlite3.connect(path)
    newer.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    newer.close()
    await assert_refused(path, StoreVersionError, f"version {SCHEMA_VERSION + 1}")


async def test_a_file_of_the_first_schema_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "m.db"
    store = open_store(path)
    await append(store, "a", "b", memories=True)
    await store.expire(TRIP, 5_000, now_ms=NOW, last=1)
    await store.aclose()
    older = sqlite3.connect(path)
    older.executescript(THIRD_SCHEMA + SECOND_SCHEMA + FIRST_SCHEMA)
    older.close()
    store = open_store(path)
    memories = SqliteMemoryStore(store._driver)
    before = await memories.changes(PLACE, None, now_ms=NOW)
    assert [change.id for change in before.items] == ["of a", "of b"]
    await append(store, "a", "c", memories=True)
    after = await memories.changes(PLACE, before.cursor, now_ms=NOW)
    assert (after.reset, [change.id for change in after.items]) == (False, ["of c"])
    assert [message.position for message in (await store.read(TRIP, now_ms=NOW)).messages] == [1, 2, 3]
    assert [message.position for message in (await store.read(TRIP, now_ms=NOW + 5_000)).messages] == [1, 3]
    await store.aclose()
    assert_is_as_new(path)


async def test_in_a_file_of_the_second_schema_all_that_was_said_is_due(tmp_path: Path) -> None:
    path, leia = tmp_path / "m.db", Partition("acme", "leia")
    store = open_store(path)
    for key in (TRIP, SessionKey(PLACE, "home"), SessionKey(leia, "hers")):
        await append(store, "a", "b", key=key)
    await store.write_fields(SessionKey(leia, "silent"), {"x": b"y"}, now_ms=NOW, default_ttl_ms=None)
    await store.write_fields(SessionKey(Partition("acme", "han"), "silent"), {"x": b"y"}, now_ms=1, default_ttl_ms=None)
    await store.aclose()
    older = sqlite3.connect(path)
    older.executescript(THIRD_SCHEMA + SECOND_SCHEMA)
    older.close()
    store = open_store(path)
    work = SqliteWorkLedger(store._driver)
    claims = {one.partition: one for one in await work.claim(now_ms=NOW, lease_ms=1_000, limit=10)}
    assert set(claims) == {PLACE, leia}
    assert [due.session for due in await work.due(PLACE, now_ms=NOW)] == ["trip", "home"]
    assert await work.due(leia, now_ms=NOW) == [DueSession(session="hers", since_ms=NOW)]
    assert await work.finish(claims[leia], "hers", upto=2, now_ms=NOW)
    await append(store, "c", key=SessionKey(leia, "silent"))
    assert [due.session for due in await work.due(leia, now_ms=NOW)] == ["silent"]
    await store.aclose()
    assert_is_as_new(path)


async def test_a_database_of_another_application_is_refused(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "other.db")
    other.execute("CREATE TABLE sessions (id INTEGER)")
    other.commit()
    other.close()
    await assert_refused(tmp_path / "other.db", SettingError, "another application")


async def test_an_empty_file_becomes_a_database(tmp_path: Path) -> None:
    path = tmp_path / "m.db"
    path.touch()
    store = open_store(path)
    await append(store, "m")
    await store.aclose()
    check = sqlite3.connect(path)
    assert check.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    check.close()


async def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Dear diary, " * 1_000)
    await assert_refused(tmp_path / "notes.txt", DamagedError, "not a SQLite database")


async def test_a_directory_is_refused(tmp_path: Path) -> None:
    await assert_refused(tmp_path, SettingError, "is a directory")


async def test_a_path_below_a_file_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    await assert_refused(tmp_path / "file" / "m.db", StoreUnavailableError, "cannot be opened")


async def test_damaged_pages_are_told_and_not_taken_for_absence(tmp_path: Path) -> None:
    path = tmp_path / "m.db"
    store = open_store(path)
    await append(store, *(f"m{number}" for number in range(200)), size=400)
    await store.aclose()
    with path.open("r+b") as file:
        file.seek(4_096)
        file.write(random.Random(1).randbytes(path.stat().st_size - 4_096))
    store = open_store(path)
    with pytest.raises(DamagedError):
        await store.read(TRIP, now_ms=NOW)
    with pytest.raises(DamagedError):
        await append(store, "more")
    await store.aclose()


async def test_a_directory_that_may_not_be_written_is_unavailable(tmp_path: Path, read_only_directory: Path) -> None:
    store = open_store(read_only_directory / "m.db")
    with pytest.raises(StoreUnavailableError, match="cannot be opened"):
        await append(store, "m")
    with pytest.raises(StoreUnavailableError, match="cannot be opened"):
        await store.ping()
    await store.aclose()
    assert not content(read_only_directory / "m.db")


async def test_a_driver_that_could_not_open_its_file_opens_it_later(tmp_path: Path) -> None:
    (tmp_path / "dir").touch()
    store = open_store(tmp_path / "dir" / "m.db")
    with pytest.raises(StoreUnavailableError):
        await append(store, "m")
    (tmp_path / "dir").unlink()
    await append(store, "m")
    assert (await store.read(TRIP, now_ms=NOW)).count == 1
    await store.aclose()


@pytest.mark.parametrize("seed", range(4))
async def test_no_trace_of_a_deleted_session_stays_in_pages_that_others_share(
    tmp_path: Path, store: SqliteSessionStore, seed: int
) -> None:
    draw = random.Random(seed)
    keys = [SessionKey(PLACE, f"s{number}") for number in range(12)]
    planted: dict[SessionKey, list[str]] = {key: [] for key in keys}
    for _ in range(8):
        writes = []
        for _ in range(60):
            key = draw.choice(keys)
            planted[key].append(f"{key.session}-{draw.getrandbits(60):015x}")
            writes.append(append(store, planted[key][-1], key=key, size=draw.choice([5, 50, 300, 900, 3_000])))
        await asyncio.gather(*writes)
    for key in keys[:8]:
        assert await store.delete(key) == len(planted[key])
    held = await dump(tmp_path / "m.db")
    assert [word for key in keys[:8] for word in planted[key] if word.encode() in held] == []
    assert [word for key in keys[8:] for word in planted[key] if word.encode() not in held] == []


async def test_no_trace_stays_of_memories_vectors_and_profile_of_an_erased_user(
    tmp_path: Path, store: SqliteSessionStore
) -> None:
    memories = SqliteMemoryStore(store._driver)
    secret = Partition("acme", "erased-user")
    for partition, word in ((secret, b"secret"), (PLACE, b"stays")):
        rows = [MemoryRow(f"{word.decode()}{number}", word * 30 + b"%d" % number) for number in range(300)]
        await memories.put(partition, rows, now_ms=NOW)
        await memories.put_vectors(partition, "e", {row.id: word * 100 for row in rows}, now_ms=NOW)
        await memories.update_profile(partition, {"diet": word}, replace=False, ttl_ms=None, now_ms=NOW)
        await append(store, f"{word.decode()} said", key=SessionKey(partition, f"{word.decode()} session"))
    assert await memories.erase(secret) == {"memories": 300, "vectors": 300, "preferences": 1}
    assert b"secret0" not in await dump(tmp_path / "m.db")
    assert (await store.erase(secret))["sessions"] == 1
    held = await dump(tmp_path / "m.db")
    assert b"secret" not in held
    assert b"erased-user" not in held
    assert len(await memories.scan(PLACE, now_ms=NOW)) == 300


async def test_traces_kept_by_a_reader_in_the_way_go_by_the_next_tidying(
    tmp_path: Path, store: SqliteSessionStore
) -> None:
    await append(store, "secret", size=3_000)
    reader = sqlite3.connect(tmp_path / "m.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM messages").fetchone()
    assert await store.delete(TRIP) == 1
    assert b"secret" in await dump(tmp_path / "m.db")
    reader.execute("COMMIT")
    reader.close()
    async with asyncio.timeout(30):
        while b"secret" in await dump(tmp_path / "m.db"):
            await asyncio.sleep(0.05)
