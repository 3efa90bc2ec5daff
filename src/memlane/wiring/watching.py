"""What those who run a server look at of a connection: whether its parts work, and how full it is."""

import msgspec

from memlane.engine.client import AsyncMemlane
from memlane.engine.core import Core
from memlane.engine.residents import ResidentStats
from memlane.errors import EmbedderUnavailableError

_SAMPLE = "ready"
_MOST_COUNTED = 10_000


class Due(msgspec.Struct, frozen=True):
    """How many sessions have background work that is due, and how many were set aside after failures."""

    due: int
    set_aside: int


class Watched:
    """Looks at a connection that is embedded in this process."""

    def __init__(self, memory: AsyncMemlane) -> None:
        """Look at `memory`."""
        self._memory = memory
        self._core: Core = memory._core  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] -- the one who looks inside

    async def check_stores(self) -> None:
        """Raise StoreUnavailableError unless every store answers."""
        await self._memory.ping()

    async def check_embedder(self) -> None:
        """Load the embedder, and embed a word once.

        Raises:
            EmbedderUnavailableError: it cannot be loaded or reached.
        """
        indexer = self._core.indexer
        if indexer.identity is not None and await indexer.query(_SAMPLE) is None:
            raise EmbedderUnavailableError("the embedder does not work")

    @property
    def residency(self) -> ResidentStats:
        """How well the memory for hot users is used."""
        return self._core.residents.stats

    async def due(self) -> Due | None:
        """Return what background work waits, up to 10,000 users; None where there is no ledger.

        Raises:
            StoreUnavailableError: the store cannot be reached.
        """
        ledger = self._core.ledger
        if ledger is None:
            return None
        listed = await ledger.partitions(now_ms=self._core.clock.now_ms(), limit=_MOST_COUNTED)
        sessions = [due for partition in listed for due in partition.sessions]
        aside = sum(due.set_aside for due in sessions)
        return Due(len(sessions) - aside, aside)
