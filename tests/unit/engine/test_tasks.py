"""Closing leaves no background task behind."""

import asyncio

from memlane.engine.tasks import Tasks


async def test_what_a_task_starts_while_it_is_cancelled_never_runs() -> None:
    tasks, ran = Tasks(), []

    async def late() -> None:
        ran.append("late")

    async def stubborn() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            tasks.start(late())

    tasks.start(stubborn())
    await asyncio.sleep(0)
    await tasks.aclose()
    await asyncio.sleep(0)
    assert ran == []
    assert asyncio.all_tasks() == {asyncio.current_task()}
