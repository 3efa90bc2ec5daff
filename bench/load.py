"""Two hundred clients at once against `memlane serve`, on Redis and on SQLite, and against a bare handler.

Every client adds turns and asks for contexts for a minute. Afterwards each session is read back and compared with what
its client sent: nothing may be lost, doubled or out of order. Everything runs on this machine, on loopback, the
clients too: they take a part of the processor, in every case the same.

`--agent-memory-server PID@URL` also loads one that is running: its client appends by writing the whole session.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import msgspec

import memlane
from environments import alternative_python
from memlane.testing.services.processes import Process, free_port, new_folder, remove_folder
from memlane.testing.services.redis import redis_server
from report import RESULTS, ROOT, Report, Table, Target, circumstances, enter, run_script, versions

_TICKS = os.sysconf("SC_CLK_TCK")
_READ_BACK = ("memlane on Redis", "memlane on SQLite")


class _Running:
    """A server that somebody else started."""

    def __init__(self, pid: int) -> None:
        """Have its process id."""
        self.pid = pid


class Load(msgspec.Struct):
    """What the clients saw, as `load_clients.py` writes it, and how many seconds of processor the server took."""

    requests: dict[str, dict[str, float]]
    errors: list[str]
    sent: list[dict[str, Any]]
    seconds: float
    server_cpu_s: float = 0.0

    @property
    def per_core(self) -> float:
        """Requests a second that one core of the server's would serve."""
        return sum(kind["requests"] for kind in self.requests.values()) / max(self.server_cpu_s, 1e-9)


def measure(options: argparse.Namespace) -> Report:
    """Load each server in turn; `--rounds` times, so that what disturbs the machine meets all of them."""
    start = time.monotonic()
    servers: dict[str, Callable[[ExitStack], tuple[str, Process | _Running]]] = {
        "bare handler on Redis": _bare,
        "memlane on Redis": lambda stack: _memlane(stack, stack.enter_context(redis_server()).url, options),
        "memlane on SQLite": lambda stack: _memlane(stack, _sqlite(stack), options),
    }
    if options.agent_memory_server:
        servers["agent-memory-server on Redis Stack"] = lambda _: _running(options.agent_memory_server)
    chosen = {name: servers[name] for name in servers if not options.only or options.only in name}
    loads: dict[str, list[Load]] = {name: [] for name in chosen}
    faults: dict[str, int] = dict.fromkeys(chosen, 0)
    for number in range(int(options.rounds)):
        for name in list(chosen) if number % 2 == 0 else reversed(list(chosen)):
            with ExitStack() as stack:
                host, server = chosen[name](stack)
                loads[name].append(_load(host, server, options))
                if name in _READ_BACK:
                    faults[name] += _faults(host, loads[name][-1])
    report = _report(loads, faults, options)
    report.remarks.append(circumstances("python bench/load.py"))
    report.seconds = time.monotonic() - start
    if options.enter:
        enter(RESULTS, [report])
    return report


def _load(host: str, server: Process | _Running, options: argparse.Namespace) -> Load:
    folder = new_folder()
    out = folder / "load.json"
    before = _cpu_s(server)
    command = [str(alternative_python("load")), str(ROOT / "bench" / "load_clients.py"), "--host", host]
    command += ["--shape", "agent-memory-server"] if host == options.agent_memory_server.partition("@")[2] else []
    command += [
        "--recall",
        options.recall,
        "--users",
        options.users,
        "--seconds",
        options.seconds,
        "--pace",
        options.pace,
        "--out",
        str(out),
    ]
    subprocess.run(command, check=True)
    found = msgspec.json.decode(out.read_bytes(), type=Load)
    found.server_cpu_s = (_cpu_s(server) - before) * _share(found)
    remove_folder(folder)
    return found


def _share(load: Load) -> float:
    """Return which share of all requests was made within the time that was measured."""
    counted = sum(kind["requests"] for kind in load.requests.values())
    return min(1.0, counted / max(1, 2 * len(load.sent)))


def _cpu_s(server: Process | _Running) -> float:
    """Return how many seconds of processor a process and its children have taken."""
    return sum(_own_cpu_s(pid) for pid in _family(server.pid or 0))


def _own_cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _family(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text(encoding="ascii").split():
            yield from _family(int(child))


def _faults(host: str, load: Load) -> int:
    """Return how many messages were lost, doubled, or stand out of order."""
    expected: dict[str, list[tuple[str, bool]]] = {}
    for turn in load.sent:
        expected.setdefault(turn["user"], []).extend((name, turn["acknowledged"]) for name in turn["ids"])
    with memlane.connect(host) as memory:
        return sum(_differences(memory, user, ids) for user, ids in expected.items())


def _differences(memory: memlane.Memlane, user: str, sent: list[tuple[str, bool]]) -> int:
    stored = [message.id for message in memory.user(user).session("talk").messages()]
    known = set(stored)
    wanted = [name for name, acknowledged in sent if acknowledged or name in known]
    if stored == wanted:
        return 0
    print(f"{user}: {len(stored)} stored, {len(wanted)} wanted", file=sys.stderr)
    return max(1, abs(len(stored) - len(wanted)))


def _memlane(stack: ExitStack, url: str, options: argparse.Namespace) -> tuple[str, Process]:
    port = free_port()
    environment = {"MEMLANE_EMBEDDER__NAME": options.embedder}
    command = [str(Path(sys.executable).parent / "memlane"), "serve", "--no-auth", "--port", str(port), "--store", url]
    return f"http://127.0.0.1:{port}", stack.enter_context(_served(command, port, environment))


def _bare(stack: ExitStack) -> tuple[str, Process]:
    url, port = stack.enter_context(redis_server()).url, free_port()
    command = [sys.executable, str(ROOT / "bench" / "bare_server.py"), "--store", url, "--port", str(port)]
    return f"http://127.0.0.1:{port}", stack.enter_context(_served(command, port, {}))


def _running(place: str) -> tuple[str, _Running]:
    pid, _, host = place.partition("@")
    return host, _Running(int(pid))


@contextmanager
def _served(command: list[str], port: int, environment: dict[str, str]) -> Iterator[Process]:
    folder = new_folder()
    variables = [f"{name}={value}" for name, value in environment.items()]
    server = Process(["/usr/bin/env", *variables, *command], folder, "server")
    server.start(lambda: _answers(port))
    try:
        yield server
    finally:
        server.remove()
        remove_folder(folder)


def _answers(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/health/live", timeout=1):
            return True
    except URLError as exc:
        return hasattr(exc, "code")  # the bare server has no such path, and answers that
    except OSError:
        return False


def _sqlite(stack: ExitStack) -> str:
    folder = new_folder()
    stack.callback(remove_folder, folder)
    return f"sqlite:///{folder}/memory.db"


def _report(loads: dict[str, list[Load]], faults: dict[str, int], options: argparse.Namespace) -> Report:
    rows = [[name, kind, *_row(found, kind)] for name, found in loads.items() for kind in ("add", "context")]
    header = ["server", "request", "requests/s", "p50 ms", "p95 ms", "p99 ms", "errors"]
    cores = [[name, *(f"{load.per_core:.0f}" for load in found)] for name, found in loads.items()]
    pace = "one after the other" if float(options.pace) == 0 else f"a turn every {options.pace} s"
    without = ", without recall" if options.recall == "0" else ""
    return Report(
        title=f"Under load: {options.users} clients, {pace}{without}",
        about=__doc__ or "",
        tables=[
            Table("The middle round of each", header, rows),
            Table("Requests a second per core of the server's", ["server", *map(str, range(1, len(cores[0])))], cores),
        ],
        targets=_targets(loads, faults, options),
        remarks=_remarks(loads, options),
        versions=versions("litestar", "uvicorn", "redis", "msgspec"),
    )


def _row(found: list[Load], kind: str) -> list[str]:
    middle = sorted(found, key=lambda load: load.requests[kind]["p50_ms"])[len(found) // 2]
    figures = middle.requests[kind]
    failed = sum(int(load.requests[kind]["failures"]) for load in found)
    times = (f"{figures[name]:.0f}" for name in ("p50_ms", "p95_ms", "p99_ms"))
    return [f"{figures['requests'] / middle.seconds:.0f}", *times, str(failed)]


def _targets(loads: dict[str, list[Load]], faults: dict[str, int], options: argparse.Namespace) -> list[Target]:
    how = "unpaced" if float(options.pace) == 0 else f"a turn every {options.pace} s"
    how += ", without recall" if options.recall == "0" else ""
    targets = [
        Target(f"messages lost, doubled or out of order, {name}, {how}", count, 0)
        for name, count in faults.items()
        if name in _READ_BACK
    ]
    targets += [
        Target(f"failed requests, {name}, {how}", sum(len(load.errors) for load in found), 0)
        for name, found in loads.items()
    ]
    if "bare handler on Redis" in loads and "memlane on Redis" in loads:
        pairs = list(zip(loads["memlane on Redis"], loads["bare handler on Redis"], strict=True))
        for kind in ("add", "context"):
            ratios = sorted(ours.requests[kind]["p50_ms"] / theirs.requests[kind]["p50_ms"] for ours, theirs in pairs)
            targets.append(Target(f"p50 of {kind} beside the bare handler, {how}", ratios[len(ratios) // 2], 1.5, "x"))
    return targets


def _remarks(loads: dict[str, list[Load]], options: argparse.Namespace) -> list[str]:
    errors = {error for found in loads.values() for load in found for error in load.errors}
    return [
        (
            f"{options.seconds} s a round, {options.rounds} rounds, embedder `{options.embedder}`, one process a "
            "server; a turn is two messages of 25 words and a context of 1,000 tokens, with at most "
            f"{options.recall} memories recalled."
        ),
        (
            "Times are whole milliseconds as the clients saw them; per core: requests by seconds of processor that the "
            "server's process took, Redis not among them."
        ),
        *(f"Error: {error}" for error in sorted(errors)[:5]),
    ]


if __name__ == "__main__":
    run_script(
        __doc__ or "",
        [
            "users=200",
            "seconds=60",
            "pace=1.0",
            "rounds=1",
            "embedder=hashing",
            "recall=5",
            "only=",
            "agent-memory-server=",
            "enter=flag",
        ],
        measure,
    )
