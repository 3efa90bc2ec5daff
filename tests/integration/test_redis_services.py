"""The servers of the tests: absent ones are told, and none outlives its test run."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from memlane.testing.services import absent, server_binary
from memlane.testing.services.processes import wait_until

RUN = """
import time
from memlane.testing.services import redis_server

with redis_server() as server:
    print(server.ask("INFO", "server")["process_id"], flush=True)
    time.sleep(60)
"""


@pytest.fixture
def _nothing_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("MEMLANE_REDIS_SERVER", raising=False)


@pytest.mark.usefixtures("_nothing_installed")
def test_an_absent_server_skips_a_developers_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="install_services"):
        server_binary("redis")


@pytest.mark.usefixtures("_nothing_installed")
def test_an_absent_server_fails_a_test_of_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "1")
    with pytest.raises(pytest.fail.Exception, match="install_services"):
        server_binary("redis")


def test_a_server_named_by_the_environment_is_used_or_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "my-redis"
    monkeypatch.setenv("MEMLANE_REDIS_SERVER", str(program))
    with pytest.raises(pytest.fail.Exception, match="MEMLANE_REDIS_SERVER"):
        server_binary("redis")
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    assert server_binary("redis") == program


def test_a_killed_test_run_leaves_no_server_behind() -> None:
    if shutil.which("setpriv") is None:
        absent("setpriv")
    with subprocess.Popen([sys.executable, "-c", RUN], stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        server = int(run.stdout.readline())
        run.kill()
    wait_until(lambda: not is_running(server), "the server is gone")


def is_running(pid: int) -> bool:
    """A process that nobody has reaped yet has ended all the same."""
    try:
        os.kill(pid, 0)
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (ProcessLookupError, FileNotFoundError):
        return False
