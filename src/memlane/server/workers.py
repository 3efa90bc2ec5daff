"""Several serving processes on one socket: started, watched, replaced when they die, stopped together.

Each is a new interpreter that gets its settings through a pipe, not as arguments, and opens its own stores. One whose
parent has died stops by itself.
"""

import asyncio
import multiprocessing
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Final

from memlane.errors import MemlaneError
from memlane.wiring.settings import Settings

_METRICS_DIRECTORY: Final = "PROMETHEUS_MULTIPROC_DIR"
_LOOK_SECONDS: Final = 0.2
_REST_SECONDS: Final = 1.0
_READY: Final = "ready"
_SPAWN: Final = multiprocessing.get_context("spawn")


class _Worker:
    """One process, and the pipe on which it says that it accepts and on which it notices that its parent is gone."""

    def __init__(self, settings: Settings, listening: socket.socket) -> None:
        self.pipe, theirs = _SPAWN.Pipe()
        self.process: SpawnProcess = _SPAWN.Process(target=_serve, args=(settings, listening, theirs))
        self.process.start()
        theirs.close()
        self.is_ready = False

    def look(self) -> None:
        """Read what it says.

        Raises:
            MemlaneError: why it could not begin.
        """
        if self.is_ready or not self.pipe.poll():
            return
        try:
            said: str = self.pipe.recv()
        except EOFError:
            return
        if said != _READY:
            raise MemlaneError(said)
        self.is_ready = True


class Workers:
    """Starts processes and keeps them running."""

    def __init__(self, settings: Settings, listening: socket.socket, begun: Callable[[], None]) -> None:
        """Serve from `listening` with `server.workers` processes; `begun` is called once all of them accept."""
        self._settings = settings
        self._listening = listening
        self._begun = begun
        self._is_begun = False
        self._told = 0
        self._workers: list[_Worker] = []

    def run(self) -> None:
        """Serve until a signal comes and every process has ended.

        Raises:
            MemlaneError: a process could not begin; the others are stopped.
        """
        numbers = (signal.SIGTERM, signal.SIGINT)
        before = {number: signal.signal(number, self._tell) for number in numbers}
        try:
            with TemporaryDirectory(prefix="memlane-metrics-") as directory:
                os.environ[_METRICS_DIRECTORY] = directory
                self._run()
        finally:
            os.environ.pop(_METRICS_DIRECTORY, None)
            for number, handler in before.items():
                signal.signal(number, handler)

    def _run(self) -> None:
        try:
            self._workers = [self._start() for _ in range(self._settings.server.workers)]
            while not self._told:
                self._look()
                wait([worker.process.sentinel for worker in self._workers], _LOOK_SECONDS)
        finally:
            self._listening.close()
            self._stop()

    def _start(self) -> _Worker:
        return _Worker(self._settings, self._listening)

    def _look(self) -> None:
        for place, worker in enumerate(self._workers):
            worker.look()
            if not worker.process.is_alive():
                self._workers[place] = self._replaced(worker)
        if not self._is_begun and all(worker.is_ready for worker in self._workers):
            self._is_begun = True
            self._begun()

    def _replaced(self, worker: _Worker) -> _Worker:
        worker.look()
        if not worker.is_ready:
            raise MemlaneError(f"a serving process ended with {worker.process.exitcode} before it began")
        _forget_gauges(worker.process.pid)
        worker.pipe.close()
        time.sleep(_REST_SECONDS)
        return self._start()

    def _stop(self) -> None:
        """Tell every process to stop, and again as often as this one is told, until all have ended."""
        told = 0
        while any(worker.process.is_alive() for worker in self._workers):
            if told < max(1, self._told):
                told += 1
                for worker in self._workers:
                    _send_stop(worker.process)
            time.sleep(_LOOK_SECONDS / 4)

    def _tell(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 -- a handler of signals
        self._told += 1


def _send_stop(process: SpawnProcess) -> None:
    if process.is_alive():
        process.terminate()


def _forget_gauges(pid: int | None) -> None:
    from prometheus_client import multiprocess  # noqa: PLC0415 -- it reads the directory when it is imported

    multiprocess.mark_process_dead(pid)  # pyright: ignore[reportUnknownMemberType] -- untyped there


def _serve(settings: Settings, listening: socket.socket, parent: Connection) -> None:
    """Serve in this new process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to all; the parent passes on what counts
    from memlane.server.running import run, stop_on_signals  # noqa: PLC0415 -- after the environment is set

    def tells(tell: Callable[[], None]) -> None:
        stop_on_signals(tell, (signal.SIGTERM,))
        asyncio.get_running_loop().add_reader(parent.fileno(), _gone, parent, tell)

    try:
        run(settings, listening, lambda: parent.send(_READY), tells=tells)
    except MemlaneError as exc:
        parent.send(str(exc))
        sys.exit(1)


def _gone(parent: Connection, tell: Callable[[], None]) -> None:
    """Stop: nothing is ever sent this way, so the other end was closed."""
    asyncio.get_running_loop().remove_reader(parent.fileno())
    tell()
