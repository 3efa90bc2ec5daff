"""Files of exports, read line by line: checked as a whole first, so that one that is not understood changes nothing."""

import gzip
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

from memlane.engine.archive_lines import VERSION, ExportHead, Line, decode_line
from memlane.errors import TooLargeError, UsageError
from memlane.types.wire import check_size

_HEAD = b'{"type":"memlane-export"'
_MOST_LINE_BYTES = 64 * 1024 * 1024


def is_export(path: Path) -> bool:
    """Return whether a file begins as an export does.

    Raises:
        UsageError: it cannot be read.
    """
    with _opened(path) as file:
        return file.read(len(_HEAD)) == _HEAD


def check_export(path: Path, check: Callable[[Line], object]) -> int:
    """Return how many records an export has, each of which `check` was called with; one line is held at a time.

    Raises:
        UsageError: a line is not understood or not allowed (says which), or the file cannot be read.
        TooLargeError: a record is over the limit.
    """
    count = 0
    for number, line in _numbered(path):
        try:
            check(line)
        except TooLargeError:
            raise
        except UsageError as exc:
            raise UsageError(f"line {number}: {exc}") from exc
        count += 1
    return count


def export_records(path: Path) -> Generator[Line]:
    """Yield the records of an export; errors as `check_export`."""
    for _, line in _numbered(path):
        yield line


def _numbered(path: Path) -> Iterator[tuple[int, Line]]:
    with _opened(path) as file:
        for number, text in enumerate(_texts(file), start=1):
            line = _decoded(number, text)
            if number > 1:
                yield number, line
            elif not isinstance(line, ExportHead) or line.version != VERSION:
                raise UsageError(f"this is an export of a version that this Memlane (version {VERSION}) does not read")


def _texts(file: BinaryIO) -> Iterator[bytes]:
    while text := file.readline(_MOST_LINE_BYTES + 1):
        check_size(text, _MOST_LINE_BYTES, "a line of the export")
        yield text


def _decoded(number: int, text: bytes) -> Line:
    try:
        return decode_line(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise UsageError(f"line {number} is not a line of an export: {exc}") from exc


@contextmanager
def _opened(path: Path) -> Generator[BinaryIO]:
    """Open a file, decompressed when its name ends in `.gz`.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            yield cast("BinaryIO", file)
    except (OSError, EOFError, zlib.error) as exc:
        raise UsageError(f"cannot read {path}: {exc}") from exc
