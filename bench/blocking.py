"""What the blocking face adds to a call: the way to the loop's thread and back."""

import argparse
import asyncio
import contextlib
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import memlane
from measure import Timing, async_calls, interleaved, plain_calls
from memlane.testing.fakes import InMemoryBackend
from memlane.testing.services.redis import redis_server
from report import Report, Table, Target, ms, run_script, versions

_LIMIT_MS = 0.2


def measure(options: argparse.Namespace) -> Report:
    """Measure the same read through both faces, on three stores."""
    rounds, calls = int(options.rounds), int(options.calls)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stores = {
            "dictionaries in memory": None,
            "SQLite": f"sqlite:///{folder / 'memory.db'}",
            "Redis": stack.enter_context(redis_server()).url,
        }
        found = {name: _both_faces(url, rounds=rounds, calls=calls) for name, url in stores.items()}
    there_and_back = max(face["nothing"].p50_ms for face in found.values())
    rows = [
        [name, ms(face["async"].p50_ms), ms(face["blocking"].p50_ms), ms(face["blocking"].beyond_ms(face["async"]))]
        for name, face in found.items()
    ]
    return Report(
        title="The blocking face",
        about="`session.messages(last=1)` of one session through `connect_async` and through `connect`, one thread "
        "calling. The difference is two switches of thread.",
        tables=[Table("One call", ["store", "async p50 ms", "blocking p50 ms", "added ms"], rows)],
        targets=[
            Target(f"added a call, {name}", face["blocking"].beyond_ms(face["async"]), _LIMIT_MS, "ms")
            for name, face in found.items()
        ],
        remarks=[f"An empty coroutine sent to another thread's loop took {ms(there_and_back)} ms (p50) in this run."],
        versions=versions("redis"),
    )


def _both_faces(url: str | None, *, rounds: int, calls: int) -> dict[str, Timing]:
    with contextlib.ExitStack() as stack:
        runner = stack.enter_context(asyncio.Runner())
        first, second = (_stores(), _stores()) if url is None else ((url, None), (url, None))
        blocking = stack.enter_context(memlane.connect(first[0], memories=first[1], embedder="none"))
        opened = runner.run(_opened(*second))
        stack.callback(lambda: runner.run(opened.aclose()))
        plain, awaited = blocking.user("luke").session("s"), opened.user("luke").session("s")
        plain.add("user", "hello")
        if url is None:
            runner.run(awaited.add("user", "hello"))
        cases = {
            "async": async_calls(runner, lambda: awaited.messages(last=1)),
            "blocking": plain_calls(lambda: plain.messages(last=1)),
            "nothing": plain_calls(_sender(stack)),
        }
        return interleaved(cases, rounds=rounds, calls=calls)


def _sender(stack: contextlib.ExitStack) -> Callable[[], None]:
    """Return what sends an empty coroutine to another thread's loop and waits for it."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    stack.callback(loop.close)
    stack.callback(thread.join)
    stack.callback(loop.call_soon_threadsafe, loop.stop)
    return lambda: asyncio.run_coroutine_threadsafe(_nothing(), loop).result()


async def _nothing() -> None:
    """Do nothing."""


def _stores() -> tuple[object, object]:
    backend = InMemoryBackend(shares_memories=False)
    return backend.sessions(), backend.memories()


async def _opened(store: object, memories: object) -> memlane.AsyncMemlane:
    return await memlane.connect_async(store, memories=memories, embedder="none")


if __name__ == "__main__":
    run_script("Measure what the blocking face adds to a call.", ["rounds=15", "calls=300"], measure)
