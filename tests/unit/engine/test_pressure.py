"""How hard background work drives a model: never beyond what the plan says."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from memlane.adapters.counters.estimate import EstimateCounter
from memlane.engine import pressure
from memlane.engine.plan import WorkPlan
from memlane.engine.pressure import Pressure
from memlane.errors import ModelRateLimitError
from memlane.protocols.chat_model import Completion, Prompt
from memlane.testing.fakes import FakeClock, InMemoryBackend
from memlane.testing.scripted_model import ScriptedModel
from memlane.types.message import make_message
from memlane.types.turn import Usage

PROMPT = Prompt(
    messages=[make_message("user", "Hello!", id="1", created_at=datetime(2026, 1, 1, tzinfo=UTC))],
    max_output_tokens=100,
)


class Time:
    """Monotonic time that passes only while somebody sleeps."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1_000.0
        self._sleep = asyncio.sleep
        monkeypatch.setattr(pressure.time, "monotonic", lambda: self.now)
        monkeypatch.setattr(pressure.asyncio, "sleep", self.sleep)

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await self._sleep(0)


def pressed(model: Any, **limits: Any) -> Pressure:
    plan = WorkPlan(in_process=False, **limits)
    return Pressure(model, plan, InMemoryBackend().work(), EstimateCounter(), FakeClock())


async def test_so_many_calls_are_made_at_a_time() -> None:
    running, most = 0, 0

    async def slow(_: Prompt) -> str:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.01)
        running -= 1
        return "ok"

    model = pressed(ScriptedModel(slow), model_calls_at_once=2)
    await asyncio.gather(*(model.complete(PROMPT, tenant="t") for _ in range(8)))
    assert most == 2


async def test_more_requests_than_a_minute_allows_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    time = Time(monkeypatch)
    model = pressed(ScriptedModel(lambda _: "ok"), model_requests_per_minute=3)
    for _ in range(3):
        await model.complete(PROMPT, tenant="t")
    assert time.now == 1_000.0
    await model.complete(PROMPT, tenant="t")
    assert time.now == 1_060.0


async def test_tokens_are_counted_as_the_provider_counted_them(monkeypatch: pytest.MonkeyPatch) -> None:
    time = Time(monkeypatch)
    usage = Usage(input_tokens=900, output_tokens=0)
    model = pressed(ScriptedModel(lambda _: Completion(text="ok", usage=usage)), model_tokens_per_minute=1_000)
    await model.complete(PROMPT, tenant="t")
    await model.complete(PROMPT, tenant="t")
    assert time.now == 1_060.0


async def test_a_call_beyond_a_minutes_whole_waits_for_an_empty_minute_and_is_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    time = Time(monkeypatch)
    model = pressed(ScriptedModel(lambda _: "ok"), model_tokens_per_minute=10)
    await model.complete(PROMPT, tenant="t")
    await model.complete(PROMPT, tenant="t")
    assert time.now == 1_060.0


async def test_a_tenants_day_ends_at_midnight_and_others_are_not_touched() -> None:
    model = pressed(ScriptedModel(lambda _: "ok"), daily_tokens_per_tenant=150)
    await model.complete(PROMPT, tenant="a")
    with pytest.raises(ModelRateLimitError) as caught:
        await model.complete(PROMPT, tenant="a")
    assert caught.value.retry_after is not None
    assert 0 < caught.value.retry_after <= 86_400
    await model.complete(PROMPT, tenant="b")
