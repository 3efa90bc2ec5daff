"""One memory system in a process of its own, driven by lines of JSON on standard input; part of `alternatives.py`.

    python memory_worker.py SYSTEM FOLDER MODEL_DIR [VECTORS]

The first line that it writes says that it is ready; then it answers each command with one line:

- `{"do": "load", "conversation": {…}}` → `{"s", "messages"}`
- `{"do": "search", "question", "at", "limit"}` → `{"ms", "messages": [ids]}`
- `{"do": "found", "question", "at", "limit"}` → `{"messages": [ids], "sessions": [ids]}`
- `{"do": "stats"}` → `{"rss_mb", "peak_mb"}`

What a system prints goes to standard error. An error ends the process; its last line there says why.
"""

import importlib
import json
import os
import sys
import time
from importlib import metadata
from pathlib import Path
from typing import Any, TextIO

from systems.shape import Place, System, turns


def main() -> None:
    """Open the system, then do what each line says."""
    name, folder, model_dir, *vectors = sys.argv[1:]
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    place = Place(Path(folder), Path(model_dir), *map(Path, vectors))
    start = time.perf_counter()
    system: System = importlib.import_module(f"systems.{name}").open_system(place)
    served = Served(system)
    _write(answers, {"s": time.perf_counter() - start, "versions": _versions(system), **memory()})
    for line in sys.stdin:
        _write(answers, served.do(json.loads(line)))
    system.close()


class Served:
    """A system, and the session of each message that it was given."""

    def __init__(self, system: System) -> None:
        """Serve it."""
        self._system = system
        self._session_of: dict[str, str] = {}

    def do(self, command: dict[str, Any]) -> dict[str, Any]:
        """Do one command and return the answer."""
        act = command.pop("do")
        if act == "load":
            return self._load(command["conversation"])
        if act == "search":
            start = time.perf_counter_ns()
            messages = self._system.search(**command)
            return {"ms": (time.perf_counter_ns() - start) / 1e6, "messages": messages}
        if act == "found":
            return self._found(command)
        return memory()

    def _load(self, conversation: dict[str, Any]) -> dict[str, Any]:
        said = turns(conversation)
        self._session_of = {turn.message_id: turn.session_id for turn in said}
        start = time.perf_counter()
        self._system.load(conversation)
        return {"s": time.perf_counter() - start, "messages": len(said)}

    def _found(self, command: dict[str, Any]) -> dict[str, Any]:
        found = self._system.found(**command)
        own = found.sessions
        sessions = own if own is not None else by_first_appearance(found.messages, self._session_of)
        return {"messages": found.messages, "sessions": sessions}


def by_first_appearance(messages: list[str], session_of: dict[str, str]) -> list[str]:
    """Return the sessions of ranked messages, each where its best message stands."""
    return list(dict.fromkeys(session_of[message] for message in messages))


def memory() -> dict[str, float]:
    """Return resident memory now and at its highest, in MiB; nothing where the system does not tell."""
    path = Path("/proc/self/status")
    lines = path.read_text().splitlines() if path.exists() else []
    found = {name: value.split()[0] for name, _, value in (line.partition(":") for line in lines) if value.strip()}
    names = {"rss_mb": "VmRSS", "peak_mb": "VmHWM"}
    return {ours: int(found[theirs]) / 1024 for ours, theirs in names.items() if theirs in found}


def _versions(system: System) -> dict[str, str]:
    return {package: metadata.version(package) for package in system.packages}


def _write(answers: TextIO, values: dict[str, Any]) -> None:
    print(json.dumps(values), file=answers, flush=True)


if __name__ == "__main__":
    main()
