"""Running the batches of one call side by side; knows nothing of what a batch is."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

Batch = TypeVar("Batch")
Result = TypeVar("Result")


async def run_side_by_side(
    batches: Sequence[Batch], work: Callable[[Batch], Awaitable[Result]], *, width: int
) -> list[Result]:
    """Return the result of each batch in order, with at most `width` of them under way.

    The first failure is raised and the rest is not begun; nothing of it is left running, also when cancelled.
    """
    if len(batches) == 1:  # a query: nothing to run beside it
        return [await work(batches[0])]
    results: dict[int, Result] = {}
    waiting = iter(enumerate(batches))

    async def run() -> None:
        for number, batch in waiting:
            results[number] = await work(batch)

    tasks = [asyncio.create_task(run()) for _ in range(min(width, len(batches)))]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return [results[number] for number in range(len(batches))]
