"""Starts the web app in a process of its own, and stops it.

The process gets what it needs through its environment, where a key stands that is on no command line. It holds on to
its launcher by its standard input: it ends when that is closed, also when the launcher is killed.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Final

from memlane.errors import MemlaneError, MissingExtraError

_NEEDED: Final = ("streamlit", "networkx", "httpx2")
_STOP_SECONDS: Final = 10.0


def check_installed(pip_line: str = "pip install 'memlane[web]'") -> None:
    """Let pass where the app's packages are installed.

    Raises:
        MissingExtraError: one is not; says the pip line.
    """
    if any(find_spec(name) is None for name in _NEEDED):
        raise MissingExtraError("the web app", pip_line)


class WebApp:
    """The app's process.

    Args:
        host: The address to listen on.
        port: The port; 0 for any that is free.
        environment: Its environment; see `handover.environment_of`.

    Attributes:
        is_told: Whether it was told to stop.
    """

    def __init__(self, host: str, port: int, environment: Mapping[str, str]) -> None:
        self._host, self._port, self._environment = host, port, environment
        self._process: subprocess.Popen[str] | None = None
        self.is_told = False

    def start(self) -> str:
        """Start it, and return its address once it answers.

        Raises:
            MemlaneError: it ended before; what it said stands on standard error.
        """
        self._process = subprocess.Popen(  # noqa: S603 -- our own program
            [sys.executable, "-P", "-m", "memlane.web.serving", self._host, str(self._port)],
            env=dict(self._environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            process_group=0 if os.name == "posix" else None,  # a terminal's Ctrl-C is for the launcher
        )
        if self.is_told:
            self.stop()
        said = self._process.stdout.readline().strip() if self._process.stdout else ""
        if not said.isdecimal():
            raise MemlaneError(f"the web app ended with {self._process.wait()} before it began")
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{said}"

    def wait(self) -> None:
        """Wait until it ends.

        Raises:
            MemlaneError: it was not told to.
        """
        code = 0 if self._process is None else self._process.wait()
        if not self.is_told:
            raise MemlaneError(f"the web app ended by itself, with {code}")

    def tell(self) -> None:
        """Tell it to stop; does not wait. From a handler of signals, too."""
        self.is_told = True
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()

    def stop(self) -> None:
        """Tell it to stop, and wait until it has; it is killed when it takes too long."""
        self.tell()
        if self._process is None:
            return
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
