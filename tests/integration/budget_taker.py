"""A process that asks as often as it may: python budget_taker.py URL NOW_MS LIMIT TRIES; prints how many passed."""

import asyncio
import sys
from pathlib import Path

from memlane.access.budgets import Budgets
from memlane.access.credential import Credential
from memlane.errors import RateLimitError
from memlane.wiring.access import open_records
from memlane.wiring.settings import load_settings


class Standing:
    """A clock that stands still, so that no minute ends meanwhile."""

    def __init__(self, ms: int) -> None:
        """Stand at `ms`."""
        self._ms = ms

    def now_ms(self) -> int:
        """Return the same time again."""
        return self._ms


async def main(url: str, now_ms: int, limit: int, tries: int) -> int:
    """Return how many requests passed."""
    settings = load_settings({"store.url": url}, {}, directory=Path("/"), home=Path("/"))
    records = open_records(settings)
    assert records.store is not None
    budgets = Budgets(records.store, Standing(now_ms))
    who = Credential(id="ml_shared", tenant="acme", requests_per_minute=limit)
    passed = sum(await asyncio.gather(*(_passes(budgets, who) for _ in range(tries))))
    for close in records.closers:
        await close()
    return passed


async def _passes(budgets: Budgets, who: Credential) -> bool:
    try:
        await budgets.request(who)
    except RateLimitError:
        return False
    return True


if __name__ == "__main__":
    print(asyncio.run(main(sys.argv[1], *map(int, sys.argv[2:]))))  # noqa: T201 -- the answer
