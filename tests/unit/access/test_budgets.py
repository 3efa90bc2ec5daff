"""Budgets a minute: never more than the limit, few round trips, debts that wait."""

import asyncio
import logging
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memlane.access.budget import COLLECTION
from memlane.access.budgets import Budgets, Unmetered
from memlane.access.credential import Credential
from memlane.errors import RateLimitError, StoreUnavailableError
from memlane.testing.fake_records import InMemoryRecordStore, RecordShelf

MINUTE = 60


def credential(requests: int | None = None, tokens: int | None = None, name: str = "ml_one") -> Credential:
    return Credential(id=name, tenant="acme", requests_per_minute=requests, tokens_per_minute=tokens)


@pytest.fixture
def budgets(records: Any, clock: Any) -> Budgets:
    return Budgets(records, clock)


async def passed(meter: Budgets, who: Credential, tries: int) -> int:
    """Say how many of so many requests pass."""
    count = 0
    for _ in range(tries):
        try:
            await meter.request(who)
        except RateLimitError:
            continue
        count += 1
    return count


async def test_without_a_limit_nothing_is_asked_of_the_store(budgets: Budgets, records: Any) -> None:
    records.shelf.down = True
    for _ in range(10):
        await budgets.request(credential())
        await budgets.spent(credential(), 1_000)
    await Unmetered().request(credential(1, 1))
    await Unmetered().spent(credential(1, 1), 5)
    assert not records.calls


@pytest.mark.parametrize("limit", [1, 2, 49, 60, 100, 617, 100_000])
async def test_exactly_the_limit_passes_in_a_minute(budgets: Budgets, limit: int) -> None:
    tries = min(limit, 3_000)
    assert await passed(budgets, credential(limit), tries + 10) == min(limit, tries + 10)


async def test_a_new_minute_begins_anew(budgets: Budgets, clock: Any) -> None:
    assert await passed(budgets, credential(5), 9) == 5
    clock.pass_s(MINUTE)
    assert await passed(budgets, credential(5), 9) == 5


async def test_a_refusal_says_when_the_minute_ends(budgets: Budgets, clock: Any) -> None:
    await budgets.request(credential(1))
    clock.pass_s(15.5)
    with pytest.raises(RateLimitError, match="1 requests a minute") as refused:
        await budgets.request(credential(1))
    assert refused.value.retry_after == 44.5


async def test_a_large_budget_is_taken_in_lots_and_a_spent_one_is_not_asked_for_again(
    budgets: Budgets, records: Any
) -> None:
    assert await passed(budgets, credential(1_000), 1_000) == 1_000
    assert records.calls["take"] == 50
    assert await passed(budgets, credential(1_000), 1_000) == 0
    assert records.calls["take"] == 51


async def test_many_at_once_share_a_lot(budgets: Budgets, records: Any) -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(200):
            group.create_task(budgets.request(credential(10_000)))
    assert records.calls["take"] == 2


async def test_several_processes_hold_one_budget_together(records: Any, clock: Any) -> None:
    processes = [Budgets(records, clock) for _ in range(4)]
    counts = await asyncio.gather(*(passed(one, credential(100), 100) for one in processes))
    assert sum(counts) == 100


async def test_a_process_that_stops_gives_up_at_most_its_lot(records: Any, clock: Any) -> None:
    for _ in range(10):
        await Budgets(records, clock).request(credential(1_000))
    assert await passed(Budgets(records, clock), credential(1_000), 2_000) == 1_000 - 10 * 20


async def test_credentials_do_not_share_a_budget(budgets: Budgets) -> None:
    assert await passed(budgets, credential(3, name="ml_one"), 9) == 3
    assert await passed(budgets, credential(3, name="ml_two"), 9) == 3


async def test_the_usual_budget_is_for_those_without_their_own(records: Any, clock: Any) -> None:
    budgets = Budgets(records, clock, requests_per_minute=2, tokens_per_minute=100)
    assert await passed(budgets, credential(name="ml_usual"), 9) == 2
    assert await passed(budgets, credential(7, name="ml_own"), 9) == 7
    await budgets.spent(credential(7, name="ml_own"), 100)
    clock.pass_s(1)
    assert await passed(budgets, credential(7, name="ml_own"), 1) == 0


async def test_who_has_spent_their_tokens_waits_for_the_minute_to_end(budgets: Budgets, clock: Any) -> None:
    await budgets.request(credential(tokens=100))
    await budgets.spent(credential(tokens=100), 99)
    await budgets.request(credential(tokens=100))
    await budgets.spent(credential(tokens=100), 1)
    with pytest.raises(RateLimitError, match="100 tokens a minute"):
        await budgets.request(credential(tokens=100))
    clock.pass_s(MINUTE)
    await budgets.request(credential(tokens=100))


async def test_who_is_in_debt_waits_until_it_is_paid_whichever_process_asks(records: Any, clock: Any) -> None:
    who = credential(tokens=100)
    await Budgets(records, clock).spent(who, 350)
    other = Budgets(records, clock)
    waited = 0
    while not await passed(other, who, 1):
        clock.pass_s(MINUTE)
        waited += 1
    assert waited == 3
    await other.spent(who, 50)
    assert await passed(other, who, 1) == 0


async def test_a_debt_beyond_reason_is_forgiven_and_costs_few_round_trips(
    budgets: Budgets, records: Any, clock: Any
) -> None:
    await budgets.spent(credential(tokens=1), 1_000_000)
    assert records.calls["take"] == 15
    clock.pass_s(15 * MINUTE)
    assert await passed(budgets, credential(tokens=1), 1) == 1


async def test_no_tokens_cost_nothing(budgets: Budgets, records: Any) -> None:
    await budgets.spent(credential(tokens=5), 0)
    assert not records.calls


async def test_tokens_that_cannot_be_counted_stay_owed(
    budgets: Budgets, records: Any, clock: Any, caplog: pytest.LogCaptureFixture
) -> None:
    who = credential(tokens=100)
    await budgets.request(who)
    records.shelf.down = True
    with caplog.at_level(logging.WARNING):
        await budgets.spent(who, 150)
    assert "counted later" in caplog.text
    with pytest.raises(StoreUnavailableError):
        await budgets.request(who)
    clock.pass_s(MINUTE)
    await budgets.request(credential())
    records.shelf.down = False
    assert await passed(budgets, who, 1) == 0
    clock.pass_s(MINUTE)
    assert await passed(budgets, who, 1) == 1


async def test_tokens_spent_while_others_are_counted_are_not_lost(
    budgets: Budgets, records: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = records.take

    async def take_slowly(*given: Any, **named: Any) -> Any:
        granted = await take(*given, **named)
        await asyncio.sleep(0)
        return granted

    monkeypatch.setattr(records, "take", take_slowly)
    async with asyncio.TaskGroup() as group:
        for _ in range(20):
            group.create_task(budgets.spent(credential(tokens=1_000), 5))
    taken = sum(count.taken for count in records.shelf.counts.values())
    assert taken == 100


async def test_a_minute_that_ends_while_the_store_answers_lends_nothing_to_the_next(
    budgets: Budgets, records: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    take, waits = records.take, [MINUTE]

    async def take_slowly(*given: Any, **named: Any) -> Any:
        granted = await take(*given, **named)
        clock.pass_s(waits.pop() if waits else 0)
        return granted

    monkeypatch.setattr(records, "take", take_slowly)
    assert await passed(budgets, credential(100), 200) == 100


@settings(max_examples=50, deadline=None)
@given(
    skews=st.lists(st.integers(-20_000, 20_000), min_size=1, max_size=4),
    steps=st.lists(st.tuples(st.integers(0, 3), st.integers(1, 40_000)), max_size=120),
)
def test_clocks_that_differ_by_seconds_grant_no_more_than_the_limit(
    skews: list[int], steps: list[tuple[int, int]]
) -> None:
    """Each minute of the clock has one budget, whoever thinks that it is now."""
    limit, shelf, at = 7, RecordShelf(), [1_800_000_000_000]

    class Skewed:
        def __init__(self, by: int) -> None:
            self.by = by

        def now_ms(self) -> int:
            return at[0] + self.by

    async def run() -> dict[int, int]:
        clocks = [Skewed(skew) for skew in skews]
        meters = [Budgets(InMemoryRecordStore(shelf), clock) for clock in clocks]
        granted: dict[int, int] = {}
        for which, wait in steps:
            at[0] += wait // 10
            index = which % len(meters)
            count = await passed(meters[index], credential(limit), 3)
            minute = clocks[index].now_ms() // 60_000
            granted[minute] = granted.get(minute, 0) + count
        return granted

    assert all(count <= limit for count in asyncio.run(run()).values())


async def test_counts_do_not_stay_in_the_store_or_in_the_process(budgets: Budgets, records: Any, clock: Any) -> None:
    for number in range(50):
        await budgets.request(credential(5, 5, name=f"ml_{number}"))
    assert all(collection == COLLECTION for collection, _ in records.shelf.counts)
    clock.pass_s(2 * MINUTE)
    await budgets.request(credential(5, 5))
    assert len(records.shelf.counts) == 2
    assert len(budgets._budgets) == 2


async def test_a_cancelled_request_blocks_nobody(budgets: Budgets, records: Any, monkeypatch: Any) -> None:
    take, gates = records.take, [asyncio.Event()]

    async def take_or_wait(*given: Any, **named: Any) -> Any:
        if gates:
            await gates.pop().wait()
        return await take(*given, **named)

    monkeypatch.setattr(records, "take", take_or_wait)
    waiting = asyncio.create_task(budgets.request(credential(1)))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    await budgets.request(credential(1))
