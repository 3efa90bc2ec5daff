"""Backends that the conformance suites run on."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest

from memlane.testing.services import KINDS, redis_cluster, redis_server, redis_with_time_series


@pytest.fixture(scope="module")
def running() -> Iterator[Callable[[str], Any]]:
    """Each server is started once, however the tests are shuffled."""
    with ExitStack() as stack:
        starters = {"cluster": redis_cluster, "time-series": redis_with_time_series}
        starters |= {kind: partial(redis_server, kind) for kind in KINDS}
        yield cache(lambda name: stack.enter_context(starters[name]()))


@pytest.fixture
def server(request: pytest.FixtureRequest, running: Callable[[str], Any]) -> Any:
    return running(request.param)


@pytest.fixture
def known(server: Any) -> dict[str, Any]:
    server.flush()
    return {"dump": server.dump, "native_expiry": True, "outage": server.outage, "answers_within_s": 6.0}


@pytest.fixture
def url(server: Any) -> str:
    """Where the stores find the server: soon tired of one that can be stopped, patient with one that cannot."""
    return f"{server.url}?socket_timeout={1 if server.outage else 20}"


class SqliteFile:
    def __init__(self, path: Path) -> None:
        self.url = f"sqlite:///{path}"
        self._files = (path, f"{path}-wal")

    async def dump(self) -> bytes:
        # Another process reads: closing the file in this one would drop the locks that SQLite holds.
        cat = await asyncio.create_subprocess_exec("cat", *self._files, stdout=asyncio.subprocess.PIPE)
        return (await cat.communicate())[0]


@pytest.fixture
def sqlite_file(tmp_path: Path) -> SqliteFile:
    return SqliteFile(tmp_path / "m.db")
