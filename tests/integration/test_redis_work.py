"""The work ledger on Redis: what an append costs, times to live, and who stops halfway."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Iterator
from typing import Any

import pytest

from memlane.adapters._drivers._redis_keys import partition_keys
from memlane.adapters._drivers._redis_schedule import WorkSchedule
from memlane.adapters._drivers.redis import RedisDriver
from memlane.adapters.sessions.redis import RedisSessionStore
from memlane.adapters.work.redis import RedisWorkLedger
from memlane.errors import StoreUnavailableError
from memlane.protocols.sessions import NewMessage
from memlane.protocols.work import Claim
from memlane.testing.services import KINDS, RedisClusterServers, RedisServer, redis_cluster, redis_server
from memlane.types.ids import Partition, SessionKey, make_partition

PLACE = make_partition("luke", "acme")
TRIP = SessionKey(PLACE, "trip")
NOW = time.time_ns() // 1_000_000
HOUR, DAY = 3_600_000, 86_400_000
LEASE = 60_000
MARKS, STATE, WORK = "ml1:{acme/luke}:wk", "ml1:{acme/luke}:s:trip", "ml1:{work}"
KEYS = partition_keys("ml1", PLACE)
MARKS_LIVE = 40 * DAY


@pytest.fixture(scope="module", params=KINDS)
def server(request: pytest.FixtureRequest) -> Iterator[RedisServer]:
    with redis_server(request.param) as running:
        yield running


@pytest.fixture(scope="module")
def cluster() -> Iterator[RedisClusterServers]:
    with redis_cluster() as running:
        yield running


@pytest.fixture
async def driver(server: RedisServer) -> AsyncIterator[RedisDriver]:
    server.flush()
    async with _open(server.url) as driver:
        yield driver


@pytest.fixture
async def apart(cluster: RedisClusterServers) -> AsyncIterator[RedisDriver]:
    cluster.flush()
    async with _open(cluster.url) as driver:
        yield driver


class _open:  # noqa: N801 -- used as a function
    def __init__(self, url: str) -> None:
        self._driver = RedisDriver.from_url(url)

    async def __aenter__(self) -> RedisDriver:
        return self._driver

    async def __aexit__(self, *exc: object) -> None:
        await self._driver.aclose()


class Someone:
    """A process with a store and a ledger."""

    def __init__(self, driver: RedisDriver) -> None:
        self.store = RedisSessionStore(driver, shares_memories=True)
        self.work = RedisWorkLedger(driver)
        self._said = 0

    async def say(self, key: SessionKey = TRIP, *, at: int = NOW, ttl_ms: int | None = None) -> None:
        """Append a message."""
        self._said += 1
        await self.store.append(
            key, [NewMessage(f"{id(self)}/{self._said}", b"said")], now_ms=at, default_ttl_ms=ttl_ms
        )

    async def claim(self, *, at: int = NOW, early: bool = False) -> list[Claim]:
        """Claim all there is."""
        return await self.work.claim(now_ms=at, lease_ms=LEASE, limit=99, early=early)

    async def finish_all(self) -> None:
        """Claim the one partition there is and do all that is to do in its session."""
        (claim,) = await self.claim()
        await self.finish(claim)

    async def finish(self, claim: Claim, session: str = "trip", *, at: int = NOW) -> None:
        """Do all that is to do in a session."""
        assert await self.work.finish(claim, session, upto=10**9, now_ms=at)
        await self.work.release(claim, at_ms=at, now_ms=at)


async def calls_of(server: RedisServer, work: Awaitable[object]) -> int:
    """Return how many commands the server ran, those within scripts too."""

    def count() -> int:
        stats = server.info("commandstats")
        of_our_own = ("cmdstat_info", "cmdstat_hello", "cmdstat_client")
        return sum(one["calls"] for name, one in stats.items() if not name.startswith(of_our_own))

    before = count()
    await work
    return count() - before


async def test_an_append_to_a_session_that_is_due_costs_no_command_more(
    server: RedisServer, driver: RedisDriver
) -> None:
    someone = Someone(driver)
    for _ in range(2):
        await someone.say(ttl_ms=HOUR)
    assert await calls_of(server, someone.say(ttl_ms=HOUR)) == 8
    await someone.finish_all()
    assert await calls_of(server, someone.say(ttl_ms=HOUR)) <= 8 + 8
    assert await calls_of(server, someone.say(ttl_ms=HOUR)) == 8


@pytest.mark.parametrize("ttl_ms", [20_000, 90_000, HOUR, 400 * DAY])
async def test_marks_outlive_their_sessions_and_end_with_them(
    server: RedisServer, driver: RedisDriver, ttl_ms: int
) -> None:
    someone, step = Someone(driver), min(-(-ttl_ms // 60), 60_000)
    with server.client() as client:
        for number in range(60):
            at = NOW + number * step // 10 + step // 3 * (number % 3)
            await someone.say(at=at, ttl_ms=ttl_ms)
            index_ms, marks_ms, state_ms = (client.pttl(key) for key in ("ml1:{acme/luke}:x", MARKS, STATE))
            assert min(state_ms, MARKS_LIVE - 60_000) <= marks_ms <= min(index_ms, MARKS_LIVE)
        await someone.store.expire(TRIP, 2 * ttl_ms, now_ms=NOW)
        assert client.pttl(MARKS) >= min(client.pttl(STATE), MARKS_LIVE - 60_000)
        await someone.store.expire(TRIP, None, now_ms=NOW)
        assert MARKS_LIVE - 60_000 <= client.pttl(MARKS) <= MARKS_LIVE


async def test_what_outlives_the_rest_keeps_its_mark(server: RedisServer, driver: RedisDriver) -> None:
    someone = Someone(driver)
    await someone.say(SessionKey(PLACE, "long"), ttl_ms=9 * HOUR)
    await someone.say(SessionKey(PLACE, "short"), ttl_ms=1_000)
    with server.client() as client:
        assert client.pttl(MARKS) > 8 * HOUR
    late = NOW + 2_000
    assert [due.session for due in await someone.work.due(PLACE, now_ms=late)] == ["long"]
    await someone.say(SessionKey(PLACE, "other"), at=NOW + HOUR)
    with server.client() as client:
        assert set(client.hkeys(MARKS)) == {b"s:long", b"s:other"}


async def test_marks_that_were_forgotten_are_set_again_after_days_of_appends(
    server: RedisServer, driver: RedisDriver
) -> None:
    someone = Someone(driver)
    await someone.say()
    server.ask("DEL", MARKS, WORK, f"{WORK}:t")
    await someone.say(at=NOW + 9 * DAY)
    assert await someone.claim(at=NOW + 9 * DAY) == []
    await someone.say(at=NOW + 11 * DAY)
    (claim,) = await someone.claim(at=NOW + 11 * DAY)
    assert await someone.work.finish(claim, "trip", upto=3, now_ms=NOW + 11 * DAY)


async def test_a_clock_that_was_far_ahead_is_no_reason_not_to_mark(server: RedisServer, driver: RedisDriver) -> None:
    someone = Someone(driver)
    await someone.say(at=NOW + 1_000 * DAY)
    server.ask("DEL", MARKS, WORK)
    await someone.say()
    assert len(await someone.claim()) == 1


async def test_partitions_that_nobody_claims_are_forgotten_in_the_end(server: RedisServer, driver: RedisDriver) -> None:
    await _check_forgotten(server, Someone(driver))


async def test_on_a_cluster_partitions_that_nobody_claims_are_forgotten_in_the_end(
    cluster: RedisClusterServers, apart: RedisDriver
) -> None:
    await _check_forgotten(cluster.owner(WORK), Someone(apart))


async def _check_forgotten(node: RedisServer, someone: Someone) -> None:
    for number in range(40):
        await someone.say(SessionKey(Partition("acme", f"user{number}"), "s"))
    with node.client() as client:
        client.zadd(f"{WORK}:t", {f"acme/user{number}": NOW // 1_000 - 51 * 86_400 for number in range(30)})
        for number in range(2):
            await someone.say(SessionKey(Partition("acme", f"new{number}"), "s"))
        kept = {b"acme/user%d" % number for number in range(30, 40)} | {b"acme/new0", b"acme/new1"}
        assert set(client.zrange(WORK, 0, -1)) == set(client.zrange(f"{WORK}:t", 0, -1)) == kept


async def test_a_lease_is_one_though_the_schedule_has_lost_it(server: RedisServer, driver: RedisDriver) -> None:
    someone, other = Someone(driver), Someone(driver)
    await someone.say()
    (claim,) = await someone.claim()
    server.ask("DEL", f"{WORK}:l")
    server.ask("ZADD", WORK, 0, KEYS.name.decode())
    assert await other.claim(at=NOW + 1) == []
    assert await other.claim(at=NOW + 2, early=True) == []
    await someone.finish(claim, at=NOW + 3)
    assert await other.work.partitions(now_ms=NOW + 3, limit=9) == []
    with server.client() as client:
        assert [key for key in client.scan_iter() if b"work" in key or key.endswith(b":wk")] == []


async def test_whoever_dies_after_taking_a_partition_off_the_schedule_blocks_it_for_a_lease_only(
    driver: RedisDriver,
) -> None:
    someone, dying = Someone(driver), WorkSchedule(driver)
    await someone.say()
    assert (await dying.claim(NOW, NOW + LEASE, 9, 0))[0] == KEYS.name
    assert await someone.claim(at=NOW + LEASE - 1) == []
    assert len(await someone.claim(at=NOW + LEASE)) == 1


async def test_a_session_that_a_fast_clock_thought_expired_is_marked_when_it_is_appended_to(
    driver: RedisDriver,
) -> None:
    someone = Someone(driver)
    await someone.say(ttl_ms=HOUR)
    assert await someone.claim(at=NOW + HOUR) == []
    await someone.say(at=NOW + HOUR - 1, ttl_ms=HOUR)
    assert len(await someone.claim(at=NOW + HOUR)) == 1


@pytest.mark.parametrize("kind", ["redis", "valkey"])
async def test_what_was_due_is_due_after_a_kill_when_the_log_is_written_always(kind: str) -> None:
    with redis_server(kind, appendonly=True) as server:
        async with _open(server.url) as driver:
            someone = Someone(driver)
            await someone.say()
            (claim,) = await someone.claim()
            await someone.say(SessionKey(PLACE, "other"))
            server.kill()
            server.start()
            assert await someone.work.finish(claim, "trip", upto=1, now_ms=NOW)
            await someone.work.release(claim, at_ms=NOW, now_ms=NOW)
            assert len(await someone.claim()) == 1
            assert [due.session for due in await someone.work.due(PLACE, now_ms=NOW)] == ["other"]


class _DiesAfterwardsError(Exception):
    """Stands for a process that ends between two commands."""


def _dies(*_: object, **__: object) -> None:
    raise _DiesAfterwardsError


async def test_on_a_cluster_an_append_is_one_round_trip_while_its_session_is_due(
    apart: RedisDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    someone = Someone(apart)
    sent: list[bytes] = []
    run = apart.run

    async def count(script: Any, keys: Any, args: Any, **options: Any) -> Any:
        sent.append(keys[0])
        return await run(script, keys, args, **options)

    monkeypatch.setattr(apart, "run", count)
    await someone.say()
    assert sent == [WORK.encode(), STATE.encode()]
    sent.clear()
    await someone.say()
    await someone.say()
    assert sent == [STATE.encode()] * 2
    await someone.finish_all()
    sent.clear()
    await someone.say()
    assert sent == [STATE.encode(), WORK.encode()]
    assert len(await someone.claim()) == 1


async def test_on_a_cluster_an_append_under_way_is_not_forgotten_though_a_worker_looks_meanwhile(
    cluster: RedisClusterServers, apart: RedisDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer, worker = Someone(apart), Someone(apart)
    schedule: WorkSchedule = writer.store._schedule  # pyright: ignore[reportPrivateUsage] -- to stop halfway
    await schedule.announce(KEYS, NOW)
    for early in (False, True):
        assert await worker.claim(early=early) == []
    monkeypatch.setattr(schedule, "call_back", _dies)
    with pytest.raises(_DiesAfterwardsError):
        await writer.say()
    assert await worker.claim(at=NOW + 1) == []
    assert [due.session for due in await worker.work.due(PLACE, now_ms=NOW)] == ["trip"]
    _grow_old(cluster)
    assert len(await worker.claim(at=NOW + 60_000)) == 1


async def test_on_a_cluster_what_was_only_announced_is_forgotten_once_it_is_old(
    cluster: RedisClusterServers, apart: RedisDriver
) -> None:
    worker = Someone(apart)
    await WorkSchedule(apart).announce(KEYS, NOW)
    assert await worker.claim() == []
    assert await worker.work.partitions(now_ms=NOW, limit=9) == []
    _grow_old(cluster)
    assert await worker.claim(at=NOW + 60_000) == []
    assert (await cluster.dump()).strip() == b""


async def test_on_a_cluster_a_writer_that_dies_before_calling_back_delays_and_loses_nothing(
    cluster: RedisClusterServers, apart: RedisDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer, worker = Someone(apart), Someone(apart)
    await writer.say()
    await worker.finish_all()
    monkeypatch.setattr(writer.store._schedule, "call_back", _dies)  # pyright: ignore[reportPrivateUsage] -- as above
    with pytest.raises(_DiesAfterwardsError):
        await writer.say()
    assert await worker.claim() == []
    _grow_old(cluster)
    assert len(await worker.claim(at=NOW + 60_000)) == 1


async def test_on_a_cluster_a_claimer_that_came_too_late_holds_up_nobody(
    apart: RedisDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker, late, other = Someone(apart), Someone(apart), Someone(apart)
    await worker.say()
    (claim,) = await worker.claim()
    schedule: WorkSchedule = late.work._schedule  # pyright: ignore[reportPrivateUsage] -- to come between two steps
    await schedule.call_back(KEYS, NOW, b"free")  # of an append that saw no lease yet
    hold = schedule.hold

    async def release_first(*args: Any, **options: Any) -> None:
        await worker.work.release(claim, at_ms=NOW, now_ms=NOW)
        await hold(*args, **options)

    monkeypatch.setattr(schedule, "hold", release_first)
    assert len(await late.claim()) + len(await other.claim()) == 1


async def test_on_a_cluster_an_append_after_an_erasure_elsewhere_is_due_at_once(apart: RedisDriver) -> None:
    writer, other = Someone(apart), Someone(apart)
    await writer.say()
    await other.store.erase(PLACE)
    await writer.say()
    assert len(await other.claim()) == 1


async def test_on_a_cluster_erasing_among_appends_forgets_none_that_stay(apart: RedisDriver) -> None:
    writers, worker = [Someone(apart) for _ in range(3)], Someone(apart)
    for writer in writers:  # whose first append, cut in two by an erasure, is the known gap
        await writer.say()
    for _ in range(15):
        await asyncio.gather(*(writer.say() for writer in writers), worker.store.erase(PLACE))
        stays = (await worker.store.read(TRIP, now_ms=NOW)).count > 0
        late = NOW + HOUR  # the server's clock is ahead of NOW, and says when what it kept can be claimed
        claims = await worker.claim(at=late)
        assert len(claims) == stays
        for claim in claims:
            await worker.finish(claim, at=late)


async def test_a_ledger_whose_schedule_is_down_says_so(cluster: RedisClusterServers) -> None:
    node = cluster.owner(WORK)
    async with _open(f"{cluster.url}?socket_timeout=0.5&timeout=0.5") as driver:
        someone = Someone(driver)
        await someone.say(SessionKey(make_partition("known", "acme"), "s"))
        node.pause()
        try:
            with pytest.raises(StoreUnavailableError):
                await someone.claim()
            with pytest.raises(StoreUnavailableError):
                await someone.say(SessionKey(make_partition("unknown", "acme"), "s"))
        finally:
            node.resume()


def _grow_old(cluster: RedisClusterServers) -> None:
    """Let the last announcement of the partition be older than a minute."""
    cluster.owner(WORK).ask("ZADD", f"{WORK}:t", NOW // 1_000 - 61, KEYS.name.decode())
