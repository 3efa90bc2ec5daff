"""Usage in Redis TimeSeries, a series for each amount and length of step: how they are named, written and read.

Must not talk to Redis. The sums are our own: compaction rules would leave out the step that has not ended.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from memlane.adapters._drivers._redis_protocol import Argument
from memlane.adapters.usage._steps import AMOUNTS, KEPT_MS, STEP_MS, Place, Series
from memlane.types.ids import segment
from memlane.types.usage import Step

_LETTERS: dict[Step, str] = {"minute": "M", "hour": "H", "day": "D"}
_SLACK_MS = STEP_MS["day"]  # a series counts back from its newest sample, which a fast clock may have written


def series_arguments(series: Series, sums: Mapping[Place, Sequence[int]]) -> Iterator[Argument]:
    """Yield what `count_series` is told of each step: name, end of its series, when it began, amounts, time kept."""
    for (step, at_ms), amounts in sums.items():
        kept_ms = KEPT_MS[step] + _SLACK_MS
        yield series_name(series, step)
        yield at_ms + kept_ms
        yield at_ms
        yield b" ".join(b"%d" % amount for amount in amounts)
        yield kept_ms


def series_name(series: Series, step: Step) -> bytes:
    """Return what the keys of a slot call the series of a step; distinct ones have distinct names."""
    of_session = "" if series.session is None else f"s:{segment(series.session)}:"
    return f"{of_session}{_LETTERS[step]}:".encode()


def series_keys(base: bytes, series: Series, step: Step) -> list[bytes]:
    """Return the keys of the series of a step, in the order of `AMOUNTS`."""
    name = base + series_name(series, step)
    return [b"%b%d" % (name, number) for number in range(1, len(AMOUNTS) + 1)]


def series_steps(samples: Sequence[Sequence[bytes]]) -> Iterator[tuple[int, list[int]]]:
    """Yield when each step began, in milliseconds, and its amounts."""
    steps: dict[int, list[int]] = defaultdict(lambda: [0] * len(AMOUNTS))
    for number, cells in enumerate(samples):
        for at_ms, amount in zip(cells[::2], cells[1::2], strict=True):
            steps[int(at_ms)][number] = int(amount)
    yield from steps.items()
