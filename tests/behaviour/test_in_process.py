"""On SQLite the connection does the background work itself, when it has been quiet."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import memlane

PLAN = memlane.WorkPlan(quiet=timedelta(milliseconds=50))


async def until(holds: Callable[[], object], seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while not await holds():  # pyright: ignore[reportGeneralTypeIssues] -- a coroutine function
            await asyncio.sleep(0.05)


async def test_facts_and_episodes_appear_by_themselves(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'm.db'}"
    async with memlane.connect_async(url, embedder="none", work=PLAN) as memory:
        luke = memory.user("luke")
        await luke.session("a").add("user", "I live in Oslo.")
        await until(luke.facts)
        await until(lambda: luke.memories(kinds={"episode"}))
        await luke.session("a").add("user", "I love tea.")
        await until(lambda: _count(luke, 2))


async def _count(user: memlane.AsyncUser, wanted: int) -> bool:
    return len(await user.facts()) == wanted


async def test_work_left_to_others_stays_due(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'm.db'}"
    async with memlane.connect_async(url, embedder="none", work="off") as memory:
        await memory.user("luke").session("a").add("user", "I live in Oslo.")
        await asyncio.sleep(0.3)
        assert await memory.user("luke").facts() == []
        assert len(await memory.work()) == 1


async def test_closing_in_the_midst_of_work_loses_none(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'm.db'}"
    for number in range(5):
        async with memlane.connect_async(url, embedder="none", work=PLAN) as memory:
            for _ in range(10):
                await memory.user("luke").session(f"s{number}").add("user", f"I love the number {number}.")
            await asyncio.sleep(0.06)
    async with memlane.connect_async(url, embedder="none", work="off") as memory:
        await memory.run_due()
        assert await memory.work() == []
        assert len(await memory.user("luke").memories(kinds={"episode"})) == 5
