"""Due work can be done for one tenant: that of others stays as it was."""

from collections.abc import Callable

import pytest

from memlane.engine.client import AsyncMemlane
from memlane.engine.plan import WorkPlan
from memlane.errors import UsageError
from memlane.testing.fakes import InMemoryBackend

Open = Callable[..., AsyncMemlane]
PLAN = WorkPlan(in_process=False, model_calls_at_once=2)
OTHERS = 5


async def test_only_its_work_is_done_and_counted(open_one: Open) -> None:
    memory = open_one(InMemoryBackend(), plan=PLAN)
    others = [memory.user(f"u{number}", tenant="acme") for number in range(OTHERS)]
    for user in others:
        await user.session("s").add("user", "I live in Bergen.")
    luke = memory.user("luke", tenant="empire")
    await luke.session("s").add("user", "I live in Oslo.")
    before = await memory.work(tenant="acme")
    assert await memory.run_due(tenant="naboo") == 0
    done = await memory.run_due(tenant="empire")
    assert [fact.value for fact in await luke.facts()] == ["Oslo"]
    assert [await user.facts() for user in others] == [[]] * OTHERS
    assert await memory.work(tenant="acme") == before
    assert await memory.work(tenant="empire") == []
    assert await memory.run_due() == done * OTHERS
    assert [fact.value for user in others for fact in await user.facts()] == ["Bergen"] * OTHERS


async def test_a_tenant_must_be_one(open_one: Open) -> None:
    with pytest.raises(UsageError, match="tenant"):
        await open_one(InMemoryBackend(), plan=PLAN).run_due(tenant="")
