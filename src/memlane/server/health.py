"""`/health/live` and `/health/ready`: whether this process answers, and whether it can serve."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import msgspec

from memlane.access.credential import Gate
from memlane.errors import MemlaneError, UnauthenticatedError

Check = Callable[[], Awaitable[None]]
"""Tries something; raises what is wrong with it."""
_NOBODYS_KEY: Final = "ml_ready"
_LONGEST_SECONDS: Final = 2.0
_KEPT_SECONDS: Final = 1.0
_STOPPING: Final = "stopping"
_OK: Final = "ok"
_SLOW: Final = "timeout"
_UNEXPECTED: Final = "unexpected"


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """Whether requests can be served.

    Attributes:
        ready: Whether they can.
        checks: What was tried, and `ok` or the code of what is wrong with it.
    """

    ready: bool
    checks: dict[str, str]


class Readiness:
    """Tries everything that a request may need; what was found holds for a second."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        """Try `checks`, by name, at the same time."""
        self._checks = checks
        self._found: Ready | None = None
        self._until = 0.0
        self._lock = asyncio.Lock()
        self.is_stopping = False

    async def look(self) -> Ready:
        """Return whether requests can be served, within two seconds."""
        if self.is_stopping:
            return Ready(ready=False, checks={"server": _STOPPING})
        async with self._lock:
            if self._found is None or time.monotonic() >= self._until:
                self._found = await self._tried()
                self._until = time.monotonic() + _KEPT_SECONDS
            return self._found

    async def _tried(self) -> Ready:
        results = await asyncio.gather(*(_outcome(check) for check in self._checks.values()))
        found = dict(zip(self._checks, results, strict=True))
        return Ready(ready=all(outcome == _OK for outcome in results), checks=found)


def gate_check(gate: Gate) -> Check:
    """Return the check that keys can be looked up."""

    async def check() -> None:
        try:
            await gate.admit(_NOBODYS_KEY)
        except UnauthenticatedError:
            return  # it was looked up

    return check


async def _outcome(check: Check) -> str:
    try:
        await asyncio.wait_for(check(), _LONGEST_SECONDS)
    except TimeoutError:
        return _SLOW
    except MemlaneError as exc:
        return exc.code
    except Exception as exc:  # noqa: BLE001 -- a probe answers, whatever is wrong
        return type(exc).__name__ or _UNEXPECTED
    return _OK
