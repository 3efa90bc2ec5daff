"""What several integration tests begin with."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from memlane.adapters._drivers.sqlite import SqliteDriver

sys.path.append(str(Path(__file__).parent))


@pytest.fixture
async def driver(tmp_path: Path) -> AsyncIterator[SqliteDriver]:
    """An SQLite driver on a file of its own; tests of other stores have a `driver` of theirs."""
    driver = SqliteDriver(tmp_path / "m.db")
    yield driver
    await driver.aclose()
