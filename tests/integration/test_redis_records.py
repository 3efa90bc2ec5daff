"""Small records on one Redis server: round trips, times to live, and nothing left behind."""

import time
from collections.abc import AsyncIterator, Iterator

import pytest

from memlane.adapters.records.redis import RedisRecordStore
from memlane.testing.services import RedisServer, redis_server

NOW = time.time_ns() // 1_000_000
HOUR = 3_600_000


@pytest.fixture(scope="module", params=["redis", "valkey"])
def running(request: pytest.FixtureRequest) -> Iterator[RedisServer]:
    with redis_server(request.param) as running:
        yield running


@pytest.fixture
def server(running: RedisServer) -> RedisServer:
    running.flush()
    return running


@pytest.fixture
async def store(server: RedisServer) -> AsyncIterator[RedisRecordStore]:
    store = RedisRecordStore.from_url(server.url)
    yield store
    await store.aclose()


def lives(server: RedisServer) -> dict[str, int]:
    """Return the hours that each key has left, rounded, or -1 for ever."""
    with server.client() as client:
        return {
            key.decode(): -1 if (left := client.pttl(key)) < 0 else round(left / HOUR) for key in client.scan_iter()
        }


async def test_what_expires_goes_by_itself_with_its_index(server: RedisServer, store: RedisRecordStore) -> None:
    await store.create("keys", "a", b"1", now_ms=NOW, expires_at_ms=NOW + HOUR)
    await store.create("keys", "b", b"1", now_ms=NOW, expires_at_ms=NOW + 5 * HOUR)
    await store.take("budget", "c", 1, limit=9, now_ms=NOW, expires_at_ms=NOW + 2 * HOUR)
    base = "ml1:{records:keys}"
    expected = {f"{base}:r:a": 1, f"{base}:r:b": 5, f"{base}:n": 5, f"{base}:x": 5, "ml1:{take:budget/c}": 2}
    assert lives(server) == expected
    await store.create("keys", "d", b"1", now_ms=NOW)
    assert lives(server) == {**expected, f"{base}:r:d": -1, f"{base}:n": -1, f"{base}:x": -1}
    await store.swap("keys", "d", b"1", b"2", now_ms=NOW, expires_at_ms=NOW + 9 * HOUR)
    assert lives(server) == {**expected, f"{base}:r:d": 9, f"{base}:n": 9, f"{base}:x": 9}
    await store.swap("keys", "d", b"2", None, now_ms=NOW)
    assert lives(server) == expected


async def test_what_was_removed_leaves_no_key(server: RedisServer, store: RedisRecordStore) -> None:
    for id_, ends in (("a", None), ("b", NOW + HOUR)):
        await store.create("keys", id_, b"1", now_ms=NOW, expires_at_ms=ends)
    for id_ in ("a", "b"):
        assert await store.swap("keys", id_, b"1", None, now_ms=NOW)
    assert lives(server) == {}


def reads_of(server: RedisServer) -> int:
    return server.info("stats")["total_reads_processed"]


async def test_every_operation_is_one_round_trip(server: RedisServer, store: RedisRecordStore) -> None:
    own = -reads_of(server) + reads_of(server)
    reads = 0
    for _ in range(2):  # the first time, the server is told the scripts
        before = reads_of(server)
        await store.create("keys", "a", b"1", now_ms=NOW)
        await store.get("keys", "a", now_ms=NOW)
        await store.list("keys", now_ms=NOW)
        await store.swap("keys", "a", b"1", None, now_ms=NOW)
        await store.take("budget", "c", 1, limit=9, now_ms=NOW, expires_at_ms=NOW + HOUR)
        reads = reads_of(server) - before - own
    assert reads == 5
