"""What the suites share: times, keys and messages to try with, and looks through the side door.

Owns no promise: what must hold stands in the suites.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

import pytest

from memlane.errors import StoreUnavailableError
from memlane.protocols.memories import MemoryRow
from memlane.protocols.sessions import Appended, NewMessage, SessionState, SessionStore
from memlane.testing.backends import Backend
from memlane.types.ids import Partition, SessionKey

NOW = 1_750_000_000_000
"""When the tests take place; milliseconds since 1970."""
HOUR = 3_600_000
"""Times to live are hours, so that a backend with a clock of its own removes nothing while the test moves ours."""
PLACE = Partition("acme", "luke")
TRIP = SessionKey(PLACE, "trip")
BLINK = 1_500
"""A time to live that a backend with a clock of its own is given time to act on; milliseconds."""
PATIENCE_S = 20.0


def message(id_: str, body: bytes | None = None, memory: MemoryRow | None = None) -> NewMessage:
    """Return a message whose body tells its id unless given."""
    return NewMessage(id_, id_.encode() if body is None else body, memory)


def block(name: str, size: int) -> list[NewMessage]:
    """Return messages `name/0`, `name/1` ….."""
    return [message(f"{name}/{number}") for number in range(size)]


def row(id_: str, body: bytes | None = None, expires_at_ms: int | None = None) -> MemoryRow:
    """Return a memory whose body tells its id unless given."""
    return MemoryRow(id_, f"body of {id_}".encode() if body is None else body, expires_at_ms)


def rows(name: str, size: int) -> list[MemoryRow]:
    """Return memories `name-0000`, `name-0001` …."""
    return [row(f"{name}-{number:04}") for number in range(size)]


def vector(seed: int) -> bytes:
    """Return 32 bytes that stand for a vector; another seed gives others."""
    return b"vec%05d" % seed * 4


async def append(
    store: SessionStore,
    messages: Sequence[NewMessage],
    *,
    key: SessionKey = TRIP,
    at: int = NOW,
    default_ttl_ms: int | None = None,
) -> list[Appended]:
    """Append with the defaults of most tests."""
    return await store.append(key, messages, now_ms=at, default_ttl_ms=default_ttl_ms)


def bodies(state: SessionState) -> list[bytes]:
    """Return what was said, oldest first."""
    return [stored.body for stored in state.messages]


def names(messages: Iterable[NewMessage]) -> list[bytes]:
    """Return the bodies of messages to compare with `bodies`."""
    return [new.body for new in messages]


async def gather(work: Iterable[Awaitable[Any]]) -> list[Any]:
    """Run all at once; unlike asyncio.gather, leave nothing running when one fails."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_await(item)) for item in work]
    return [task.result() for task in tasks]


async def cancel_after(work: Awaitable[Any], *, turns: int, seconds: float) -> None:
    """Start `work`, let the loop turn or time pass, cancel it, and wait until it has stopped."""
    task = asyncio.ensure_future(work)
    for _ in range(turns):
        await asyncio.sleep(0)
    if seconds:
        await asyncio.sleep(seconds)
    task.cancel()
    await asyncio.wait([task])
    if not task.cancelled():
        task.result()


CANCELLATIONS: tuple[tuple[int, float], ...] = (
    *((turns, 0.0) for turns in range(30)),
    *((0, step * 0.000_2) for step in range(1, 26)),
)
"""At which points a cancellation is tried: after so many turns of the loop, or after so many seconds."""


async def until(condition: Callable[[], Awaitable[bool]], what: str) -> None:
    """Wait until `condition` holds; fail when it does not in time."""
    deadline = time.monotonic() + PATIENCE_S
    while not await condition():
        assert time.monotonic() < deadline, f"{what}: not after {PATIENCE_S} seconds"
        await asyncio.sleep(0.02)


async def assert_held(backend: Backend, *words: bytes) -> None:
    """Check that the side door shows `words`: without it, seeing none later would mean nothing."""
    dump = await backend.dump()
    missing = [word for word in words if word not in dump]
    assert not missing, "the side door does not show what was just stored"


async def assert_gone(backend: Backend, *words: bytes) -> None:
    """Check that nothing of `words` stays behind the side door; a little delay is allowed."""

    async def gone() -> bool:
        dump = await backend.dump()
        return not any(word in dump for word in words)

    await until(gone, f"all of {words!r} gone")


async def assert_refused(backend: Backend, *calls: Callable[[], Awaitable[Any]]) -> None:
    """Check that a backend that is down refuses every call as unavailable within its time-out; all are made at once."""
    async with asyncio.timeout(backend.answers_within_s * 1.5 + 1):
        await gather(_refused(call) for call in calls)


def real_now_ms() -> int:
    """Return the time of this machine, for what a backend removes by its own clock."""
    return time.time_ns() // 1_000_000


async def _await(work: Awaitable[Any]) -> Any:
    return await work


async def _refused(call: Callable[[], Awaitable[Any]]) -> None:
    with pytest.raises(StoreUnavailableError):
        await call()
