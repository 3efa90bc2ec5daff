"""A file appears whole or not at all, and what failed keeps its name."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from memlane.engine.whole_file import write_whole
from memlane.errors import StoreUnavailableError, UsageError


async def lines(count: int, *, fails: bool = False) -> AsyncIterator[bytes]:
    for number in range(count):
        yield b"%d %b\n" % (number, b"x" * 100)
    if fails:
        raise StoreUnavailableError("the store is down")


async def test_lines_are_written_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    assert await write_whole(path, lines(5_000)) == 5_000
    assert path.read_bytes() == b"".join([line async for line in lines(5_000)])
    assert await write_whole(path, lines(0)) == 0
    assert path.read_bytes() == b""


async def test_a_store_that_fails_meanwhile_is_what_is_told_and_the_old_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_text("old")
    with pytest.raises(StoreUnavailableError, match="the store is down"):
        await write_whole(path, lines(5_000, fails=True))
    assert (path.read_text(), os.listdir(tmp_path)) == ("old", ["out.jsonl"])  # noqa: PTH208 -- in an async test


async def test_a_place_that_takes_no_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot write .*absent"):
        await write_whole(tmp_path / "absent" / "out.jsonl", lines(1))
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError, match=r"cannot write .*folder"):
        await write_whole(tmp_path / "folder", lines(1))
    assert os.listdir(tmp_path) == ["folder"]  # noqa: PTH208 -- in an async test
