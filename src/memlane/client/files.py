"""What is streamed: an archive goes, piece by piece, and an export comes, line by line."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterable, AsyncIterator, Callable
from pathlib import Path
from typing import BinaryIO, Final

from memlane.errors import UsageError

_PIECE_BYTES: Final = 256 * 1024


def reader_of(path: Path) -> Callable[[], AsyncIterator[bytes]]:
    """Return what reads a file from its beginning, piece by piece, decompressed when its name ends in `.gz`."""

    async def read() -> AsyncIterator[bytes]:
        try:
            file = await asyncio.to_thread(_opened, path)
            with file:
                while piece := await asyncio.to_thread(file.read, _PIECE_BYTES):
                    yield piece
        except (OSError, EOFError, zlib.error) as exc:
            raise UsageError(f"cannot read {path}: {exc}") from exc

    return read


def _opened(path: Path) -> BinaryIO | gzip.GzipFile:
    return gzip.open(path) if path.suffix == ".gz" else path.open("rb")


async def lines_of(pieces: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """Yield the lines of what comes, each with its end."""
    rest = b""
    async for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            yield line + b"\n"
    if rest:
        yield rest
