"""URL scheme to backend: the drivers and stores behind a store URL.

Each backend is imported when it is asked for. Other distributions add their own through the entry-point group
`memlane.backends`: name = scheme, value = a callable that takes the URL and returns a `Backend`.
"""

from collections.abc import Awaitable, Callable
from difflib import get_close_matches
from importlib.metadata import entry_points
from typing import Any

import msgspec

from memlane.errors import SettingError
from memlane.protocols.memories import MemoryStore
from memlane.protocols.records import RecordStore
from memlane.protocols.sessions import SessionStore
from memlane.protocols.usage import UsageStore
from memlane.protocols.work import WorkLedger

ENTRY_POINTS = "memlane.backends"
_HOUR_MS = 3_600_000


class Backend(msgspec.Struct, frozen=True, kw_only=True):
    """One opened backend.

    Attributes:
        sessions: Makes its session store; the argument says whether memories land in `memories` of this backend.
        memories: Makes its memory store.
        aclose: Releases the driver, after the stores were closed.
        session_ttl_ms: The usual sliding time to live of sessions here; None for never.
        work: Makes its ledger of background work; None where there is none.
        records: Makes its store of a server's small records; None where there is none.
        usage: Makes its store of usage over time; None where there is none.
        is_embedded: Whether it lives in this process, which then does the background work too unless told otherwise.
    """

    sessions: Callable[[bool], SessionStore]
    memories: Callable[[], MemoryStore]
    aclose: Callable[[], Awaitable[None]]
    session_ttl_ms: int | None = None
    work: Callable[[], WorkLedger] | None = None
    records: Callable[[], RecordStore] | None = None
    usage: Callable[[], UsageStore] | None = None
    is_embedded: bool = False


def open_backend(url: str) -> Backend:
    """Return the backend of a store URL; it connects on first use.

    Raises:
        SettingError: the scheme or an option is not understood.
        MissingExtraError: its driver is not installed.
    """
    scheme, found, _ = url.partition(":")
    if not found:
        raise SettingError("a store must be a URL such as sqlite:///memory.db or redis://localhost")
    opener = _BUILT_IN.get(scheme) or _plugged_in(scheme)
    return opener(url)


def open_redis_client(client: Any) -> Backend:
    """Return the backend on a `redis.asyncio` client, which stays its maker's to close."""
    from memlane.adapters._drivers.redis import RedisDriver  # noqa: PLC0415 -- drivers load on use

    return _redis_backend(RedisDriver.from_client(client))


def schemes() -> list[str]:
    """Return the schemes that can be opened, built in or plugged in."""
    return sorted({*_BUILT_IN, *(point.name for point in entry_points(group=ENTRY_POINTS))})


def _sqlite(url: str) -> Backend:
    from memlane.adapters._drivers.sqlite import SqliteDriver  # noqa: PLC0415 -- drivers load on use
    from memlane.adapters.memories.sqlite import SqliteMemoryStore  # noqa: PLC0415
    from memlane.adapters.records.sqlite import SqliteRecordStore  # noqa: PLC0415
    from memlane.adapters.sessions.sqlite import SqliteSessionStore  # noqa: PLC0415
    from memlane.adapters.usage.sqlite import SqliteUsageStore  # noqa: PLC0415
    from memlane.adapters.work.sqlite import SqliteWorkLedger  # noqa: PLC0415

    driver = SqliteDriver.from_url(url)
    return Backend(
        sessions=lambda shares: SqliteSessionStore(driver, shares_memories=shares),
        memories=lambda: SqliteMemoryStore(driver),
        aclose=driver.aclose,
        work=lambda: SqliteWorkLedger(driver),
        records=lambda: SqliteRecordStore(driver),
        usage=lambda: SqliteUsageStore(driver),
        is_embedded=True,
    )


def _redis(url: str) -> Backend:
    from memlane.adapters._drivers.redis import RedisDriver  # noqa: PLC0415 -- drivers load on use

    return _redis_backend(RedisDriver.from_url(url))


def _redis_backend(driver: Any) -> Backend:
    from memlane.adapters.memories.redis import RedisMemoryStore  # noqa: PLC0415 -- drivers load on use
    from memlane.adapters.records.redis import RedisRecordStore  # noqa: PLC0415
    from memlane.adapters.sessions.redis import RedisSessionStore  # noqa: PLC0415
    from memlane.adapters.usage.redis import RedisUsageStore  # noqa: PLC0415
    from memlane.adapters.work.redis import RedisWorkLedger  # noqa: PLC0415

    return Backend(
        sessions=lambda shares: RedisSessionStore(driver, shares_memories=shares),
        memories=lambda: RedisMemoryStore(driver),
        aclose=driver.aclose,
        session_ttl_ms=_HOUR_MS,
        work=lambda: RedisWorkLedger(driver),
        records=lambda: RedisRecordStore(driver),
        usage=lambda: RedisUsageStore(driver),
    )


_BUILT_IN: dict[str, Callable[[str], Backend]] = {
    "sqlite": _sqlite,
    **dict.fromkeys(
        ("redis", "rediss", "redis+sentinel", "rediss+sentinel", "redis+cluster", "rediss+cluster", "unix"), _redis
    ),
}


def _plugged_in(scheme: str) -> Callable[[str], Backend]:
    for point in entry_points(group=ENTRY_POINTS, name=scheme):
        return point.load()
    near = get_close_matches(scheme, schemes(), n=1)
    hint = f"did you mean {near[0]}? There are" if near else "there are"
    known = ", ".join([*schemes(), "and http, https for a server"])
    raise SettingError(f"no store understands the scheme {scheme!r}; {hint}: {known}")
