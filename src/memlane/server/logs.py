"""What the server writes to its log: one line a request, and what modules say, as JSON or as text.

A line never holds a query string, an id of a user or session, a text or a key. What modules of other packages say is
written only as far as it is a fixed text, and of exceptions only their types and the places they came from: both may
carry what somebody said.
"""

import asyncio
import contextvars
import logging
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import msgspec

REQUEST_ID: Final[contextvars.ContextVar[str]] = contextvars.ContextVar("memlane_request_id", default="")
"""What the log calls the request that is being answered; empty outside of one."""
_WRITTEN_AFTER_SECONDS: Final = 0.05
_OURS: Final = ("memlane", "uvicorn")
_MOST_PLACES: Final = 12
_USUAL: Final = ("debug", "info")
_CUT_IS_LOGGED_ELSEWHERE: Final = "ASGI callable returned without completing response."


class RequestLine(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", tag="request"):
    """One request.

    Attributes:
        time: When it was answered; aware UTC.
        request_id: What it is called.
        method: Its method.
        route: Its path with `{user}` and the like in the place of ids.
        status: The status of the answer; 499 when the client had gone before there was one.
        ms: How long it took, to the last byte out.
        bytes_in: Size of its body, as far as it was read.
        bytes_out: Size of the answer's body.
        credential: The public id of the caller's credential; empty when it was not let in.
        cut: Whether the answer ended before its end.
        level: `info`.
    """

    time: datetime
    request_id: str
    method: str
    route: str
    status: int
    ms: float
    bytes_in: int
    bytes_out: int
    credential: str = ""
    cut: bool = False
    level: str = "info"

    def as_text(self) -> str:
        """Return the line for people."""
        who = f" by {self.credential}" if self.credential else ""
        cut = " cut" if self.cut else ""
        return (
            f"{_shown(self.time)} {self.method} {self.route} {self.status}{cut} {self.ms} ms "
            f"{self.bytes_in}+{self.bytes_out} B{who} [{self.request_id}]"
        )


class Said(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="event", tag="said"):
    """Something that a module said.

    Attributes:
        time: When; aware UTC.
        level: `debug`, `info`, `warning`, `error` or `critical`.
        logger: The module.
        message: What it said.
        request_id: During which request; empty for none.
        error: The type of an exception that goes with it.
        places: Where that came from, the innermost last: `file:line function`.
    """

    time: datetime
    level: str
    logger: str
    message: str
    request_id: str = ""
    error: str = ""
    places: list[str] = []

    def as_text(self) -> str:
        """Return the line for people."""
        during = f" [{self.request_id}]" if self.request_id else ""
        error = f": {self.error} at {' < '.join(reversed(self.places))}" if self.error else ""
        return f"{_shown(self.time)} {self.level.upper()} {self.logger}: {self.message}{error}{during}"


class LogLines:
    """Writes lines, many at a time, so that a request does not wait for the terminal or the pipe."""

    def __init__(self, write: Callable[[str], object], form: str) -> None:
        """Write with `write`, as `json`, as `text`, or only `warnings` and worse, as text."""
        self._write = write
        self._is_brief = form == "warnings"
        self._encode = _as_json if form == "json" else _as_text
        self._waiting: list[str] = []

    def add(self, line: RequestLine | Said) -> None:
        """Write a line soon; at once outside of an event loop."""
        if self._is_brief and line.level in _USUAL:
            return
        self._waiting.append(self._encode(line))
        if len(self._waiting) > 1:
            return
        try:
            asyncio.get_running_loop().call_later(_WRITTEN_AFTER_SECONDS, self.flush)
        except RuntimeError:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        if self._waiting:
            lines, self._waiting = self._waiting, []
            self._write("\n".join(lines) + "\n")


class LogHandler(logging.Handler):
    """Takes what modules say into the same log."""

    def __init__(self, lines: LogLines) -> None:
        """Write to `lines`."""
        super().__init__()
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record."""
        self._lines.add(said(record))
        if record.levelno >= logging.ERROR:
            self._lines.flush()


def log_modules(lines: LogLines) -> None:
    """Let every module of this process say warnings, and Memlane's what they do, into `lines`."""
    root = logging.getLogger()
    root.handlers[:] = [LogHandler(lines)]
    root.setLevel(logging.WARNING)
    for name in _OURS:
        logging.getLogger(name).setLevel(logging.INFO if name == "memlane" else logging.WARNING)
    logging.getLogger("uvicorn.error").addFilter(_is_news)
    logging.captureWarnings(capture=True)


def said(record: logging.LogRecord) -> Said:
    """Return a record as a line."""
    exception = record.exc_info[1] if record.exc_info else None
    return Said(
        time=datetime.fromtimestamp(record.created, UTC),
        level=record.levelname.lower(),
        logger=record.name,
        message=_message(record),
        request_id=REQUEST_ID.get(),
        error="" if exception is None else type(exception).__qualname__,
        places=[] if exception is None else _places(exception),
    )


def _message(record: logging.LogRecord) -> str:
    if record.name.partition(".")[0] in _OURS:
        return record.getMessage()
    return str(record.msg) if record.args else f"said at {record.filename}:{record.lineno} {record.funcName}"


def _places(exception: BaseException) -> list[str]:
    frames = traceback.extract_tb(exception.__traceback__)[-_MOST_PLACES:]
    return [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]


def _is_news(record: logging.LogRecord) -> bool:
    return record.msg != _CUT_IS_LOGGED_ELSEWHERE


def _as_json(line: RequestLine | Said) -> str:
    return msgspec.json.encode(line).decode()


def _as_text(line: RequestLine | Said) -> str:
    text = line.as_text()
    return text if text.isprintable() else "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)


def _shown(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.") + f"{time.microsecond // 1000:03}Z"
