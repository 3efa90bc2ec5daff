"""What one process holds of one budget."""

import asyncio
from collections.abc import Callable
from typing import Final

from memlane.protocols.clock import Clock
from memlane.protocols.records import RecordStore

COLLECTION: Final = "budgets"
_MINUTE_MS: Final = 60_000
_SKEW_MS: Final = 60_000
_MINUTES_OF_DEBT: Final = 15
"""A longer debt is forgiven: one answer must not lock a caller out for hours, nor cost hundreds of round trips."""


class Budget:
    """A budget by minute of the clock, of which this process holds what it was granted and has not used.

    Args:
        records: Where the count is.
        clock: Says which minute it is.
        name: What the count is called in the store.
        lot: How much to ask for at a time, by the limit.

    Attributes:
        limit: How much there is a minute.
    """

    def __init__(self, records: RecordStore, clock: Clock, name: str, lot: Callable[[int], int]) -> None:
        self._records = records
        self._clock = clock
        self._name = name
        self._lot = lot
        self._one_at_a_time = asyncio.Lock()
        self._minute = 0
        self._held = 0
        self._is_spent = False
        self._owed = 0
        self.limit = 1

    async def take_one(self) -> bool:
        """Use one; return whether there was one.

        Raises:
            StoreUnavailableError: it cannot be counted.
        """
        if not await self.has_some():
            return False
        self._held -= 1
        return True

    async def has_some(self) -> bool:
        """Return whether anything is left, after what is owed; errors as `take_one`.

        Nothing else runs between the answer and the caller's next step.
        """
        self._turn()
        if self._held and not self._owed:
            return True
        async with self._one_at_a_time:
            await self._book()
            while not self._held and not self._is_spent:
                await self._take_lot()
        return self._held > 0

    def owe(self, amount: int) -> None:
        """Note what was used already; `settle` counts it."""
        self._owed += amount

    async def settle(self) -> None:
        """Count what is owed, in this minute and where that is spent in those after it; errors as `take_one`."""
        async with self._one_at_a_time:
            await self._book()

    def is_idle(self, minute: int) -> bool:
        """Return whether nothing of it matters in this minute."""
        return self._minute != minute and not self._owed and not self._one_at_a_time.locked()

    def seconds_left(self) -> float:
        """Return how many seconds the minute has left, above zero."""
        return (_MINUTE_MS - self._clock.now_ms() % _MINUTE_MS) / 1_000

    async def _take_lot(self) -> None:
        minute = self._minute
        granted = await self._take(self._lot(self.limit), minute)
        self._turn()
        if self._minute == minute:  # otherwise what was granted is of a minute that has passed
            self._held, self._is_spent = granted, not granted

    async def _book(self) -> None:
        self._turn()
        paid = min(self._held, self._owed)
        self._held -= paid
        self._owed -= paid
        first = self._minute
        for minute in range(first, first + _MINUTES_OF_DEBT):
            if not self._owed:
                return
            granted = await self._take(min(self._owed, self.limit), minute)
            self._owed -= granted
        self._owed = 0

    async def _take(self, amount: int, minute: int) -> int:
        ends_ms = (minute + 1) * _MINUTE_MS
        return await self._records.take(
            COLLECTION,
            f"{self._name}:{minute}",
            amount,
            limit=self.limit,
            now_ms=self._clock.now_ms(),
            expires_at_ms=ends_ms + _SKEW_MS,
        )

    def _turn(self) -> None:
        """Begin anew when another minute has begun."""
        minute = self._clock.now_ms() // _MINUTE_MS
        if minute != self._minute:
            self._minute, self._held, self._is_spent = minute, 0, False
