"""What is used, summed up by series and step of time, as every store of usage counts it.

Plain arithmetic; must not know a backend.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import cache, partial
from operator import add

import msgspec

from memlane.protocols.usage import Used
from memlane.types.ids import Partition
from memlane.types.usage import KEPT, STEPS, Amounts, Step

_MS = timedelta(milliseconds=1)
STEP_MS: dict[Step, int] = {step: length // _MS for step, length in STEPS.items()}
KEPT_MS: dict[Step, int] = {step: length // _MS for step, length in KEPT.items()}
AMOUNTS = Amounts.__struct_fields__
_AT_ONCE = 250

Place = tuple[Step, int]
"""A step of a series: how long it is, and when it began in milliseconds since 1970 UTC."""
Sums = tuple[int, ...]
"""How much of each of `AMOUNTS`."""


class Series(msgspec.Struct, frozen=True):
    """Whose usage a series holds: a tenant's (`user` None), a user's (`session` None) or a session's."""

    tenant: str
    user: str | None = None
    session: str | None = None


class Counted(msgspec.Struct):
    """What is to be counted.

    Attributes:
        sums: By series and step, how much of each of `AMOUNTS`.
        seen: By partition, the newest minute in milliseconds.
    """

    sums: dict[Series, dict[Place, Sums]]
    seen: dict[Partition, int]


def count(used: Sequence[Used], *, now_ms: int) -> Iterator[Counted]:
    """Yield the sums of what was used, some hundred entries at a time, so that other tasks come in between.

    What was nothing is left out, and so are steps that are too old.
    """
    kept = cache(partial(_kept_places, now_ms=now_ms))
    for first in range(0, len(used), _AT_ONCE):
        counted = _counted(used[first : first + _AT_ONCE], kept)
        if counted.sums:
            yield counted


def _counted(used: Sequence[Used], kept: Callable[[int], list[Place]]) -> Counted:
    sums: dict[Series, dict[Place, Sums]] = defaultdict(dict)
    seen: dict[Partition, int] = {}
    for one in used:
        amounts, places = msgspec.structs.astuple(one.amounts), kept(one.minute_ms)
        if not (any(amounts) and places):
            continue
        seen[one.partition] = max(one.minute_ms, seen.get(one.partition, 0))
        for series in _series(one):
            steps = sums[series]
            for place in places:
                known = steps.get(place)
                steps[place] = amounts if known is None else tuple(map(add, known, amounts))
    return Counted(sums, seen)


def _kept_places(minute_ms: int, *, now_ms: int) -> list[Place]:
    """Return the steps that a minute belongs to and that still exist."""
    places: list[Place] = [(step, minute_ms // length_ms * length_ms) for step, length_ms in STEP_MS.items()]
    return [(step, at_ms) for step, at_ms in places if at_ms >= now_ms - KEPT_MS[step]]


def _series(used: Used) -> Iterator[Series]:
    tenant, user = used.partition.tenant, used.partition.user
    yield Series(tenant)
    yield Series(tenant, user)
    if used.session is not None:
        yield Series(tenant, user, used.session)
