"""What SQLite's errors mean in Memlane: the only place that translates them.

Messages name the file and SQLite's own error name, never what SQLite quotes of the data.
"""

import sqlite3

from memlane.errors import DamagedError, MemlaneError, StoreError, StoreUnavailableError

_PRIMARY = 0xFF  # the low byte of an extended result code
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL})
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT, sqlite3.SQLITE_ERROR})
_UNAVAILABLE = _BUSY | {
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_NOLFS,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
}


def is_busy(error: Exception) -> bool:
    """Whether another connection was in the way, so that the same call may succeed in a moment."""
    return isinstance(error, sqlite3.Error) and _code(error) in _BUSY


def translated(error: Exception, name: str) -> Exception:
    """Return the error of ours that `error` means for the database called `name`; one that is not SQLite's as it is.

    Returns:
        StoreUnavailableError: busy, full, not readable or not writable.
        DamagedError: not a database, or one that contradicts itself.
        StoreError: anything else that SQLite refuses.
    """
    if isinstance(error, MemlaneError) or not isinstance(error, sqlite3.Error | OSError):
        return error
    ours = _meaning(error, name)
    ours.__cause__ = error
    return ours


def _meaning(error: sqlite3.Error | OSError, name: str) -> MemlaneError:
    if isinstance(error, OSError):
        return StoreUnavailableError(f"{name} cannot be opened: {error.strerror or type(error).__name__}")
    code = _code(error)
    if code in _UNAVAILABLE:
        return StoreUnavailableError(f"{name} cannot be used now: {_what(error)}")
    if code in _DAMAGED:
        return DamagedError(f"{name} is damaged or is not a SQLite database ({_what(error)}); it was left as it is")
    return StoreError(f"{name} refused: {_what(error)}")


def _code(error: sqlite3.Error) -> int:
    """Return the primary result code; text that is not UTF-8 has none and counts as damage."""
    code = getattr(error, "sqlite_errorcode", None)
    return sqlite3.SQLITE_CORRUPT if code is None else int(code) & _PRIMARY


def _what(error: sqlite3.Error) -> str:
    if _code(error) in _BUSY:
        return "another process kept it locked until the time-out"
    return str(getattr(error, "sqlite_errorname", type(error).__name__))
