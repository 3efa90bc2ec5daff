"""A conversation chatted through while workers are killed: nothing is lost, nothing is there twice."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from memlane.testing.services import redis_server

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    with redis_server() as server:
        yield server.url


@pytest.mark.slow
@pytest.mark.parametrize("store", ["sqlite", "redis"])
@pytest.mark.parametrize("options", [[], ["--no-model"]], ids=["with a model", "without a model"])
def test_a_long_chat_with_killed_workers_stays_whole(
    request: pytest.FixtureRequest, tmp_path: Path, store: str, options: list[str]
) -> None:
    url = f"sqlite:///{tmp_path / 'm.db'}"
    if store == "redis":
        url = f"{request.getfixturevalue('redis_url')}?prefix={'a' if options else 'b'}"
    found = tmp_path / "report.json"
    command = [sys.executable, str(ROOT / "bench" / "long_chat.py"), "--messages", "150", "--kills", "3"]
    subprocess.run(
        [*command, "--lease", "3 s", "--store", url, "--json", str(found), *options],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    targets = json.loads(found.read_text("utf-8"))["targets"]
    assert [target["what"] for target in targets if target["measured"] < target["limit"]] == []
    assert len(targets) == 5
