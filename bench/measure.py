"""How the benchmarks measure: blocks of calls, interleaved, so that a busy machine is equally busy for every case.

Owns timing and its arithmetic. It must not know what is measured, nor print.
"""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

Block = Callable[[int], list[float]]
"""Makes so many calls, one after the other, and returns what each took in milliseconds."""


@dataclass
class Timing:
    """What the calls of one case took, in milliseconds, a list a round."""

    rounds: list[list[float]] = field(default_factory=list[list[float]])

    @property
    def p50_ms(self) -> float:
        """The median of the rounds' medians."""
        return statistics.median(percentile(calls, 50) for calls in self.rounds)

    @property
    def p95_ms(self) -> float:
        """The median of the rounds' 95th percentiles."""
        return statistics.median(percentile(calls, 95) for calls in self.rounds)

    def times(self, other: "Timing") -> float:
        """Return how many times as long as `other` this took: the median over rounds of the quotient of medians.

        Both belong to the same interleaved run, so what slows a round down slows both and leaves the quotient alone.
        """
        return statistics.median(ours / theirs for ours, theirs in _medians(self, other))

    def beyond_ms(self, other: "Timing") -> float:
        """Return how many milliseconds more than `other` this took: the median over rounds of the difference."""
        return statistics.median(ours - theirs for ours, theirs in _medians(self, other))


def interleaved(cases: Mapping[str, Block], *, rounds: int, calls: int) -> dict[str, Timing]:
    """Return the timing of each case: a round measures every case once, and every other round in reverse order.

    One round more is run first and not counted: caches fill, connections open, code is specialised.
    """
    timings = {name: Timing() for name in cases}
    for number in range(-1, rounds):
        for name in list(cases) if number % 2 else reversed(list(cases)):
            taken = cases[name](calls)
            if number >= 0:
                timings[name].rounds.append(taken)
    return timings


def plain_calls(act: Callable[[], object]) -> Block:
    """Return the block of a blocking call."""

    def block(calls: int) -> list[float]:
        taken: list[float] = []
        for _ in range(calls):
            start = time.perf_counter_ns()
            act()
            taken.append((time.perf_counter_ns() - start) / 1e6)
        return taken

    return block


def async_calls(runner: asyncio.Runner, act: Callable[[], Awaitable[object]]) -> Block:
    """Return the block of an async call; `runner` keeps one event loop for all of them."""

    async def timed(calls: int) -> list[float]:
        taken: list[float] = []
        for _ in range(calls):
            start = time.perf_counter_ns()
            await act()
            taken.append((time.perf_counter_ns() - start) / 1e6)
        return taken

    return lambda calls: runner.run(timed(calls))


def percentile(values: list[float], percent: int) -> float:
    """Return the value below which `percent` of a hundred fall, by the nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def _medians(first: Timing, second: Timing) -> list[tuple[float, float]]:
    pairs = zip(first.rounds, second.rounds, strict=True)
    return [(percentile(ours, 50), percentile(theirs, 50)) for ours, theirs in pairs]
