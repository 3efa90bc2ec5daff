"""A process that answers lines of JSON with lines of JSON, watched: it may be slow, die or never answer.

Owns starting, asking and ending it. It must not know what is asked.
"""

import json
import subprocess
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

_FIRST_ANSWER_S = 300.0
_LAST_S = 10.0


class WorkerFailedError(RuntimeError):
    """The process ended or took too long; the message is the last thing it said."""


class Worker:
    """One process; close it, or use it as a context manager."""

    def __init__(self, command: list[str], log: Path) -> None:
        """Start it and wait for its first line, `ready`; what it writes to standard error goes to `log`.

        Raises:
            WorkerFailedError: it did not get ready.
        """
        self._log = log
        with log.open("wb") as errors:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True
            )
        try:
            self.ready = self._read(_FIRST_ANSWER_S)
        except WorkerFailedError:
            self.close()
            raise

    def __enter__(self) -> Self:
        """Return it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it."""
        self.close()

    def ask(self, command: dict[str, Any], *, timeout_s: float = 900.0) -> dict[str, Any]:
        """Send a command and return the answer.

        Raises:
            WorkerFailedError: it ended or did not answer in time.
        """
        assert self._process.stdin  # noqa: S101 -- it was asked for
        try:
            self._process.stdin.write(json.dumps(command) + "\n")
            self._process.stdin.flush()
        except OSError as exc:
            raise WorkerFailedError(self._last_words()) from exc
        return self._read(timeout_s)

    def close(self) -> None:
        """End the process, gently first."""
        try:
            self._process.communicate(timeout=_LAST_S)  # closes its input, which tells it to end
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()

    def _read(self, timeout_s: float) -> dict[str, Any]:
        assert self._process.stdout  # noqa: S101 -- it was asked for
        too_late = threading.Event()

        def end() -> None:
            too_late.set()  # before the process ends, which is what the reader below waits for
            self._process.kill()

        timer = threading.Timer(timeout_s, end)
        timer.start()
        try:
            line = self._process.stdout.readline()
        finally:
            timer.cancel()
        if not line:
            self._process.wait()
            raise WorkerFailedError(f"no answer within {timeout_s:g} s" if too_late.is_set() else self._last_words())
        return json.loads(line)

    def _last_words(self) -> str:
        said = [line.strip() for line in self._log.read_text("utf-8", errors="replace").splitlines() if line.strip()]
        return said[-1] if said else f"it ended with exit code {self._process.poll()}"
