"""How much is used: counted here, and written down together, every few seconds.

Nothing on the way of a call waits for it, and what waits to be written is bounded. A process that is killed loses what
it counted in its last seconds, and so does one whose store cannot be reached then.
"""

import asyncio
import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

from memlane.engine.erasures import Erasures
from memlane.engine.tasks import Tasks
from memlane.errors import MemlaneError, UnsupportedError
from memlane.protocols.clock import Clock
from memlane.protocols.observer import Observer
from memlane.protocols.usage import UsageStore, Used
from memlane.types.ids import Partition
from memlane.types.turn import Usage as Spent
from memlane.types.usage import Amounts

_log = logging.getLogger(__name__)
_WRITTEN_AFTER_SECONDS = 5.0
_MINUTE_MS = timedelta(minutes=1) // timedelta(milliseconds=1)
_MOST_COUNTS = 100_000
_WRITTEN_AT_ONCE = 50
MOST_TOKENS = 1_000_000_000
"""More than one call of a model can take."""
_DROPPED = "usage.dropped"
_Place = tuple[Partition, str | None, int]


def tokens_of(spent: Spent) -> Amounts:
    """Return the tokens of one call of a model; a number that none can be counts as 0, models being anybody's."""
    return Amounts(
        input_tokens=_tokens(spent.input_tokens),
        output_tokens=_tokens(spent.output_tokens),
        cached_tokens=_tokens(spent.cached_tokens),
    )


def _tokens(number: object) -> int:
    return number if isinstance(number, int) and 0 < number <= MOST_TOKENS else 0


class _Count(NamedTuple):
    """What was used in one place, and when the first call of it began."""

    amounts: Amounts
    since: int


class Usage:
    """Counts usage by session and minute, and writes it down."""

    def __init__(
        self,
        store: UsageStore | None,
        clock: Clock,
        tasks: Tasks,
        observer: Observer,
        erasures: Erasures,
        *,
        counts: bool = True,
    ) -> None:
        """Write to `store`; None, or `counts` false, counts nothing."""
        self._store = store
        self._clock = clock
        self._tasks = tasks
        self._observer = observer
        self._erasures = erasures
        self._is_counting = counts and store is not None
        self._counts: dict[_Place, _Count] = {}
        self._waiting = False
        self._turn = asyncio.Lock()

    @property
    def store(self) -> UsageStore:
        """What keeps it.

        Raises:
            UnsupportedError: the session store keeps no usage.
        """
        if self._store is None:
            raise UnsupportedError("this session store keeps no usage over time")
        return self._store

    def moment(self) -> int:
        """Return the moment a call begins at, to be given to note()."""
        return self._erasures.moment()

    def note(self, partition: Partition, session: str | None, amounts: Amounts, *, since: int) -> None:
        """Count what was used just now, by a call that began at the moment `since`.

        Of a user who was erased meanwhile nothing is counted.
        """
        if not self._is_counting or self._erasures.covers(partition, since):
            return
        place = (partition, session, self._clock.now_ms() // _MINUTE_MS * _MINUTE_MS)
        known = self._counts.get(place)
        if known is not None:
            self._counts[place] = _Count(known.amounts + amounts, min(known.since, since))
        elif len(self._counts) < _MOST_COUNTS:
            self._counts[place] = _Count(amounts, since)
        else:
            self._observer.count(_DROPPED)
        if not self._waiting:
            self._waiting = True
            self._tasks.start(self._write_soon())

    async def write(self) -> None:
        """Write down what is counted, whatever becomes of the caller; what cannot be written is dropped."""
        if self._counts or self._turn.locked():
            await self._tasks.whole(self._write())

    async def erase(self, partition: Partition) -> dict[str, int]:
        """Remove what is kept and counted of a user; return how many steps of `usage` were kept, if it is kept at all.

        What other processes have counted before is not written any more, or taken back by them.

        Raises:
            StoreUnavailableError: the store cannot be reached; it may be repeated.
        """
        if self._store is None:
            return {}
        await self._erasures.tell(partition)
        async with self._turn:
            self._counts = {place: count for place, count in self._counts.items() if place[0] != partition}
            return {"usage": await self._store.erase(partition)}

    async def _write_soon(self) -> None:
        try:
            await asyncio.sleep(_WRITTEN_AFTER_SECONDS)
        finally:
            self._waiting = False
        await self.write()

    async def _write(self) -> None:
        async with self._turn:
            counts, self._counts = self._counts, {}
            if not counts:
                return
            try:
                await self._erasures.learn()
                living = {place: count for place, count in counts.items() if not self._is_erased(place, count)}
                await self._add(living)
                await self._erasures.learn()
                await self._take_back(living)
            except MemlaneError as exc:
                self._observer.count(_DROPPED, len(counts))
                _log.warning("usage was not written down: %s", exc.code)

    def _is_erased(self, place: _Place, count: _Count) -> bool:
        return self._erasures.covers(place[0], count.since)

    async def _add(self, counts: Mapping[_Place, _Count]) -> None:
        """Write in parts, so that no write keeps those of messages waiting."""
        used = [
            Used(partition=partition, session=session, minute_ms=minute_ms, amounts=count.amounts)
            for (partition, session, minute_ms), count in counts.items()
        ]
        for start in range(0, len(used), _WRITTEN_AT_ONCE):
            await self.store.add(used[start : start + _WRITTEN_AT_ONCE], now_ms=self._clock.now_ms())

    async def _take_back(self, counts: Mapping[_Place, _Count]) -> None:
        """Erase again what was written of users whom another process erased in that very moment."""
        for partition in {place[0] for place, count in counts.items() if self._is_erased(place, count)}:
            await self.store.erase(partition)
