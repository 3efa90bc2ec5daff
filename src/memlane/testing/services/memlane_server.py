"""`memlane serve` as a process of its own, on a free loopback port."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from memlane.testing.services.processes import new_folder, remove_folder

_ADDRESS = re.compile(r"memlane serves (http://\S+);")
_COMMAND = "import sys; from memlane.cli.main import main; sys.exit(main())"
_STARTED_S = 90.0
_LOOK_S = 0.02


class MemlaneServer:
    """A server process, and what it wrote.

    Attributes:
        url: Its address, once it has begun.
        home: Its home.
        process: The process.
    """

    def __init__(self, arguments: Sequence[str], settings: Mapping[str, str], folder: Path) -> None:
        """Start it."""
        self.home = folder
        self._log = folder / "stderr"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MEMLANE_")}
        home = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", _COMMAND, "serve", "--port", "0", *arguments],
                cwd=folder,
                env={**kept, **home, "PYTHONWARNINGS": "default", **settings},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.url = ""

    def wait_until_begun(self) -> None:
        """Wait until it accepts.

        Raises:
            RuntimeError: it ended, or took too long; shows what it wrote.
        """
        until = time.monotonic() + _STARTED_S
        while not (found := _ADDRESS.search(self.log())):
            if self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"a server did not begin:\n{self.log()}")
            time.sleep(_LOOK_S)
        self.url = found[1]

    def log(self) -> str:
        """Return what it has written so far."""
        return self._log.read_text(errors="replace")

    def tell(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    def ended(self, timeout_s: float = 60.0) -> int:
        """Wait until it has ended, and return its exit code."""
        return self.process.wait(timeout_s)


@contextmanager
def memlane_server(*arguments: str, begun: bool = True, **settings: str) -> Generator[MemlaneServer]:
    """Run `memlane serve` with these arguments and environment variables, in an empty home; it is killed at the end.

    Args:
        arguments: Besides `--port 0`.
        begun: Whether to wait until it accepts.
        settings: Variables such as `MEMLANE_SERVER__LOG_FORMAT`.
    """
    folder = new_folder()
    server = MemlaneServer(arguments, {"MEMLANE_EMBEDDER__NAME": "hashing", **settings}, folder)
    try:
        if begun:
            server.wait_until_begun()
        yield server
    finally:
        if server.process.poll() is None:
            server.process.kill()
            server.process.wait()
        if "PYTEST_CURRENT_TEST" in os.environ:
            sys.stderr.write(server.log())
        remove_folder(folder)
