"""Documents are tested as a newcomer would follow them: in an empty home, with the real command."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from model_server import model_server

from memlane.testing.services import redis_server


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """The environment of a newcomer whose home is empty."""
    places = ("HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**{place: str(tmp_path / place.lower()) for place in places}, "PATH": path, "LC_ALL": "C.UTF-8"}


@pytest.fixture
def redis_url() -> Iterator[str]:
    with redis_server() as server:
        yield server.url


@pytest.fixture
def models() -> Iterator[dict[str, str]]:
    """The environment by which SDKs find a model on the loopback address."""
    with model_server() as environment:
        yield environment
