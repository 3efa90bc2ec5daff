"""What a connection says of its parts, also of those that do not work."""

from collections.abc import Callable
from typing import Any

import pytest

from memlane import AsyncMemlane, HealthCheck, WorkPlan
from memlane.engine.health import size_text, store_found
from memlane.errors import StoreUnavailableError, UnsupportedError
from memlane.testing.fakes import InMemoryBackend
from memlane.testing.scripted_model import ScriptedModel

Open = Callable[..., AsyncMemlane]


async def found(memory: AsyncMemlane) -> dict[str, HealthCheck]:
    """Return the worst that was found of each part."""
    worst = ("ok", "warning", "fault")
    ordered = sorted(await memory.health(), key=lambda check: worst.index(check.state))
    return {check.name: check for check in ordered}


async def test_a_store_that_is_down_is_a_fault_and_the_rest_is_still_told(open_one: Open, letters: Any) -> None:
    backend = InMemoryBackend()
    memory = open_one(backend, embedder=letters)
    await backend.outage.begin()
    checks = await found(memory)
    assert {name: check.state for name, check in checks.items() if check.state != "ok"} == {
        "store": "fault",
        "background work": "fault",
    }
    assert checks["store"].detail.endswith(f"({StoreUnavailableError.code})")
    assert checks["store"].fix


async def test_two_stores_are_told_apart(open_one: Open) -> None:
    checks = await found(open_one(InMemoryBackend(shares_memories=False)))
    assert {"sessions", "memories"} < checks.keys()
    assert "store" not in checks


async def test_an_embedder_that_is_down_or_absent_is_told(open_one: Open, letters: Any) -> None:
    letters.down = True
    assert (await found(open_one(InMemoryBackend(), embedder=letters)))["embedder"].state == "fault"
    absent = (await found(open_one(InMemoryBackend())))["embedder"]
    assert (absent.state, absent.fix) == ("warning", "set embedder.name to local")


async def test_an_embedder_of_a_provider_is_named_not_asked(open_one: Open, make_letters: type[Any]) -> None:
    asked: list[str] = []

    class Hosted(make_letters):
        async def embed(self, texts: Any, *, purpose: Any) -> Any:
            asked.extend(texts)
            return await super().embed(texts, purpose=purpose)

    memory = open_one(InMemoryBackend(), embedder=Hosted("openai:letters"))
    assert "openai:letters" in (await found(memory))["embedder"].detail
    assert asked == []


async def test_work_that_was_set_aside_is_a_warning(open_one: Open) -> None:
    model = ScriptedModel(lambda _: "no JSON at all")
    memory = open_one(InMemoryBackend(), model=model, plan=WorkPlan(in_process=False, most_tries=1))
    await memory.user("luke").session("a").add("user", "I live in Oslo.")
    await memory.run_due(until_idle=False)
    checks = await found(memory)
    assert (checks["background work"].state, checks["background work"].fix) == (
        "warning",
        "memlane work list, then memlane work retry",
    )


async def test_a_store_without_keys_says_so(open_one: Open) -> None:
    with pytest.raises(UnsupportedError):
        await open_one(InMemoryBackend()).keys()


def test_facts_of_a_store_become_a_line_and_warnings() -> None:
    facts = {"server": "redis", "file": "/secret/m.db", "aof": "no", "evicts": "allkeys-lru: …", "size_bytes": "1536"}
    detail, warnings = store_found(facts)
    assert detail == "server redis, aof no, size 1.5 KiB"
    assert [warning.detail.split()[0] for warning in warnings] == ["evicts", "no"]
    assert store_found(facts, "redis://here").detail.startswith("redis://here: ")


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [(0, "0 B"), (1_023, "1023 B"), (1_024, "1.0 KiB"), (5 * 2**40, "5.0 TiB"), (2**52, "4096.0 TiB")],
)
def test_sizes_are_written_for_people(size_bytes: int, text: str) -> None:
    assert size_text(size_bytes) == text
