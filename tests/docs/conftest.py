"""Documents are tested as a newcomer would follow them: in an empty home, with the real command.

A loopback server answers as OpenAI's and Anthropic's do, and refuses what theirs refuse.
"""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from memlane.testing.model_server import ModelServer, Script
from memlane.testing.services import redis_server

sys.path.append(str(Path(__file__).parent))

ANSWER = "Try the harbour."


@contextlib.contextmanager
def model_server() -> Iterator[dict[str, str]]:
    """Yield the environment by which the providers' SDKs find the server."""
    with ModelServer(script=Script(lambda _: ANSWER)) as server:
        yield {
            "OPENAI_BASE_URL": server.base_url,
            "OPENAI_API_KEY": server.key,
            "ANTHROPIC_BASE_URL": server.address,
            "ANTHROPIC_API_KEY": server.key,
        }


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
def model_answer() -> str:
    """What the model on the loopback address answers to everything."""
    return ANSWER


@pytest.fixture
def models() -> Iterator[dict[str, str]]:
    """The environment by which SDKs find a model on the loopback address."""
    with model_server() as environment:
        yield environment
