"""A server that speaks TLS only, and a user with no more rights than are documented."""

import asyncio
import time
from collections.abc import Iterator

import pytest

from memlane.adapters._drivers.redis import ACL_RIGHTS, RedisDriver
from memlane.adapters.memories.redis import RedisMemoryStore
from memlane.adapters.records.redis import RedisRecordStore
from memlane.adapters.sessions.redis import RedisSessionStore
from memlane.adapters.work.redis import RedisWorkLedger
from memlane.errors import SettingError, StoreUnavailableError
from memlane.protocols.memories import MemoryRow, Replacement
from memlane.protocols.sessions import NewMessage
from memlane.testing.services import RedisTlsServer, redis_tls_server
from memlane.testing.services.tls import PASSWORD
from memlane.types.ids import SessionKey, make_partition

PLACE = make_partition("luke", "acme")
TRIP = SessionKey(PLACE, "trip")
NOW = time.time_ns() // 1_000_000
HOUR = 3_600_000


@pytest.fixture(scope="module")
def server() -> Iterator[RedisTlsServer]:
    with redis_tls_server(rights=ACL_RIGHTS) as running:
        yield running


async def use_sessions(driver: RedisDriver, *, shares: bool) -> None:
    """Run every operation of a session store, down every path that uses another command."""
    store = RedisSessionStore(driver, shares_memories=shares)
    rows = [MemoryRow("lasting", b"1"), MemoryRow("passing", b"2", NOW + HOUR)]
    messages = [NewMessage(row.id, b"body", row) for row in rows]
    await store.append(TRIP, messages, now_ms=NOW, default_ttl_ms=HOUR)
    await store.append(TRIP, messages, now_ms=NOW, default_ttl_ms=None)
    await store.write_fields(TRIP, {"summary": b"s", "gone": None}, now_ms=NOW, default_ttl_ms=HOUR)
    assert await store.swap_field(TRIP, "summary", b"s", b"t", now_ms=NOW)
    assert await store.swap_field(TRIP, "summary", b"t", None, now_ms=NOW)
    await store.expire(TRIP, HOUR, now_ms=NOW, last=1)
    await store.expire(TRIP, None, now_ms=NOW)
    assert (await store.read(TRIP, now_ms=NOW, last=1)).count == 2
    await store.append(TRIP, messages, now_ms=NOW + 2 * HOUR, default_ttl_ms=HOUR)
    assert [row.session for row in await store.sessions(PLACE, now_ms=NOW)] == ["trip"]
    assert len(await store.pending(PLACE, limit=9)) == (0 if shares else 2)
    assert await store.unsettled(limit=9) == ([] if shares else [PLACE])
    await store.settle(PLACE, ["lasting"])
    await store.append(SessionKey(PLACE, "past"), messages, now_ms=NOW - 2 * HOUR, default_ttl_ms=HOUR)
    await store.append(TRIP, [NewMessage("new", b"x")], now_ms=NOW + 2 * HOUR, default_ttl_ms=HOUR)
    await store.delete(TRIP)
    await store.erase(PLACE)
    assert (await store.ping())["server"] == "redis"


async def use_memories(driver: RedisDriver) -> None:
    """Do the same with a memory store."""
    store = RedisMemoryStore(driver)
    passing = [MemoryRow(f"p{number}", b"1", NOW + HOUR) for number in range(3)]
    await store.put(PLACE, passing, now_ms=NOW)
    await store.put(PLACE, [MemoryRow(f"{number}", b"1") for number in range(1_100)], now_ms=NOW)
    for embedder in ("one", "two", "three"):
        await store.put_vectors(PLACE, embedder, {"1": b"vv", "p1": b"vv"}, now_ms=NOW)
    await store.put(PLACE, [MemoryRow("1", b"1", NOW + HOUR), MemoryRow("p1", b"2")], now_ms=NOW)
    kept = [
        Replacement(MemoryRow("1", b"2", NOW + HOUR), b"1", keeps_vectors=True),
        Replacement(MemoryRow("new", b"1")),
    ]
    assert await store.replace(PLACE, kept, now_ms=NOW)
    page = await store.changes(PLACE, None, now_ms=NOW, embedder="three", limit=5)
    await store.changes(PLACE, page.cursor, now_ms=NOW, embedder="three")
    assert len(await store.scan(PLACE, now_ms=NOW, after="2", limit=5)) == 5
    assert all(await store.get(PLACE, ["p1", "p2", "7"], now_ms=NOW))
    assert await store.delete(PLACE, [f"{number}" for number in range(1_050)], now_ms=NOW) == 1_050
    await store.put(PLACE, [MemoryRow("late", b"1")], now_ms=NOW + 2 * HOUR)
    await store.update_profile(PLACE, {"k": b"v"}, replace=True, ttl_ms=HOUR, now_ms=NOW)
    await store.update_profile(PLACE, {"l": b"v"}, replace=False, ttl_ms=None, now_ms=NOW)
    assert (await store.profile(PLACE, now_ms=NOW)).values == {"k": b"v", "l": b"v"}
    await store.erase(PLACE)


async def use_work(driver: RedisDriver) -> None:
    """Do the same with a ledger of work."""
    store, work = RedisSessionStore(driver, shares_memories=True), RedisWorkLedger(driver)
    with_end = SessionKey(PLACE, "with an end")
    for key, ttl_ms in ((TRIP, None), (with_end, HOUR)):
        await store.append(key, [NewMessage("a", b"body")], now_ms=NOW, default_ttl_ms=ttl_ms)
    (claim,) = await work.claim(now_ms=NOW, lease_ms=HOUR)
    assert await work.extend(claim, now_ms=NOW, lease_ms=2 * HOUR)
    assert await work.fail(claim, "trip", error="x", set_aside=True, now_ms=NOW)
    assert await work.finish(claim, "with an end", upto=1, now_ms=NOW)
    await work.release(claim, at_ms=NOW, now_ms=NOW)
    assert await work.claim(now_ms=NOW, lease_ms=HOUR, early=True) == []
    assert await work.retry(PLACE, ["trip"], now_ms=NOW) == 1
    assert len(await work.claim(now_ms=NOW, lease_ms=HOUR, early=True)) == 1
    assert [one.leased for one in await work.partitions(now_ms=NOW, limit=9)] == [True]
    assert await work.spend("acme", "2026-11-20", 5, limit=9, now_ms=NOW)
    assert await store.delete(with_end) == 1
    await store.erase(PLACE)


async def use_records(driver: RedisDriver) -> None:
    """Do the same with a store of records."""
    store = RedisRecordStore(driver)
    await store.create("keys", "past", b"1", now_ms=NOW, expires_at_ms=NOW + 1)
    for id_, ends in (("lasting", None), ("passing", NOW + HOUR)):
        assert await store.create("keys", id_, b"1", now_ms=NOW + 1, expires_at_ms=ends)
        assert await store.swap("keys", id_, b"1", b"2", now_ms=NOW, expires_at_ms=ends)
    assert await store.get("keys", "passing", now_ms=NOW) == b"2"
    assert len(await store.list("keys", now_ms=NOW, after="a")) == 2
    assert await store.take("budget", "luke", 5, limit=3, now_ms=NOW, expires_at_ms=NOW + 1) == 3
    for id_ in ("lasting", "passing"):
        assert await store.swap("keys", id_, b"2", None, now_ms=NOW)
    await asyncio.sleep(0.01)


async def test_the_documented_rights_are_enough_for_every_operation(server: RedisTlsServer) -> None:
    driver = RedisDriver.from_url(server.url)
    for shares in (True, False):
        await use_sessions(driver, shares=shares)
    await use_memories(driver)
    await use_work(driver)
    await use_records(driver)
    with server.client() as client:
        assert client.keys() == [b"ml1:{spent:acme}:2026-11-20"]
        refused = {entry["reason"]: entry["object"] for entry in client.acl_log()}
    assert refused == {}
    await driver.aclose()


async def test_a_key_outside_the_prefix_is_refused_with_a_reason(server: RedisTlsServer) -> None:
    store = RedisSessionStore.from_url(f"{server.url}&prefix=other", shares_memories=True)
    with pytest.raises(SettingError, match="ACL_RIGHTS"):
        await store.read(TRIP, now_ms=NOW)
    await store.aclose()
    with server.client() as client:
        client.acl_log_reset()


async def test_a_wrong_password_is_a_wrong_setting_and_is_not_repeated(server: RedisTlsServer) -> None:
    wrong = "wr0ng-of-a-test"
    before, rest = server.url.split("memlane:")
    store = RedisSessionStore.from_url(f"{before}memlane:{wrong}@{rest.partition('@')[2]}", shares_memories=True)
    with pytest.raises(SettingError) as caught:
        await store.read(TRIP, now_ms=NOW)
    assert wrong not in str(caught.value)
    assert PASSWORD not in repr(store.__dict__)
    await store.aclose()
    with server.client() as client:
        client.acl_log_reset()


async def test_a_server_whose_certificate_nobody_trusts_is_unavailable(server: RedisTlsServer) -> None:
    store = RedisSessionStore.from_url(server.url.partition("?")[0], shares_memories=True)
    with pytest.raises(StoreUnavailableError, match=r"(?i)certificate"):
        await store.read(TRIP, now_ms=NOW)
    await store.aclose()


async def test_without_tls_a_tls_server_is_unavailable(server: RedisTlsServer) -> None:
    store = RedisSessionStore.from_url(
        server.url.partition("?")[0].replace("rediss", "redis") + "?socket_timeout=1", shares_memories=True
    )
    with pytest.raises(StoreUnavailableError):
        await store.read(TRIP, now_ms=NOW)
    await store.aclose()
