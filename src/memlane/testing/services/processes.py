"""Server processes of tests: started, killed, and gone when the test run is, however it ends.

Owns processes and their folders. Must not know what they serve.
"""

import atexit
import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

_LOG_LINES = 30
_READY_S = 20.0
_FIRST_PORT, _LAST_PORT = 20_000, 50_000
_BUS_OFFSET = 10_000
_rng = random.SystemRandom()


class Process:
    """A server process in a folder of its own, with its output in `log` there."""

    def __init__(self, command: Sequence[str], folder: Path, name: str) -> None:
        self.folder = folder
        self._command = list(command)
        self._log = folder / f"{name}.log"
        self._running: subprocess.Popen[bytes] | None = None
        atexit.register(self.kill)

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return self._running.pid if self._running else None

    def start(self, is_ready: Callable[[], bool]) -> None:
        """Start it and wait until it is ready.

        Raises:
            RuntimeError: it ended or was not ready in time; shows the end of its log.
        """
        with self._log.open("ab") as log:
            self._running = subprocess.Popen(
                [*_dies_with_parent(), *self._command],
                cwd=self.folder,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
            )
        try:
            wait_until(lambda: self._has_ended() or is_ready(), "a server is ready")
        except TimeoutError as exc:
            raise RuntimeError(f"a server did not get ready:\n{self.log()}") from exc
        if self._has_ended():
            raise RuntimeError(f"a server ended at once:\n{self.log()}")

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        if self._running is not None:
            self._running.send_signal(number)

    def kill(self) -> None:
        """Kill it as a power failure would, and wait until it is gone."""
        if self._running is not None:
            self._running.kill()
            self._running.wait()
            self._running = None

    def remove(self) -> None:
        """Kill it; show the end of its log where a failing test will be reported with it."""
        self.kill()
        if "PYTEST_CURRENT_TEST" in os.environ:
            sys.stderr.write(self.log())
        atexit.unregister(self.kill)

    def log(self) -> str:
        """Return the end of its log."""
        lines = self._log.read_text(errors="replace").splitlines() if self._log.exists() else []
        return "\n".join([f"--- {self._log.name}", *lines[-_LOG_LINES:], ""])

    def _has_ended(self) -> bool:
        return self._running is None or self._running.poll() is not None


def new_folder() -> Path:
    """Return a fresh folder that is removed when the test run ends at the latest."""
    folder = Path(tempfile.mkdtemp(prefix="memlane-test-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def remove_folder(folder: Path) -> None:
    """Remove a folder and all in it."""
    shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    """Return a loopback port that is free, as is the one that a Redis Cluster would use beside it."""
    while True:
        port = _rng.randrange(_FIRST_PORT, _LAST_PORT)
        if _is_free(port) and _is_free(port + _BUS_OFFSET):
            return port


def wait_until(holds: Callable[[], bool], what: str, timeout_s: float = _READY_S) -> None:
    """Return as soon as something holds.

    Raises:
        TimeoutError: it does not hold in time.
    """
    deadline = time.monotonic() + timeout_s
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {timeout_s:g} s until {what}")
        time.sleep(0.02)


def _is_free(port: int) -> bool:
    with socket.socket() as candidate:
        try:
            candidate.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _dies_with_parent() -> list[str]:
    """Return what to put before a command so that the kernel kills it when the test run is killed."""
    with contextlib.suppress(OSError, subprocess.CalledProcessError):
        program = shutil.which("setpriv")
        if program and subprocess.run([program, "--pdeathsig", "KILL", "true"], check=False).returncode == 0:
            return [program, "--pdeathsig", "KILL"]
    return []
