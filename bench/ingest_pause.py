"""How long an application waits for its appends while the same process takes in a long conversation.

    python bench/ingest_pause.py [--rounds 3] [--messages 1500] [--calls 300]

One event loop, one SQLite file, the local embedder. Someone appends a message every few milliseconds: first alone, then
while another user's conversation is restored, then while it is embedded. Nothing else runs in between.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Awaitable, Iterator
from pathlib import Path

import msgspec

import memlane
from made_up import Speech, turn_place
from measure import Timing, percentile
from report import SERVICES, Report, Table, Target, ms, run_script

_PAUSE_S = 0.005
_FEW = "restoring ends within a few appends, so that its p99 is the longest of them."
_QUIET, _RESTORE, _EMBED = "nothing else", "restoring", "embedding"


def measure(options: argparse.Namespace) -> Report:
    """Append alone and beside the two halves of taking in, in rounds."""
    SERVICES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=SERVICES) as folder:
        path = Path(folder) / "conversation.json"
        path.write_bytes(msgspec.json.encode(_conversation(int(options.messages))))
        waits, taken = asyncio.run(_run(Path(folder), path, rounds=int(options.rounds), calls=int(options.calls)))
    return _report(waits, taken, int(options.messages))


def _conversation(messages: int) -> dict[str, object]:
    turns, sessions = Speech(3).turns(), dict[str, list[dict[str, str]]]()
    for number in range(messages):
        said = sessions.setdefault(turn_place(number)[0], [])
        said.append({"id": f"m{number}", "role": "user", "content": next(turns)})
    began = turn_place(0)[1].isoformat()
    return {"id": "long", "sessions": [{"id": name, "at": began, "messages": said} for name, said in sessions.items()]}


async def _run(
    folder: Path, path: Path, *, rounds: int, calls: int
) -> tuple[dict[str, Timing], dict[str, list[float]]]:
    waits = {name: Timing() for name in (_QUIET, _RESTORE, _EMBED)}
    taken: dict[str, list[float]] = {_RESTORE: [], _EMBED: []}
    turns = Speech(4).turns()
    async with memlane.connect_async(f"sqlite:///{folder / 'memory.db'}") as memory:
        session = memory.user("talks").session("s", remember=False)
        await memory.user("talks").recall("anything")  # loads the embedder
        for number in range(-1, rounds):
            own = waits if number >= 0 else {name: Timing() for name in waits}
            own[_QUIET].rounds.append(await _appends(session, turns, calls=calls))
            user = memory.user(f"imports {number}")
            for name, work in ((_RESTORE, user.restore(path)), (_EMBED, user.index())):
                waited, seconds = await _beside(work, session, turns)
                own[name].rounds.append(waited)
                if number >= 0:
                    taken[name].append(seconds)
    return waits, taken


async def _beside(
    work: Awaitable[object], session: memlane.AsyncSession, turns: Iterator[str]
) -> tuple[list[float], float]:
    """Return what appends took while `work` ran, in milliseconds, and the seconds that it ran."""
    start = time.perf_counter()
    task = asyncio.ensure_future(work)
    waited: list[float] = []
    while not task.done():
        waited += await _appends(session, turns, calls=1)
    await task
    return waited, time.perf_counter() - start


async def _appends(session: memlane.AsyncSession, turns: Iterator[str], *, calls: int) -> list[float]:
    taken: list[float] = []
    for _ in range(calls):
        due = time.perf_counter() + _PAUSE_S
        await asyncio.sleep(_PAUSE_S)
        await session.add("user", next(turns))
        taken.append((time.perf_counter() - due) * 1_000)  # from when it was to begin: a loop held up counts, too
    return taken


def _report(waits: dict[str, Timing], taken: dict[str, list[float]], messages: int) -> Report:
    worst = {
        name: percentile([call for calls in timing.rounds for call in calls], 99) for name, timing in waits.items()
    }
    rows = [
        [
            name,
            f"{sum(map(len, timing.rounds)):,}",
            f"{messages * len(taken[name]) / sum(taken[name]):,.0f}" if name in taken else "",
            ms(timing.p50_ms),
            ms(worst[name]),
        ]
        for name, timing in waits.items()
    ]
    return Report(
        title="Appends while a conversation is taken in",
        about="Appends in one process, on one event loop, into one SQLite file: "
        f"one every {_PAUSE_S * 1_000:.0f} ms, alone and while {messages:,} messages of another user are taken in. "
        "A wait begins when the append was due, so an event loop that is held up counts.",
        tables=[
            Table("Waiting for an append", ["meanwhile", "appends", "messages a second", "p50 ms", "p99 ms"], rows)
        ],
        targets=[
            Target(f"p99 while {name}, beside that alone", worst[name] / worst[_QUIET], 3, "times", remark=_FEW)
            for name in taken
        ],
    )


if __name__ == "__main__":
    run_script(__doc__ or "", ["rounds=3", "messages=1500", "calls=300"], measure)
