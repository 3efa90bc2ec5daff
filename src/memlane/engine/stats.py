"""Usage over time as callers ask for it: checked, and with what this process has not written yet."""

from datetime import timedelta

from memlane.engine.core import Core
from memlane.engine.recollect import check_limit
from memlane.engine.usage import MOST_TOKENS, tokens_of
from memlane.errors import UsageError
from memlane.types.ids import Partition, SessionKey, check_id
from memlane.types.times import check_time, to_ms
from memlane.types.turn import Usage
from memlane.types.usage import KEPT, STEPS, SeenUser, Step, UsagePoint

USUAL_SPAN: dict[Step, timedelta] = {
    "minute": timedelta(hours=24),
    "hour": timedelta(days=7),
    "day": timedelta(days=30),
}
"""How far back is looked unless said otherwise."""
_MS = timedelta(milliseconds=1)
_FAST_CLOCKS = timedelta(days=1)


async def tenant_stats(core: Core, tenant: str, *, step: object, since: object, until: object) -> list[UsagePoint]:
    """Return the usage of a tenant; see `AsyncMemlane.stats`."""
    return await _points(core, check_id(tenant, "tenant"), None, None, step=step, since=since, until=until)


async def user_stats(
    core: Core, partition: Partition, *, step: object, since: object, until: object
) -> list[UsagePoint]:
    """Return the usage of a user; see `AsyncUser.stats`."""
    return await _points(core, partition.tenant, partition.user, None, step=step, since=since, until=until)


async def session_stats(core: Core, key: SessionKey, *, step: object, since: object, until: object) -> list[UsagePoint]:
    """Return the usage of a session; see `AsyncSession.stats`."""
    tenant, user = key.partition.tenant, key.partition.user
    return await _points(core, tenant, user, key.session, step=step, since=since, until=until)


async def seen_users(core: Core, tenant: object, *, after: object, limit: object) -> list[SeenUser]:
    """Return users of a tenant; see `AsyncMemlane.users`."""
    core.check_open()
    tenant, limit = check_id(tenant, "tenant"), check_limit(limit)
    after = None if after is None else check_id(after, "after")
    store = core.usage.store
    await core.usage.write()
    return await store.users(tenant, after=after, limit=limit)


def record(core: Core, key: SessionKey, usage: object) -> None:
    """Count what a call of a model took; see `AsyncSession.record_usage`."""
    core.check_open()
    if not isinstance(usage, Usage):
        raise UsageError(f"usage must be a memlane.Usage, not {type(usage).__name__}")
    for name in ("input_tokens", "output_tokens", "cached_tokens"):
        _check_tokens(getattr(usage, name), name)
    core.usage.note(key.partition, key.session, tokens_of(usage), since=core.usage.moment())


async def _points(
    core: Core, tenant: str, user: str | None, session: str | None, *, step: object, since: object, until: object
) -> list[UsagePoint]:
    core.check_open()
    step = check_step(step)
    since_ms, until_ms = _span(core.clock.now_ms(), step, since, until)
    store = core.usage.store
    if since_ms >= until_ms:
        return []
    await core.usage.write()
    return await store.points(
        tenant, user, session, step=step, since_ms=since_ms, until_ms=until_ms, now_ms=core.clock.now_ms()
    )


def _span(now_ms: int, step: Step, since: object, until: object) -> tuple[int, int]:
    """Return the whole steps that are asked for, in milliseconds; of those that there cannot be any, none."""
    until_ms = now_ms + 1 if until is None else to_ms(check_time(until, "until"))
    since_ms = until_ms - USUAL_SPAN[step] // _MS if since is None else to_ms(check_time(since, "since"))
    if since_ms >= until_ms:
        raise UsageError("since must be before until; until is now when it is left out")
    length = STEPS[step] // _MS
    oldest, newest = now_ms - KEPT[step] // _MS, now_ms + _FAST_CLOCKS // _MS
    return max(since_ms, oldest) // length * length, -(-min(until_ms, newest) // length) * length


def check_step(step: object) -> Step:
    """Return `step` when it is one.

    Raises:
        UsageError: it is not.
    """
    if isinstance(step, str) and step in STEPS:
        return step
    raise UsageError(f"step must be {', '.join(STEPS)}, not {step!r}")


def _check_tokens(value: object, what: str) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST_TOKENS:
        raise UsageError(f"{what} must be a whole number from 0 to {MOST_TOKENS:,}, not {value!r}")
