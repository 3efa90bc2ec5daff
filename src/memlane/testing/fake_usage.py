"""A usage store of plain dictionaries: the reference for `UsageStore`. Made by `InMemoryBackend.usage()`."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from memlane.errors import StoreUnavailableError
from memlane.protocols.usage import Used
from memlane.types.ids import Partition
from memlane.types.times import from_ms
from memlane.types.usage import KEPT, STEPS, Amounts, SeenUser, Step, UsagePoint

_MS = timedelta(milliseconds=1)
Owner = tuple[str, str | None, str | None]
"""Tenant, user, session: whose series it is."""


def _empty() -> defaultdict[Owner, dict[tuple[Step, int], Amounts]]:
    return defaultdict(dict)


@dataclass
class UsageShelf:
    """The series of one backend by owner, step and when it began, when users were last seen, and whether it is down."""

    down: bool = False
    series: defaultdict[Owner, dict[tuple[Step, int], Amounts]] = field(default_factory=_empty)
    seen: dict[Partition, int] = field(default_factory=dict[Partition, int])

    def count(self, used: Used) -> None:
        """Add to each series that it belongs to; nothing where nothing was used."""
        if used.amounts == Amounts():
            return
        for owner in _owners(used):
            for step, length in STEPS.items():
                begin_ms = used.minute_ms // (length // _MS) * (length // _MS)
                known = self.series[owner].get((step, begin_ms), Amounts())
                self.series[owner][step, begin_ms] = known + used.amounts
        self.seen[used.partition] = max(used.minute_ms, self.seen.get(used.partition, 0))

    def drop_old(self, now_ms: int) -> None:
        """Remove what is too old, and the names of users of whom nothing is left."""
        for owner, series in list(self.series.items()):
            self.series[owner] = {key: used for key, used in series.items() if is_kept(*key, now_ms)}
            if not self.series[owner]:
                del self.series[owner]
        self.seen = {name: at for name, at in self.seen.items() if (name.tenant, name.user, None) in self.series}

    def erase(self, partition: Partition) -> int:
        """Remove the series of a user and of their sessions; return how many steps they had."""
        place = (partition.tenant, partition.user)
        gone = [self.series.pop(owner) for owner in list(self.series) if owner[:2] == place]
        self.seen.pop(partition, None)
        return sum(map(len, gone))


class InMemoryUsageStore:
    """Keeps usage on a shelf; see `InMemoryBackend`."""

    def __init__(self, shelf: UsageShelf) -> None:
        self._kept = shelf

    @property
    def _shelf(self) -> UsageShelf:
        if self._kept.down:
            raise StoreUnavailableError("the in-memory backend was taken down")
        return self._kept

    async def add(self, used: Sequence[Used], *, now_ms: int) -> None:
        """Count what was used."""
        for one in used:
            self._shelf.count(one)
        self._shelf.drop_old(now_ms)

    async def points(
        self,
        tenant: str,
        user: str | None,
        session: str | None,
        *,
        step: Step,
        since_ms: int,
        until_ms: int,
        now_ms: int,
    ) -> list[UsagePoint]:
        """Return a series."""
        series = self._shelf.series.get((tenant, user, session), {})
        return [
            UsagePoint(at=from_ms(begin_ms), used=series[length, begin_ms])
            for length, begin_ms in sorted(series, key=lambda key: key[1])
            if length == step and since_ms <= begin_ms < until_ms and is_kept(step, begin_ms, now_ms)
        ]

    async def users(self, tenant: str, *, after: str | None = None, limit: int = 1_000) -> list[SeenUser]:
        """Return users of a tenant by id."""
        names = sorted(name for name in self._shelf.seen if name.tenant == tenant and name.user > (after or ""))
        return [SeenUser(user=name.user, seen_at=from_ms(self._shelf.seen[name])) for name in names[:limit]]

    async def erase(self, partition: Partition) -> int:
        """Remove every trace of a partition."""
        return self._shelf.erase(partition)

    async def ping(self) -> dict[str, str]:
        """Say what this is and what it keeps."""
        return {"server": "memory", "series": str(len(self._shelf.series))}

    async def aclose(self) -> None:
        """Nothing was opened."""


def is_kept(step: Step, begin_ms: int, now_ms: int) -> bool:
    """Whether a step that began then still exists."""
    return begin_ms >= now_ms - KEPT[step] // _MS


def _owners(used: Used) -> Iterator[Owner]:
    tenant, user = used.partition.tenant, used.partition.user
    yield tenant, None, None
    yield tenant, user, None
    if used.session is not None:
        yield tenant, user, used.session
