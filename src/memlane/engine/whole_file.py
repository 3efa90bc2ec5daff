"""A file of lines that appears whole or not at all."""

import asyncio
import os
from collections.abc import AsyncIterable
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO, Final

from memlane.errors import MemlaneError, UsageError

_WRITTEN_BYTES: Final = 256 * 1024


async def write_whole(path: Path, pieces: AsyncIterable[bytes]) -> int:
    """Write what comes to a file, which appears whole or not at all; return how many lines there were.

    Raises:
        UsageError: the file cannot be written.
    """
    try:
        file = NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False)  # noqa: SIM115 -- renamed below
        try:
            with file:
                lines = await _write(pieces, file)  # pyright: ignore[reportArgumentType] -- a binary file
                file.flush()
                await asyncio.to_thread(os.fsync, file.fileno())
            _rename(file.name, path)
        finally:
            _remove(file.name)
    except MemlaneError:  # that a store cannot be reached is an OSError too
        raise
    except OSError as exc:
        raise UsageError(f"cannot write {path}: {exc.strerror}") from exc
    return lines


async def _write(pieces: AsyncIterable[bytes], file: BinaryIO) -> int:
    lines, held = 0, bytearray()
    async for piece in pieces:
        lines += piece.count(b"\n")
        held += piece
        if len(held) >= _WRITTEN_BYTES:
            await asyncio.to_thread(file.write, bytes(held))
            held.clear()
    await asyncio.to_thread(file.write, bytes(held))
    return lines


def _rename(written: str, path: Path) -> None:
    Path(written).replace(path)


def _remove(written: str) -> None:
    Path(written).unlink(missing_ok=True)
