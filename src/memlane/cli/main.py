"""The entry point: run a command, turn every error into one line and an exit code.

It must not print a traceback unless `--debug` was given.
"""

import logging
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from io import TextIOWrapper
from typing import Any

from memlane.cli.exit_codes import ExitCode, exit_code
from memlane.errors import MemlaneError, MissingExtraError
from memlane.types.visible import error_line

_NEEDED = ("typer", "rich", "prompt_toolkit")
_ERRORS_OF_PARSING = ("exit_code", "format_message")


def main(argv: Sequence[str] | None = None) -> int:
    """Run `memlane` with these arguments, by default the process's, and return the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv) or ["--help"]
    _never_fail_to_write()
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except Exception as exc:
        if "--debug" in arguments:
            raise
        return _explained(exc)


def _run(arguments: list[str]) -> int:
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise MissingExtraError("the command line", "pip install 'memlane[cli]'")
    from memlane.cli.application import command  # noqa: PLC0415 -- it needs the extra

    if "--debug" not in arguments:
        _silence(logging.getLogger("memlane"))
    code: Any = command()(arguments, prog_name="memlane", standalone_mode=False)
    return code if isinstance(code, int) else ExitCode.OK


def _explained(exc: Exception) -> int:
    if isinstance(exc, MemlaneError):
        _say(str(exc), exc.code)
        return exit_code(exc)
    if all(hasattr(exc, name) for name in _ERRORS_OF_PARSING):
        return _refused(exc)
    if type(exc).__name__ == "Abort":
        return ExitCode.INTERRUPTED
    _say(f"{type(exc).__name__}: {exc}; run it again with --debug to see where", "unexpected")
    return ExitCode.FAILED


def _refused(exc: Any) -> int:
    """Explain an argument that typer refused; its exceptions are private to it, their shape is not."""
    context = getattr(exc, "ctx", None)
    hint = f"; see {context.command_path} --help" if context is not None else ""
    _say(f"{exc.format_message().rstrip('.')}{hint}", "usage")
    return ExitCode.USAGE


def _say(message: str, code: str) -> None:
    print(error_line(message, code), file=sys.stderr)  # noqa: T201 -- typer may be missing


def _silence(logger: logging.Logger) -> None:
    """Keep log lines off the terminal: what matters of them comes as notes of results."""
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())


def _never_fail_to_write() -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
