"""Usage on Redis servers with and without time series: round trips, times to live, repetitions, rights, upgrades."""

import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from functools import cache
from typing import Any

import pytest
from redis.asyncio import Redis

from memlane.adapters._drivers._redis_keys import usage_keys
from memlane.adapters._drivers._redis_scripts import usage_script
from memlane.adapters._drivers.redis import ACL_RIGHTS, RedisDriver
from memlane.adapters.usage.redis import RedisUsageStore
from memlane.protocols.usage import Used
from memlane.testing.services import RedisServer, redis_cluster, redis_server, redis_with_time_series
from memlane.testing.services.time_series import time_series_module
from memlane.types.ids import Partition, make_partition
from memlane.types.usage import KEPT, Amounts

PLACE = make_partition("luke", "acme")
NOW = time.time_ns() // 1_000_000
MINUTE, DAY = 60_000, 86_400_000
USED = Amounts(messages=2, hits=3)
SERVERS: dict[str, Callable[[], Any]] = {"redis": redis_server, "time-series": redis_with_time_series}


@pytest.fixture(scope="module")
def running() -> Iterator[Callable[[str], RedisServer]]:
    with ExitStack() as stack:

        def start(name: str) -> RedisServer:
            return stack.enter_context(SERVERS[name]())

        yield cache(start)


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest, running: Callable[[str], RedisServer]) -> RedisServer:
    running(request.param).flush()
    return running(request.param)


@pytest.fixture
async def store(server: RedisServer) -> AsyncIterator[RedisUsageStore]:
    store = RedisUsageStore.from_url(server.url)
    yield store
    await store.aclose()


def used(place: Partition = PLACE, session: str | None = "trip", minute: int = NOW // MINUTE * MINUTE) -> Used:
    return Used(partition=place, session=session, minute_ms=minute, amounts=USED)


async def messages_of(store: RedisUsageStore, user: str | None = "luke") -> int:
    points = await store.points("acme", user, None, step="day", since_ms=NOW - 99 * DAY, until_ms=NOW + DAY, now_ms=NOW)
    return sum(point.used.messages for point in points)


async def test_every_key_goes_by_itself_when_the_last_of_its_steps_is_too_old(
    server: RedisServer, store: RedisUsageStore
) -> None:
    await store.add([used(), used(session=None, minute=(NOW - DAY) // MINUTE * MINUTE)], now_ms=NOW)
    lives = {"m": KEPT["minute"], "h": KEPT["hour"], "d": KEPT["day"]}
    with server.client() as client:
        keys: list[bytes] = client.keys()
        assert len(keys) > 8
        assert min(client.pttl(key) for key in keys) > 0
        for key in keys:
            step = key.decode().lower().rpartition(":")[0][-1]
            if step in lives and b":u:" in key:
                kept_ms = lives[step].total_seconds() * 1_000
                assert kept_ms - 2 * DAY < client.pttl(key) <= kept_ms + 130 * DAY


async def test_thousands_are_counted_in_few_round_trips(server: RedisServer, store: RedisUsageStore) -> None:
    told = [used(Partition("acme", f"user{number}"), f"session{number}") for number in range(2_000)]
    await store.add(told[:1], now_ms=NOW)
    before = server.info("stats")["total_commands_processed"]
    begun = server.info("stats")["total_reads_processed"]
    await store.add(told, now_ms=NOW)
    reads = server.info("stats")["total_reads_processed"] - begun
    scripts = server.info("stats")["total_commands_processed"] - before
    assert scripts > 2_000  # a script for each user, and what it does
    assert reads < 600  # of 16 KiB each
    assert await messages_of(store, None) == 4_002
    assert len(await store.users("acme", limit=9_999)) == 2_000


async def test_a_write_whose_answer_was_lost_is_counted_once(server: RedisServer, store: RedisUsageStore) -> None:
    driver, keys = RedisDriver.from_url(server.url), usage_keys("ml1", "acme", "luke")
    day = NOW // DAY * DAY
    call = (keys.series, (NOW, b"token", b"d:%d" % (day // DAY // 120), NOW + DAY, day // DAY % 120, b"2 0 0 0 0 3"))
    assert await driver.run_each(usage_script("count_buckets"), [call]) == [1]
    assert await driver.run_each(usage_script("count_buckets"), [call, call]) == [0, 0]
    series = (keys.series, (NOW, b"other", b"D:", NOW + DAY, day, b"2 0 0 0 0 3", 9 * DAY))
    if (await store.ping())["usage"] == "time series":
        assert await driver.run_each(usage_script("count_series"), [series, series]) == [1, 0]
        assert await messages_of(store) == 4
    else:
        assert await messages_of(store) == 2
    await driver.aclose()


async def test_scripts_that_the_server_forgot_are_told_again(server: RedisServer, store: RedisUsageStore) -> None:
    for _ in range(2):
        await store.add([used(), used(Partition("acme", "leia"))], now_ms=NOW)
        server.ask("SCRIPT FLUSH")
    assert [await messages_of(store, user) for user in ("luke", "leia", None)] == [4, 4, 8]


async def test_the_documented_rights_are_enough(server: RedisServer, store: RedisUsageStore) -> None:
    rights = ["on", ">secret", "~ml1:*", *ACL_RIGHTS.split()]
    has_series = (await store.ping())["usage"] == "time series"
    for number, more in enumerate([[], ["+ts.add", "+ts.range"]] if has_series else [[]]):
        server.ask("ACL", "SETUSER", f"app{number}", *rights, *more)
        theirs = RedisUsageStore.from_url(server.url.replace("redis://", f"redis://app{number}:secret@"))
        assert (await theirs.ping())["usage"] == ("time series" if more else "plain buckets")
        await theirs.add([used()], now_ms=NOW)
        await theirs.add([used(session="late")], now_ms=NOW + 3_000 * DAY)
        assert [seen.user for seen in await theirs.users("acme")] == ["luke"]
        assert await messages_of(theirs) == 2
        assert await theirs.erase(PLACE) >= 2
        await theirs.aclose()
    await store.add([used()], now_ms=NOW)
    assert await messages_of(store) == 2


async def test_a_client_that_decodes_will_do(server: RedisServer) -> None:
    client: Redis = Redis.from_url(server.url, decode_responses=True)
    store = RedisUsageStore(RedisDriver.from_client(client))
    place = Partition("acme", "l\u00fck\xe9")
    await store.add([used(place)], now_ms=NOW)
    assert [seen.user for seen in await store.users("acme")] == [place.user]
    assert await messages_of(store, place.user) == 2
    assert await store.erase(place) == 6
    await client.aclose()


async def test_what_was_counted_before_the_server_had_time_series_stays() -> None:
    with redis_server(options=["--enable-module-command", "yes"]) as server:
        store = RedisUsageStore.from_url(server.url)
        await store.add([used()], now_ms=NOW)
        server.ask("MODULE", "LOAD", str(time_series_module()))
        later = RedisUsageStore.from_url(server.url)
        await later.add([used(), used(session=None, minute=(NOW - DAY) // MINUTE * MINUTE)], now_ms=NOW)
        assert (await later.ping())["usage"] == "time series"
        assert await messages_of(later) == 6
        await later.erase(PLACE)
        assert await messages_of(later) == 0
        assert server.ask("KEYS", "*luke*") == []
        for one in (store, later):
            await one.aclose()


async def test_a_cluster_is_told_all_its_nodes_share_at_once() -> None:
    with redis_cluster() as cluster:
        store = RedisUsageStore.from_url(cluster.url)
        told = [used(Partition("acme", f"user{number}")) for number in range(300)]
        await store.add(told, now_ms=NOW)
        counts = [len(node.ask("KEYS", "*}:ux")) for node in cluster.nodes[:3]]
        assert sum(counts) == 301
        assert min(counts) > 60
        assert await messages_of(store, None) == 600
        await store.aclose()
