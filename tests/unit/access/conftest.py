"""Records in memory, a clock that stands still until it is moved, and a count of round trips."""

from collections import Counter
from typing import Any

import pytest

from memlane.testing.fake_records import InMemoryRecordStore, RecordShelf

NOON_MS = 1_800_014_400_000  # a whole minute


class Hands:
    """A clock, of the wall and of seconds that never jump; tests move it."""

    def __init__(self) -> None:
        self.ms = NOON_MS

    def now_ms(self) -> int:
        return self.ms

    def monotonic(self) -> float:
        return self.ms / 1_000

    def pass_s(self, seconds: float) -> None:
        self.ms += round(seconds * 1_000)


class CountingRecords(InMemoryRecordStore):
    """Counts calls by their name."""

    def __init__(self, shelf: RecordShelf) -> None:
        super().__init__(shelf)
        self.shelf = shelf
        self.calls: Counter[str] = Counter()

    async def get(self, *given: Any, **named: Any) -> Any:
        self.calls["get"] += 1
        return await super().get(*given, **named)

    async def take(self, *given: Any, **named: Any) -> Any:
        self.calls["take"] += 1
        return await super().take(*given, **named)


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def records() -> CountingRecords:
    return CountingRecords(RecordShelf())
