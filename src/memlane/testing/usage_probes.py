"""What the parts of the suite for stores of usage share: times, what was used, and reading a series."""

from memlane.protocols.usage import UsageStore, Used
from memlane.testing.probes import HOUR, NOW
from memlane.types.ids import Partition
from memlane.types.times import from_ms
from memlane.types.usage import Amounts, Step, UsagePoint

MINUTE = 60_000
DAY = 24 * HOUR
MIDNIGHT = NOW // DAY * DAY
"""When the day of the tests began."""
MONTHS = [NOW // MINUTE * MINUTE - 29 * DAY * number for number in range(40, -1, -1)]
"""Minutes of more than three years, the last one now."""
SERIES: tuple[tuple[str, str | None, str | None], ...] = (
    ("acme", None, None),
    ("acme", "luke", None),
    ("acme", "luke", "trip"),
)
"""Tenant, user and session of the series that what is used belongs to, unless said otherwise."""


def used(
    amounts: Amounts,
    *,
    tenant: str = "acme",
    user: str = "luke",
    session: str | None = "trip",
    minute: int = MONTHS[-1],
) -> Used:
    """Return what was used, with the defaults of most tests."""
    return Used(partition=Partition(tenant, user), session=session, minute_ms=minute, amounts=amounts)


def said(
    messages: int,
    *,
    tenant: str = "acme",
    user: str = "luke",
    session: str | None = "trip",
    minute: int = MONTHS[-1],
) -> Used:
    """Return that messages were added."""
    return used(Amounts(messages=messages), tenant=tenant, user=user, session=session, minute=minute)


def at(moment_ms: int, amounts: Amounts) -> UsagePoint:
    """Return a point of a series."""
    return UsagePoint(at=from_ms(moment_ms), used=amounts)


async def read(
    store: UsageStore,
    series: tuple[str, str | None, str | None],
    step: Step,
    *,
    since: int = NOW - 90 * DAY,
    now: int = NOW,
) -> list[UsagePoint]:
    """Return a series up to now."""
    return await store.points(*series, step=step, since_ms=since, until_ms=now + 1, now_ms=now)
