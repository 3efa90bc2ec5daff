"""The benchmarks are scripts: their folder is put where they look for each other."""

import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[3] / "bench"
sys.path.append(str(BENCH))


@pytest.fixture
def task(tmp_path: Path) -> Path:
    """A folder with a made-up task."""
    from made_up_task import write_task  # noqa: PLC0415 -- once the path is set

    write_task(tmp_path / "data")
    return tmp_path / "data"
