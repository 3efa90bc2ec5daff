"""Sentinel and Cluster: a primary dies while messages are appended.

With `wait_replicas=1`, what was acknowledged is there afterwards, once and in order.
"""

import asyncio
import time
from collections.abc import Iterator

import pytest
from redis.asyncio import RedisCluster

from memlane.adapters._drivers.redis import RedisDriver
from memlane.adapters.memories.redis import RedisMemoryStore
from memlane.adapters.sessions.redis import RedisSessionStore
from memlane.adapters.work.redis import RedisWorkLedger
from memlane.errors import DurabilityError, StoreUnavailableError
from memlane.protocols.memories import MemoryRow
from memlane.protocols.sessions import NewMessage
from memlane.testing.services import (
    Appenders,
    RedisClusterServers,
    RedisSentinelServers,
    redis_cluster,
    redis_sentinel,
    redis_server,
)
from memlane.testing.services.processes import wait_until
from memlane.types.ids import SessionKey, make_partition

PLACE = make_partition("luke", "acme")
TRIP = SessionKey(PLACE, "trip")
NOW = time.time_ns() // 1_000_000
KEY = "ml1:{acme/luke}:s:trip"


@pytest.fixture
def sentinels() -> Iterator[RedisSentinelServers]:
    with redis_sentinel() as running:
        yield running


@pytest.fixture
def cluster() -> Iterator[RedisClusterServers]:
    with redis_cluster(fails_over=True) as running:
        yield running


async def test_a_sentinel_failover_under_load_loses_nothing_that_a_replica_confirmed(
    sentinels: RedisSentinelServers,
) -> None:
    url = f"{sentinels.url}?wait_replicas=1&socket_timeout=2"
    store, other = (RedisSessionStore.from_url(url, shares_memories=True) for _ in range(2))
    reader = RedisMemoryStore.from_url(sentinels.url)
    await reader.put(PLACE, [MemoryRow("before", b"1")], now_ms=NOW)
    cursor = (await reader.changes(PLACE, None, now_ms=NOW)).cursor
    assert (await store.ping())["mode"] == "sentinel"
    async with Appenders(store, TRIP) as appenders, Appenders(other, SessionKey(PLACE, "second")) as others:
        await appenders.until_more(100)
        sentinels.servers[0].kill()
        await until_unconfirmed_is_refused(store)
        sentinels.servers[0].start()
        await asyncio.gather(appenders.until_more(100), others.until_more(100))
    await appenders.check(store)
    await others.check(other)
    assert (await reader.changes(PLACE, cursor, now_ms=NOW)).reset
    await check_due(url)
    for opened in (store, other, reader):
        await opened.aclose()


async def test_a_cluster_failover_under_load_loses_nothing_that_a_replica_confirmed(
    cluster: RedisClusterServers,
) -> None:
    url = f"{cluster.url}?wait_replicas=1&socket_timeout=2"
    store, other = (RedisSessionStore.from_url(url, shares_memories=False) for _ in range(2))
    async with Appenders(store, TRIP) as appenders, Appenders(other, SessionKey(PLACE, "second")) as others:
        await asyncio.gather(appenders.until_more(100), others.until_more(100))
        killed = cluster.owner(KEY)
        killed.kill()
        await until_unconfirmed_is_refused(store)
        wait_until(lambda: cluster.owner(KEY) is not killed, "every node knows the new primary")
        killed.start()
        await asyncio.gather(appenders.until_more(100), others.until_more(100))
    await appenders.check(store)
    await others.check(other)
    await check_due(url)
    await store.aclose()
    await other.aclose()


async def check_due(url: str) -> None:
    """Check that what was appended is due, can be claimed, and is done with."""
    work = RedisWorkLedger.from_url(url)
    now = time.time_ns() // 1_000_000
    (claim,) = await work.claim(now_ms=now, lease_ms=60_000)
    assert claim.partition == PLACE
    due = await work.due(PLACE, now_ms=now)
    assert {session.session for session in due} == {"trip", "second"}
    for session in due:
        assert await work.finish(claim, session.session, upto=10**6, now_ms=now)
    await work.release(claim, at_ms=now, now_ms=now)
    assert await work.partitions(now_ms=now, limit=9) == []
    await work.aclose()


async def until_unconfirmed_is_refused(store: RedisSessionStore) -> None:
    """Wait until the replica has taken over, and says that nobody confirms what it writes."""
    async with asyncio.timeout(60):
        while True:
            try:
                await store.append(TRIP, [NewMessage("0/0", b"0/0")], now_ms=NOW, default_ttl_ms=None)
            except DurabilityError:
                return
            except StoreUnavailableError:
                pass
            await asyncio.sleep(0.05)


async def test_a_repetition_that_changes_nothing_is_still_confirmed_by_a_replica() -> None:
    with redis_server() as primary, redis_server(options=["--replicaof", primary.host, str(primary.port)]) as replica:
        wait_until(lambda: replica.info("replication")["master_link_status"] == "up", "the replica follows")
        url = f"{primary.url}?wait_replicas=1&wait_timeout_ms=100"
        replica.pause()
        for _ in range(2):
            store = RedisMemoryStore.from_url(url)
            with pytest.raises(DurabilityError):
                await store.put(PLACE, [MemoryRow("m", b"1")], now_ms=NOW, overwrite=False)
            await store.aclose()
        replica.resume()
        store = RedisMemoryStore.from_url(f"{primary.url}?wait_replicas=1&wait_timeout_ms=4000")
        assert await store.put(PLACE, [MemoryRow("m", b"1")], now_ms=NOW, overwrite=False) == 0
        assert b"ml1:{acme/luke}:mb" in await replica.dump()
        await store.aclose()


async def test_a_cluster_client_of_your_own_is_used_and_stays_open(cluster: RedisClusterServers) -> None:
    node = cluster.nodes[0]
    client = RedisCluster(host=node.host, port=node.port)
    driver = RedisDriver.from_client(client, wait_replicas=1)
    sessions, memories = RedisSessionStore(driver, shares_memories=False), RedisMemoryStore(driver)
    for user in ("ann", "bob", "cem", "dan", "eve"):
        place = make_partition(user, "acme")
        message = NewMessage("a", b"said", MemoryRow("m", b"remembered"))
        await sessions.append(SessionKey(place, "s"), [message], now_ms=NOW, default_ttl_ms=None)
        assert await memories.put(place, await sessions.pending(place, limit=9), now_ms=NOW) == 1
    assert len(await sessions.unsettled(limit=9)) == 5
    for place in await sessions.unsettled(limit=9):
        await sessions.settle(place, ["m"])
        await memories.erase(place)
        await sessions.erase(place)
    assert await sessions.unsettled(limit=9) == []
    assert (await cluster.dump()).strip() == b""
    assert (await sessions.ping())["mode"] == "cluster"
    await driver.aclose()
    assert await client.ping()
    await client.aclose()


async def test_many_first_operations_at_once_find_their_nodes(cluster: RedisClusterServers) -> None:
    store = RedisSessionStore.from_url(cluster.url, shares_memories=True)
    keys = [SessionKey(make_partition(f"user {number}", "acme"), "s") for number in range(100)]
    async with asyncio.TaskGroup() as group:
        for key in keys:
            group.create_task(store.append(key, [NewMessage("a", b"said")], now_ms=NOW, default_ttl_ms=None))
    assert all([(await store.read(key, now_ms=NOW)).count == 1 for key in keys])
    await store.aclose()
