"""Keys and budgets in real stores, shared by several processes."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from memlane.access.budgets import Budgets
from memlane.access.credential import Credential
from memlane.access.key_gate import TRUSTED_S, KeyGate
from memlane.access.keys import Keys
from memlane.engine.clock import SystemClock
from memlane.errors import RateLimitError, StoreUnavailableError, UnauthenticatedError
from memlane.testing.services import RedisServer, redis_cluster, redis_server
from memlane.wiring.access import Records, open_access, open_records
from memlane.wiring.settings import Settings, load_settings

HERE = Path(__file__).parent
MEMLANE = Path(sys.executable).parent / "memlane"


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with redis_server() as running:
        yield running


@pytest.fixture(params=["sqlite", "redis"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/m.db"
    server: RedisServer = request.getfixturevalue("redis")
    server.flush()
    return server.url


@pytest.fixture
def settings(url: str, tmp_path: Path) -> Settings:
    return load_settings({"store.url": url}, {}, directory=tmp_path, home=tmp_path)


@pytest.fixture
async def records(settings: Settings) -> AsyncIterator[Records]:
    records = open_records(settings)
    yield records
    for close in records.closers:
        await close()


def memlane(url: str, *arguments: str) -> str:
    command = [str(MEMLANE), "keys", *arguments, "--store", url]
    return subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "HOME": "/"}).stdout


async def test_a_key_made_by_one_process_opens_another_until_it_is_revoked(
    url: str, settings: Settings, records: Records
) -> None:
    secret = (await asyncio.to_thread(memlane, url, "create", "--tenant", "acme", "--user", "luke")).strip()
    access = open_access(settings, records.store)
    found = await access.gate.admit(secret)
    assert (found.tenant, found.user) == ("acme", "luke")
    begun = time.monotonic()
    await asyncio.to_thread(memlane, url, "revoke", secret[:19])
    while await _is_let_in(access.gate, secret):
        assert time.monotonic() - begun < TRUSTED_S + 3
        await asyncio.sleep(0.05)


async def _is_let_in(gate: Any, secret: str) -> bool:
    try:
        await gate.admit(secret)
    except UnauthenticatedError:
        return False
    return True


async def test_the_secret_is_nowhere_in_the_store(url: str, records: Records, tmp_path: Path, redis: Any) -> None:
    assert records.store is not None
    keys = Keys(records.store, SystemClock())
    made = await keys.create("acme")
    secrets = [made.secret, (await keys.rotate(made.info.id)).secret]
    if url.startswith("sqlite"):
        kept = _bytes_in(tmp_path)
    else:
        kept = await redis.dump()
    assert made.info.id.encode() in kept
    assert not [secret for secret in secrets if secret[20:].encode() in kept]


def _bytes_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("m.db*"))


async def test_changes_of_one_key_at_the_same_time_lose_none_silently(records: Records) -> None:
    assert records.store is not None
    keys = Keys(records.store, SystemClock())
    gate = KeyGate(records.store, SystemClock())
    made = await keys.create("acme")
    done = await asyncio.gather(*(keys.rotate(made.info.id) for _ in range(8)), return_exceptions=True)
    rotated = [one for one in done if not isinstance(one, BaseException)]
    assert rotated
    for one in rotated:
        assert (await gate.admit(one.secret)).tenant == "acme"


def test_many_processes_share_one_budget(url: str) -> None:
    limit, now_ms = 1_000, time.time_ns() // 60_000_000_000 * 60_000
    command = [sys.executable, str(HERE / "budget_taker.py"), url, str(now_ms), str(limit), "600"]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    counts = [int(process.communicate(timeout=60)[0]) for process in processes]
    assert sum(counts) == limit
    late = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    assert int(late.stdout) == 0


async def test_a_debt_of_tokens_is_seen_by_all_processes(settings: Settings, records: Records) -> None:
    assert records.store is not None
    who = Credential(id="ml_debtor", tenant="acme", tokens_per_minute=100)
    await Budgets(records.store, SystemClock()).spent(who, 1_000)
    other = open_records(settings)
    assert other.store is not None
    with pytest.raises(RateLimitError) as refused:
        await Budgets(other.store, SystemClock()).request(who)
    assert 0 < refused.value.retry_after <= 60
    for close in other.closers:
        await close()


async def test_a_redis_that_does_not_answer_is_unavailable_and_no_refusal(redis: RedisServer, tmp_path: Path) -> None:
    url = f"{redis.url}?socket_timeout=0.2"
    records = open_records(load_settings({"store.url": url}, {}, directory=tmp_path, home=tmp_path))
    assert records.store is not None
    made = await Keys(records.store, SystemClock()).create("acme", requests_per_minute=5)
    gate, budgets = KeyGate(records.store, SystemClock()), Budgets(records.store, SystemClock())
    who = Credential(id="ml_limited", tenant="acme", requests_per_minute=5)
    redis.pause()
    try:
        for work in (gate.admit(made.secret), budgets.request(who)):
            with pytest.raises(StoreUnavailableError):
                await work
    finally:
        redis.resume()
    assert (await gate.admit(made.secret)).tenant == "acme"
    await budgets.request(who)
    for close in records.closers:
        await close()


async def test_keys_and_budgets_work_on_a_cluster(tmp_path: Path) -> None:
    with redis_cluster() as cluster:
        records = open_records(load_settings({"store.url": cluster.url}, {}, directory=tmp_path, home=tmp_path))
        assert records.store is not None
        keys = Keys(records.store, SystemClock())
        made = [await keys.create("acme", tokens_per_minute=10) for _ in range(5)]
        assert len(await keys.list("acme")) == 5
        gate, budgets = KeyGate(records.store, SystemClock()), Budgets(records.store, SystemClock())
        for one in made:
            who = await gate.admit(one.secret)
            await budgets.request(who)
            await budgets.spent(who, 100)
            with pytest.raises(RateLimitError):
                await budgets.request(who)
            await keys.revoke(one.info.id)
        assert await keys.list() == []
        for close in records.closers:
            await close()
