"""`memlane up` and `memlane web` as processes of their own, on free loopback ports."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from memlane.testing.services.processes import new_folder, remove_folder

_COMMAND: Final = "import sys; from memlane.cli.main import main; sys.exit(main())"
_APP: Final = re.compile(r"^Memlane: (http://\S+)$", re.MULTILINE)
_SERVER: Final = re.compile(r"^Its server: (http://\S+)$", re.MULTILINE)
_STARTED_S: Final = 120.0
_LOOK_S: Final = 0.05


class WebProcess:
    """A process of `memlane up` or `memlane web`, and what it printed.

    Attributes:
        url: The app's address, once it answers.
        server_url: The address of its own server; empty where it has none.
        home: Its home.
        process: The process.
    """

    def __init__(self, command: Sequence[str], settings: Mapping[str, str], folder: Path) -> None:
        """Start it."""
        self.home = folder
        self._out, self._err = folder / "stdout", folder / "stderr"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MEMLANE_")}
        home = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
        with self._out.open("ab") as out, self._err.open("ab") as err:
            self.process = subprocess.Popen(
                [sys.executable, "-c", _COMMAND, *command],
                cwd=folder,
                env={**kept, **home, **settings},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
            )
        self.url = self.server_url = ""

    def wait_until_begun(self) -> None:
        """Wait until the app answers.

        Raises:
            RuntimeError: it ended, or took too long; shows what it wrote.
        """
        until = time.monotonic() + _STARTED_S
        while "Ctrl-C stops" not in self.errors() or not (found := _APP.search(self.printed())):
            if self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"the web app did not begin:\n{self.printed()}\n{self.errors()}")
            time.sleep(_LOOK_S)
        self.url = found[1]
        server = _SERVER.search(self.printed())
        self.server_url = server[1] if server else ""

    def printed(self) -> str:
        """Return what it has written to standard output so far."""
        return self._out.read_text(errors="replace")

    def errors(self) -> str:
        """Return what it has written to standard error so far."""
        return self._err.read_text(errors="replace")

    def tell(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    def ended(self, timeout_s: float = 60.0) -> int:
        """Wait until it has ended, and return its exit code."""
        return self.process.wait(timeout_s)


@contextmanager
def web_process(*command: str, begun: bool = True, **settings: str) -> Generator[WebProcess]:
    """Run `memlane` with such a command and environment variables, in an empty home; it is killed at the end.

    Args:
        command: For example `"up", "--port", "0"`.
        begun: Whether to wait until it answers.
        settings: Variables such as `MEMLANE_WEB__PORT`.
    """
    folder = new_folder()
    running = WebProcess(command, {"MEMLANE_EMBEDDER__NAME": "hashing", **settings}, folder)
    try:
        if begun:
            running.wait_until_begun()
        yield running
    finally:
        if running.process.poll() is None:
            running.process.kill()
            running.process.wait()
        if "PYTEST_CURRENT_TEST" in os.environ:
            sys.stderr.write(running.errors())
        remove_folder(folder)
