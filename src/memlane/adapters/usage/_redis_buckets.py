"""Usage in plain hashes, a bucket of steps each: how buckets are named, written and read. Must not talk to Redis."""

from collections.abc import Iterator, Mapping, Sequence

from memlane.adapters._drivers._redis_protocol import Argument
from memlane.adapters.usage._steps import KEPT_MS, STEP_MS, Place, Series
from memlane.types.ids import segment
from memlane.types.usage import Step

_LETTERS: dict[Step, str] = {"minute": "m", "hour": "h", "day": "d"}
_STEPS = 120  # of a bucket: as many as Redis keeps in the compact form of a small hash


def bucket_arguments(series: Series, sums: Mapping[Place, Sequence[int]]) -> Iterator[Argument]:
    """Yield what `count_buckets` is told of each step: its bucket, when that ends, which step it is, the amounts."""
    for (step, at_ms), amounts in sums.items():
        number, offset = divmod(at_ms // STEP_MS[step], _STEPS)
        yield bucket_name(series, step, number)
        yield (number + 1) * _STEPS * STEP_MS[step] + KEPT_MS[step]
        yield offset
        yield b" ".join(b"%d" % amount for amount in amounts)


def bucket_numbers(step: Step, since_ms: int, until_ms: int) -> range:
    """Return which buckets hold the steps that begin in a span of time."""
    length_ms = _STEPS * STEP_MS[step]
    return range(since_ms // length_ms, -(-until_ms // length_ms))


def bucket_name(series: Series, step: Step, number: int) -> bytes:
    """Return what the keys of a slot call a bucket; distinct series have distinct names."""
    of_session = "" if series.session is None else f"s:{segment(series.session)}:"
    return f"{of_session}{_LETTERS[step]}:{number}".encode()


def bucket_steps(step: Step, number: int, cells: Sequence[bytes]) -> Iterator[tuple[int, list[int]]]:
    """Yield when each step of a bucket began, in milliseconds, and its amounts."""
    for offset, amounts in zip(cells[::2], cells[1::2], strict=True):
        yield (number * _STEPS + int(offset)) * STEP_MS[step], [int(amount) for amount in amounts.split()]
