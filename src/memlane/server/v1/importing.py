"""Taking in an import: to a temporary file as it comes, within the limit, so that memory does not hold it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from litestar import Request

from memlane.engine.archive_files import is_export
from memlane.errors import TooLargeError
from memlane.server.v1.requests import check_media, pieces

IMPORT_MEDIA: Final = ("application/x-ndjson", "application/jsonl", "application/json", "application/octet-stream")
_WRITTEN_BYTES: Final = 1024 * 1024
_MOST_AT_ONCE_BYTES: Final = 32 * 1024 * 1024
"""The largest file of conversations: unlike an export it is decoded as a whole, to many times its size."""


@asynccontextmanager
async def spooled(request: Request[Any, Any, Any], limit_bytes: int) -> AsyncGenerator[Path]:
    """Lend a file that holds the body of a request; it is gone afterwards.

    Raises:
        TooLargeError: the body is over the limit, or over 32 MiB and no export.
        RequestError: its content type is another, or it broke off.
    """
    check_media(request, IMPORT_MEDIA)
    with TemporaryDirectory(prefix="memlane-import-") as directory:
        path = Path(directory) / "import.jsonl"
        size_bytes = await _spool(request, path, limit_bytes)
        if size_bytes > _MOST_AT_ONCE_BYTES and not await asyncio.to_thread(is_export, path):
            raise TooLargeError("a file of conversations", size_bytes, _MOST_AT_ONCE_BYTES)
        yield path


async def _spool(request: Request[Any, Any, Any], path: Path, limit_bytes: int) -> int:
    size_bytes, held = 0, bytearray()
    with path.open("wb") as file:
        async for piece in pieces(request):
            size_bytes += len(piece)
            if size_bytes > limit_bytes:
                raise TooLargeError("the import", size_bytes, limit_bytes)
            held += piece
            if len(held) >= _WRITTEN_BYTES:
                await asyncio.to_thread(file.write, bytes(held))
                held.clear()
        await asyncio.to_thread(file.write, bytes(held))
    return size_bytes
