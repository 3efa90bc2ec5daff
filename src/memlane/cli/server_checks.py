"""What `memlane doctor` checks of the settings of `memlane serve`."""

import asyncio
from contextlib import AsyncExitStack
from importlib.util import find_spec

from memlane.access.keys import Keys
from memlane.cli.lines import plural
from memlane.engine.clock import SystemClock
from memlane.protocols.records import RecordStore
from memlane.wiring.access import open_access, open_records
from memlane.wiring.settings import Settings

_OPEN = "without authentication everybody on this machine can read and change everything"


def checked_server(settings: Settings) -> tuple[str, list[tuple[str, str]]]:
    """Return what the settings of the server come to, and warnings with what mends each.

    Raises:
        SettingError: a server would not start with them.
        StoreUnavailableError: keys cannot be looked up.
    """
    if find_spec("litestar") is None or find_spec("uvicorn") is None:
        return "not installed; pip install 'memlane[server]'", []
    keys = asyncio.run(_count_keys(settings))
    place = f"{settings.server.host}:{settings.server.port}"
    if not settings.server.auth:
        return f"{place}, no authentication", [(_OPEN, "set server.auth to on")]
    tokens = f", tokens of {settings.auth.issuer}" if settings.auth.issuer else ""
    hint = "" if keys or tokens else "; memlane keys create makes one"
    return f"{place}, {plural(keys, 'key')}{tokens}{hint}", []


async def _count_keys(settings: Settings) -> int:
    async with AsyncExitStack() as stack:
        records = open_records(settings)
        access = open_access(settings, records.store)
        for close in reversed([*access.closers, *records.closers]):
            stack.push_async_callback(close)
        return await _listed(records.store) if settings.server.auth else 0


async def _listed(store: RecordStore | None) -> int:
    return 0 if store is None else len(await Keys(store, SystemClock()).list())
