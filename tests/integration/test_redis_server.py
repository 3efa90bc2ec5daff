"""One Redis server: round trips, times to live, failures, and clients that were made elsewhere."""

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from redis.asyncio import Redis

from memlane.adapters._drivers.redis import RedisDriver
from memlane.adapters.memories.redis import RedisMemoryStore
from memlane.adapters.sessions.redis import RedisSessionStore
from memlane.adapters.work.redis import RedisWorkLedger
from memlane.errors import ClosedError, DamagedError, DurabilityError, SettingError, StoreUnavailableError
from memlane.protocols.memories import MemoryRow, Replacement
from memlane.protocols.sessions import NewMessage
from memlane.testing.services import KINDS, Appenders, RedisServer, redis_server
from memlane.types.ids import SessionKey, make_partition

PLACE = make_partition("luke", "acme")
TRIP = SessionKey(PLACE, "trip")
NOW = time.time_ns() // 1_000_000
HOUR = 3_600_000
INDEX = "ml1:{acme/luke}:x"
STATE = "ml1:{acme/luke}:s:trip"
PERMANENT = (b":o", b":oq", b":{due}", b":{work}", b":{work}:l", b":{work}:t")


@pytest.fixture(scope="module", params=KINDS)
def server(request: pytest.FixtureRequest) -> Iterator[RedisServer]:
    with redis_server(request.param) as running:
        yield running


@pytest.fixture
async def driver(server: RedisServer) -> AsyncIterator[RedisDriver]:
    server.flush()
    driver = RedisDriver.from_url(server.url)
    yield driver
    await driver.aclose()


def said(count: int, memories: bool = False, start: int = 0) -> list[NewMessage]:  # noqa: FBT001, FBT002 -- of a test
    rows = {number: MemoryRow(f"m{number}", b"remembered") for number in range(start, start + count)}
    return [NewMessage(f"{number}", b"said", rows[number] if memories else None) for number in rows]


async def commands_of(server: RedisServer, work: Any) -> list[str]:
    """Return the commands that a client sent while `work` was done, as the server saw them."""
    with server.client() as client, client.monitor() as monitor:
        await work
        client.ping()
        seen: list[str] = []
        for command in monitor.listen():
            name = command["command"].split()[0]
            if name in ("HELLO", "CLIENT", "PING"):  # of our own ping: the store's connections stand already
                return seen
            if command["client_type"] != "lua":
                seen.append(name)
    raise AssertionError("the server stopped telling its commands")


@pytest.mark.parametrize("ttl_ms", [20_000, 90_000, HOUR, 400 * 24 * HOUR])
async def test_the_index_outlives_its_sessions_and_is_told_of_a_later_end_once_in_a_while(
    server: RedisServer, driver: RedisDriver, ttl_ms: int
) -> None:
    store = RedisSessionStore(driver, shares_memories=True)
    step = min(-(-ttl_ms // 60), 60_000)
    told: list[float] = []
    with server.client() as client:
        for number in range(100):
            skew = step // 3 * (number % 3)  # of the clocks of three writers
            at = NOW + number * step // 10 + skew
            await store.append(TRIP, said(1, start=number), now_ms=at, default_ttl_ms=ttl_ms)
            told.append(client.zscore(INDEX, "trip"))
            assert step <= told[-1] - (at + ttl_ms) <= 3 * step
            assert client.pttl(INDEX) >= client.pttl(STATE)
    assert 5 <= len(set(told)) <= 20


@pytest.mark.parametrize("ttl_ms", [None, HOUR])
async def test_what_has_expired_leaves_the_index_with_a_later_write(
    server: RedisServer,
    driver: RedisDriver,
    ttl_ms: int | None,
) -> None:
    store = RedisSessionStore(driver, shares_memories=True)
    for number in range(3):
        key = SessionKey(PLACE, f"short {number}")
        await store.append(key, said(1), now_ms=NOW, default_ttl_ms=1_000)
    await store.append(TRIP, said(1), now_ms=NOW, default_ttl_ms=ttl_ms)
    await store.append(TRIP, said(1, start=1), now_ms=NOW + 120_000, default_ttl_ms=ttl_ms)
    with server.client() as client:
        assert client.zrange(INDEX, 0, -1) == [b"trip"]
        assert not [key for key in client.scan_iter() if b"short" in key]


async def test_a_shorter_and_a_longer_time_to_live_reach_the_index(server: RedisServer, driver: RedisDriver) -> None:
    store = RedisSessionStore(driver, shares_memories=True)
    with server.client() as client:
        for ttl_ms in (HOUR, 60_000, 30 * HOUR, 30 * HOUR - 1, None, 1_000):
            await store.expire(TRIP, ttl_ms, now_ms=NOW)
            told = client.zscore(INDEX, "trip")
            assert client.pttl(INDEX) == -1 if ttl_ms is None else client.pttl(INDEX) >= client.pttl(STATE) > 0
            assert told == float("inf") if ttl_ms is None else NOW + ttl_ms < told <= NOW + ttl_ms + 2 * ttl_ms / 60 + 2


@pytest.mark.parametrize("shares", [True, False])
async def test_an_append_and_a_read_are_one_command_each(
    server: RedisServer,
    driver: RedisDriver,
    shares: bool,  # noqa: FBT001 -- of a test
) -> None:
    store = RedisSessionStore(driver, shares_memories=shares)
    await store.append(TRIP, said(3, memories=True), now_ms=NOW, default_ttl_ms=HOUR)
    await store.write_fields(TRIP, {"summary": b"brief"}, now_ms=NOW, default_ttl_ms=HOUR)
    await store.read(TRIP, now_ms=NOW)
    append = store.append(TRIP, said(5, memories=True, start=3), now_ms=NOW, default_ttl_ms=HOUR)
    assert await commands_of(server, append) == ["EVALSHA"]
    assert await commands_of(server, store.read(TRIP, now_ms=NOW, last=2)) == ["EVALSHA"]


async def test_changes_at_the_current_cursor_is_one_command(server: RedisServer, driver: RedisDriver) -> None:
    store = RedisMemoryStore(driver)
    await store.put(PLACE, [MemoryRow("a", b"1")], now_ms=NOW)
    cursor = (await store.changes(PLACE, None, now_ms=NOW)).cursor
    assert await commands_of(server, store.changes(PLACE, cursor, now_ms=NOW)) == ["EVALSHA"]


async def test_a_script_the_server_has_forgotten_is_sent_again(server: RedisServer, driver: RedisDriver) -> None:
    store = RedisSessionStore(driver, shares_memories=True)
    await store.append(TRIP, said(1), now_ms=NOW, default_ttl_ms=None)
    server.ask("SCRIPT FLUSH")
    await store.append(TRIP, said(1, start=1), now_ms=NOW, default_ttl_ms=None)
    assert (await store.read(TRIP, now_ms=NOW)).count == 2


async def test_every_key_has_a_time_to_live_or_is_of_a_permanent_kind(server: RedisServer, driver: RedisDriver) -> None:
    shared = RedisSessionStore(driver, shares_memories=True)
    apart = RedisSessionStore(driver, shares_memories=False)
    memories = RedisMemoryStore(driver)
    await shared.append(TRIP, said(9), now_ms=NOW, default_ttl_ms=HOUR)
    await shared.write_fields(TRIP, {"summary": b"brief"}, now_ms=NOW, default_ttl_ms=HOUR)
    await shared.expire(TRIP, HOUR // 2, now_ms=NOW, last=4)
    await apart.append(TRIP, said(3, memories=True, start=9), now_ms=NOW, default_ttl_ms=HOUR)
    await memories.put(PLACE, [MemoryRow("x", b"1", NOW + HOUR), MemoryRow("y", b"1", NOW + HOUR)], now_ms=NOW)
    await memories.put_vectors(PLACE, "hashing", {"x": b"vv"}, now_ms=NOW)
    await memories.delete(PLACE, ["y"], now_ms=NOW)
    other = make_partition("leia", "acme")
    await memories.put(other, [MemoryRow("short", b"1", NOW + 1_000), MemoryRow("x", b"1", NOW + HOUR)], now_ms=NOW)
    await memories.put(other, [MemoryRow("x", b"1", NOW + HOUR)], now_ms=NOW + 1_000)
    await memories.replace(PLACE, [Replacement(MemoryRow("z", b"1", NOW + HOUR))], now_ms=NOW)
    await memories.update_profile(PLACE, {"k": b"v"}, replace=False, ttl_ms=HOUR, now_ms=NOW)
    await work_at_random(RedisWorkLedger(driver))
    with server.client() as client:
        lasting = {key for key in client.scan_iter() if client.pttl(key) == -1}
        assert client.dbsize() > 10
    assert all(key.endswith(PERMANENT) for key in lasting)
    assert any(key.endswith(b":o") for key in lasting)


async def work_at_random(work: RedisWorkLedger) -> None:
    """Leave a lease, a failure and something spent behind."""
    (claim,) = await work.claim(now_ms=NOW, lease_ms=HOUR)
    assert await work.fail(claim, "trip", error="x", set_aside=True, now_ms=NOW)
    assert await work.spend("acme", "2026-11-20", 5, limit=9, now_ms=NOW)


async def test_a_session_that_no_longer_expires_loses_every_time_to_live(
    server: RedisServer, driver: RedisDriver
) -> None:
    store = RedisSessionStore(driver, shares_memories=True)
    await store.append(TRIP, said(9), now_ms=NOW, default_ttl_ms=HOUR)
    await store.expire(TRIP, HOUR, now_ms=NOW, last=4)
    await store.append(TRIP, said(9, start=9), now_ms=NOW, default_ttl_ms=HOUR)
    await store.expire(TRIP, None, now_ms=NOW, last=18)
    await store.expire(TRIP, None, now_ms=NOW)
    with server.client() as client:
        assert {client.pttl(key) for key in client.scan_iter() if not key.endswith(b":wk")} == {-1}
    assert (await store.read(TRIP, now_ms=NOW + 100 * HOUR)).count == 18


async def test_the_keys_of_two_users_are_in_places_of_their_own(server: RedisServer, driver: RedisDriver) -> None:
    store = RedisSessionStore(driver, shares_memories=True)
    for user in ("a}", "{a", "a:s", "é", "/"):
        await store.append(SessionKey(make_partition(user, "t"), "s"), said(1, True), now_ms=NOW, default_ttl_ms=None)
    with server.client() as client:
        tags = {key.split(b"{")[1].split(b"}")[0] for key in client.scan_iter()}
    assert tags - {b"work"} == {b"t/a%7D", b"t/%7Ba", b"t/a%3As", b"t/%C3%A9", b"t/%2F"}


@pytest.mark.parametrize("decodes", [True, False])
async def test_a_client_of_your_own_is_used_and_stays_open(
    server: RedisServer,
    decodes: bool,  # noqa: FBT001 -- of a test
) -> None:
    server.flush()
    client = Redis(host=server.host, port=server.port, decode_responses=decodes)
    driver = RedisDriver.from_client(client, prefix="mine")
    sessions, memories = RedisSessionStore(driver, shares_memories=False), RedisMemoryStore(driver)
    body = bytes(range(256))
    await sessions.append(TRIP, [NewMessage("é", body, MemoryRow("m", body))], now_ms=NOW, default_ttl_ms=None)
    assert (await sessions.read(TRIP, now_ms=NOW)).messages[0].body == body
    assert await sessions.unsettled(limit=9) == [PLACE]
    await memories.put(PLACE, [MemoryRow("m", body)], now_ms=NOW)
    assert (await memories.get(PLACE, ["m"], now_ms=NOW))[0] == MemoryRow("m", body)
    assert (await sessions.ping())["mode"] == "standalone"
    await sessions.aclose()
    await driver.aclose()
    with pytest.raises(ClosedError):
        await sessions.read(TRIP, now_ms=NOW)
    assert await client.ping()
    await client.aclose()


async def test_a_store_from_a_url_closes_its_driver(server: RedisServer) -> None:
    store = RedisSessionStore.from_url(server.url, shares_memories=True)
    await store.ping()
    await store.aclose()
    with pytest.raises(ClosedError):
        await store.ping()


async def test_many_operations_wait_for_few_connections(server: RedisServer) -> None:
    store = RedisSessionStore.from_url(f"{server.url}?max_connections=2", shares_memories=True)
    key = SessionKey(PLACE, "busy")
    async with asyncio.TaskGroup() as group:
        for number in range(100):
            group.create_task(store.append(key, said(1, start=number), now_ms=NOW, default_ttl_ms=HOUR))
    assert (await store.read(key, now_ms=NOW)).count == 100
    assert server.info("clients")["connected_clients"] <= 12
    await store.aclose()


async def test_cancelled_operations_leave_usable_connections_only(server: RedisServer) -> None:
    store = RedisSessionStore.from_url(f"{server.url}?max_connections=2", shares_memories=True)
    key = SessionKey(PLACE, "cancelled")
    for number in range(200):
        task = asyncio.create_task(store.append(key, said(1, start=number), now_ms=NOW, default_ttl_ms=HOUR))
        await asyncio.sleep(number % 20 * 0.000_1)
        task.cancel()
        await asyncio.wait([task])
    state = await store.read(key, now_ms=NOW)
    assert [message.position for message in state.messages] == list(range(1, state.count + 1))
    await store.aclose()


async def test_a_reader_that_knew_a_memory_as_lasting_is_told_that_it_has_expired(driver: RedisDriver) -> None:
    store = RedisMemoryStore(driver)
    await store.put(PLACE, [MemoryRow("a", b"1"), MemoryRow("kept", b"1")], now_ms=NOW)
    late = await store.changes(PLACE, None, now_ms=NOW)
    await store.put(PLACE, [MemoryRow("a", b"2", NOW + 1_000)], now_ms=NOW)
    prompt = await store.changes(PLACE, late.cursor, now_ms=NOW)
    await store.put(PLACE, [MemoryRow("new", b"1")], now_ms=NOW + 1_000)
    told = await store.changes(PLACE, late.cursor, now_ms=NOW + 1_000)
    assert {item.id: item.body for item in told.items} == {"a": None, "new": b"1"}
    assert [item.id for item in (await store.changes(PLACE, prompt.cursor, now_ms=NOW + 1_000)).items] == ["new"]
    await store.put(PLACE, [MemoryRow("a", b"3")], now_ms=NOW + 1_000)
    again = await store.changes(PLACE, told.cursor, now_ms=NOW + 1_000)
    assert [(item.id, item.body) for item in again.items] == [("a", b"3")]


async def test_so_many_expired_that_the_oldest_are_forgotten_make_a_late_reader_start_anew(driver: RedisDriver) -> None:
    store = RedisMemoryStore(driver)
    ids = [f"{number}" for number in range(1_200)]
    await store.put(PLACE, [MemoryRow("kept", b"1"), *(MemoryRow(id_, b"1") for id_ in ids)], now_ms=NOW)
    late = await store.changes(PLACE, None, now_ms=NOW)
    await store.put(PLACE, [MemoryRow(id_, b"2", NOW + 1_000) for id_ in ids], now_ms=NOW)
    for number in range(13):  # each write removes a hundred
        await store.put(PLACE, [MemoryRow(f"new {number}", b"1")], now_ms=NOW + 1_000)
    changes = await store.changes(PLACE, late.cursor, now_ms=NOW + 1_000)
    assert changes.reset
    assert sorted(item.id for item in changes.items if item.body) == ["kept", *sorted(f"new {n}" for n in range(13))]


async def test_bodies_and_vectors_of_every_size_come_back_whole(driver: RedisDriver) -> None:
    store = RedisMemoryStore(driver)
    sizes = [1, 3, 4_096, 8_191, 8_192, 8_193, 5, 100_000, 2, 8_190, 1, 1] * 20
    rows = [MemoryRow(f"{number:04}", bytes([number % 256]) * size) for number, size in enumerate(sizes)]
    vectors = {row.id: row.body[::-1] + b"v" for row in rows if row.id[-1] in "0369"}
    await store.put(PLACE, rows, now_ms=NOW)
    await store.put_vectors(PLACE, "hashing", vectors, now_ms=NOW)
    changes = await store.changes(PLACE, None, now_ms=NOW, embedder="hashing")
    assert {item.id: (item.body, item.vector) for item in changes.items} == {
        row.id: (row.body, vectors.get(row.id)) for row in rows
    }
    assert await store.scan(PLACE, now_ms=NOW, limit=1_000) == rows
    assert await store.get(PLACE, [row.id for row in rows] + ["none"], now_ms=NOW) == [*rows, None]


async def test_ping_says_what_it_found(server: RedisServer, driver: RedisDriver) -> None:
    facts = await driver.ping()
    assert facts["server"] in {"redis", "valkey"}
    assert facts["version"][0].isdigit()
    assert (facts["aof"], facts["mode"], "evicts" in facts) == ("no", "standalone", False)
    server.ask("CONFIG SET", "maxmemory-policy", "allkeys-lru")
    try:
        assert (await driver.ping())["evicts"].startswith("allkeys-lru")
    finally:
        server.ask("CONFIG SET", "maxmemory-policy", "noeviction")


async def test_a_full_server_is_unavailable_and_nothing_is_half_written(
    server: RedisServer, driver: RedisDriver
) -> None:
    store = RedisSessionStore(driver, shares_memories=True)
    await store.append(TRIP, said(2, memories=True), now_ms=NOW, default_ttl_ms=HOUR)
    before = await server.dump()
    server.ask("CONFIG SET", "maxmemory", 1)
    try:
        with pytest.raises(StoreUnavailableError, match="memory is full"):
            await store.append(TRIP, said(2, memories=True, start=2), now_ms=NOW, default_ttl_ms=HOUR)
        assert (await store.read(TRIP, now_ms=NOW)).count == 2
        assert sorted(before.split(b"\n")) == sorted((await server.dump()).split(b"\n"))
    finally:
        server.ask("CONFIG SET", "maxmemory", 0)


async def test_too_few_replicas_is_an_error_of_durability(server: RedisServer) -> None:
    server.flush()
    store = RedisSessionStore.from_url(f"{server.url}?wait_replicas=1&wait_timeout_ms=10", shares_memories=True)
    with pytest.raises(DurabilityError, match="0 replicas of 1"):
        await store.append(TRIP, said(1), now_ms=NOW, default_ttl_ms=None)
    await store.aclose()


async def test_keys_of_another_kind_are_damage_not_absence(server: RedisServer, driver: RedisDriver) -> None:
    store = RedisSessionStore(driver, shares_memories=True)
    server.ask("SET", "ml1:{acme/luke}:s:trip", "not ours")
    with pytest.raises(DamagedError):
        await store.read(TRIP, now_ms=NOW)
    with pytest.raises(DamagedError):
        await store.append(TRIP, said(1), now_ms=NOW, default_ttl_ms=None)


async def test_an_evicted_list_of_messages_is_damage_not_absence(server: RedisServer, driver: RedisDriver) -> None:
    store = RedisSessionStore(driver, shares_memories=True)
    await store.append(TRIP, said(4), now_ms=NOW, default_ttl_ms=None)
    server.ask("DEL", "ml1:{acme/luke}:s:trip:b")
    with pytest.raises(DamagedError):
        await store.read(TRIP, now_ms=NOW)
    before = await server.dump()
    for block in (said(1, start=4), said(1_200, memories=True, start=3), said(1)):
        with pytest.raises(DamagedError):
            await store.append(TRIP, block, now_ms=NOW, default_ttl_ms=HOUR)
    assert sorted((await server.dump()).split(b"\n")) == sorted(before.split(b"\n"))
    await store.delete(TRIP)
    assert not (await store.read(TRIP, now_ms=NOW)).exists


async def test_a_server_that_wants_a_password_is_a_wrong_setting() -> None:
    with redis_server(options=["--requirepass", "sesame"]) as server:
        for url in (server.url, server.url.replace("://", "://:wrong-of-a-test@")):
            store = RedisSessionStore.from_url(url, shares_memories=True)
            with pytest.raises(SettingError) as caught:
                await store.read(TRIP, now_ms=NOW)
            assert "wrong-of-a-test" not in str(caught.value)
            await store.aclose()
        store = RedisSessionStore.from_url(server.url.replace("://", "://:sesame@"), shares_memories=True)
        assert not (await store.read(TRIP, now_ms=NOW)).exists
        await store.aclose()


async def test_a_server_that_became_a_replica_is_left_for_whatever_its_address_leads_to() -> None:
    with redis_server() as server, redis_server() as primary:
        store = RedisSessionStore.from_url(server.url, shares_memories=True)
        await store.append(TRIP, said(1), now_ms=NOW, default_ttl_ms=None)
        server.ask("REPLICAOF", primary.host, primary.port)
        connections = server.info("stats")["total_connections_received"]
        with pytest.raises(StoreUnavailableError, match="replica"):
            await store.append(TRIP, said(1, start=1), now_ms=NOW, default_ttl_ms=None)
        server.ask("REPLICAOF", "NO", "ONE")
        await store.append(TRIP, said(1, start=1), now_ms=NOW, default_ttl_ms=None)
        of_our_own = 3
        assert server.info("stats")["total_connections_received"] == connections + of_our_own
        await store.aclose()


async def test_a_server_that_hangs_is_unavailable_within_the_time_limit() -> None:
    with redis_server() as server:
        driver = RedisDriver.from_url(f"{server.url}?socket_timeout=0.5&timeout=0.5")
        store = RedisSessionStore(driver, shares_memories=True)
        await store.append(TRIP, said(1), now_ms=NOW, default_ttl_ms=None)
        server.pause()
        async with asyncio.timeout(10 * driver.time_limit_s):
            with pytest.raises(StoreUnavailableError):
                await store.append(TRIP, said(1, start=1), now_ms=NOW, default_ttl_ms=None)
        server.resume()
        await store.append(TRIP, said(1, start=1), now_ms=NOW, default_ttl_ms=None)
        assert [message.position for message in (await store.read(TRIP, now_ms=NOW)).messages] == [1, 2]
        await driver.aclose()


@pytest.mark.parametrize("kind", ["redis", "valkey"])
async def test_what_was_acknowledged_survives_a_kill_when_the_log_is_written_always(kind: str) -> None:
    with redis_server(kind, appendonly=True) as server:
        store = RedisSessionStore.from_url(server.url, shares_memories=True)
        async with Appenders(store, TRIP) as appenders:
            for _ in range(2):
                await appenders.until_more(100)
                server.kill()
                server.start()
            await appenders.until_more(50)
        await appenders.check(store)
        await store.aclose()


async def test_a_reader_of_a_server_that_lost_its_newest_writes_starts_anew() -> None:
    with redis_server(options=["--appendonly", "yes", "--appendfsync", "no"]) as server:
        store = RedisMemoryStore.from_url(server.url)
        await store.put(PLACE, [MemoryRow("old", b"1")], now_ms=NOW)
        server.ask("SAVE")
        kept = server.folder / "kept"
        shutil.copytree(server.folder / "appendonlydir", kept)
        await store.put(PLACE, [MemoryRow("lost", b"1"), MemoryRow("lost too", b"1")], now_ms=NOW)
        cursor = (await store.changes(PLACE, None, now_ms=NOW)).cursor
        server.kill()
        shutil.rmtree(server.folder / "appendonlydir")
        shutil.copytree(kept, server.folder / "appendonlydir")
        server.start()
        again = [MemoryRow("lost", b"2"), MemoryRow("lost too", b"2")]
        await store.put(PLACE, again, now_ms=NOW)
        changes = await store.changes(PLACE, cursor, now_ms=NOW)
        assert changes.reset
        assert {item.id: item.body for item in changes.items} == {"old": b"1", "lost": b"2", "lost too": b"2"}
        await store.aclose()
