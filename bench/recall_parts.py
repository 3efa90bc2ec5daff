"""The index of a partition by itself: how fast it takes messages in, and what it holds.

Works on made-up memories in this process, without a store. It must not know how results are reported.
"""

import gc
import time

import msgspec

from made_up import RandomEmbedder, Speech, turn_place
from measure import percentile
from memlane.protocols.memories import Change
from memlane.recall.index import PartitionIndex
from memlane.types.memory import Memory
from memlane.types.wire import encode_memory

_PAGE = 5_000


class Held(msgspec.Struct):
    """What an index holds, in bytes a memory, by part."""

    parts: dict[str, float]

    @property
    def besides_text(self) -> float:
        """Everything but the memories as they are stored."""
        return sum(self.parts.values()) - self.parts["bodies"]


class Taken(msgspec.Struct):
    """What taking messages in cost, many at once and then one at a time; `longest` is time of this thread alone."""

    a_second: float
    single_p50_ms: float
    single_p99_ms: float
    single_longest_ms: float


def memory(number: int, text: str) -> Memory:
    """Return the n-th made-up memory."""
    session, at = turn_place(number)
    return Memory(
        id=f"m-{number:032x}",
        text=text,
        kind="message",
        created_at=at,
        session_id=session,
        message_ids=[str(number)],
        role="user" if number % 2 else "assistant",
    )


def take_in(count: int, singles: int) -> tuple[Taken, Held]:
    """Index `count` memories by the page, and then `singles` one by one."""
    changes = _changes(count + singles)
    index = PartitionIndex(RandomEmbedder.dimension)
    start = time.perf_counter()
    for first in range(0, count, _PAGE):
        index.apply(changes[first : min(count, first + _PAGE)])
    a_second = count / (time.perf_counter() - start)
    held = Held({part: size / count for part, size in index.sizes.items()})
    taken, own = _one_by_one(index, changes[count:])
    return Taken(a_second, percentile(taken, 50), percentile(taken, 99), max(own)), held


def _one_by_one(index: PartitionIndex, changes: list[Change]) -> tuple[list[float], list[float]]:
    """Return what each addition took by the clock and of the thread's own time, in milliseconds."""
    taken, own = list[float](), list[float]()
    gc.collect()
    for change in changes:
        start, own_start = time.perf_counter(), time.thread_time()
        index.apply([change])
        own.append((time.thread_time() - own_start) * 1e3)
        taken.append((time.perf_counter() - start) * 1e3)
    return taken, own


def _changes(count: int) -> list[Change]:
    speech, embedder = Speech(1), RandomEmbedder()
    changes: list[Change] = []
    for first in range(0, count, _PAGE):
        halves = embedder.vectors(min(_PAGE, count - first)).astype("<f2")
        made = (memory(number, speech.text()) for number in range(first, first + len(halves)))
        changes += [
            Change(one.id, encode_memory(one), None, half.tobytes()) for one, half in zip(made, halves, strict=True)
        ]
    return changes
