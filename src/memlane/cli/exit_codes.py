"""Which exit code a command ends with, and why."""

from enum import IntEnum

from memlane.errors import MemlaneError, MissingExtraError, NotFoundError, UsageError


class ExitCode(IntEnum):
    """Exit codes of `memlane`, documented in its help and in the README."""

    OK = 0
    FAILED = 1
    USAGE = 2
    MISSING_EXTRA = 3
    NOT_FOUND = 4
    INTERRUPTED = 130


MEANINGS = {
    ExitCode.OK: "done",
    ExitCode.FAILED: "failed: a store is unavailable, doctor found a fault",
    ExitCode.USAGE: "the command, a setting or a file is not understood; nothing was written",
    ExitCode.MISSING_EXTRA: "an optional package is not installed",
    ExitCode.NOT_FOUND: "what was named does not exist",
    ExitCode.INTERRUPTED: "interrupted",
}
_BY_ERROR: dict[type[MemlaneError], ExitCode] = {
    UsageError: ExitCode.USAGE,
    NotFoundError: ExitCode.NOT_FOUND,
    MissingExtraError: ExitCode.MISSING_EXTRA,
}


def exit_code(error: MemlaneError) -> ExitCode:
    """Return the exit code of an error."""
    return next((code for kind, code in _BY_ERROR.items() if isinstance(error, kind)), ExitCode.FAILED)
