"""Carries memories from the outbox of the session store to a memory store that lives elsewhere.

An append writes messages and outbox in one atomic step, so nothing falls between two stores: a crash before it
refuses the message, a crash after it leaves the memory in the outbox. Delivery puts first and settles after;
doing it twice is harmless. A recall delivers what waits before it searches.
"""

import asyncio
import logging
from weakref import WeakValueDictionary

from memlane.engine.tasks import Tasks
from memlane.errors import MemlaneError
from memlane.protocols.clock import Clock
from memlane.protocols.memories import MemoryStore
from memlane.protocols.sessions import SessionStore
from memlane.types.ids import Partition

_log = logging.getLogger(__name__)
_PAGE = 500
_RETRY_SECONDS = 5.0


class Courier:
    """Delivers outboxes; does nothing when both stores share a backend."""

    def __init__(self, sessions: SessionStore, memories: MemoryStore, clock: Clock, tasks: Tasks) -> None:
        """Deliver from `sessions` to `memories`."""
        self._sessions = sessions
        self._memories = memories
        self._clock = clock
        self._tasks = tasks
        self._locks: WeakValueDictionary[Partition, asyncio.Lock] = WeakValueDictionary()
        self._waiting: set[Partition] = set()
        self._recovered = sessions.shares_memories

    def notice(self, partition: Partition) -> None:
        """Deliver a partition soon: something was appended."""
        if self._sessions.shares_memories or partition in self._waiting:
            return
        self._waiting.add(partition)
        self._tasks.start(self._deliver_soon(partition))

    async def deliver(self, partition: Partition) -> None:
        """Deliver all that waits for a partition.

        Raises:
            StoreUnavailableError: either store cannot be reached; what waits keeps waiting.
        """
        if self._sessions.shares_memories:
            return
        self.recover()
        async with self.hold(partition):
            await self._deliver(partition)

    def hold(self, partition: Partition) -> asyncio.Lock:
        """Return the lock under which this process delivers a partition."""
        lock = self._locks.get(partition)
        if lock is None:
            lock = self._locks[partition] = asyncio.Lock()
        return lock

    def recover(self) -> None:
        """Deliver, once a process and in the background, what earlier processes left behind."""
        if not self._recovered:
            self._recovered = True
            self._tasks.start(self._recover())

    async def _deliver(self, partition: Partition) -> None:
        while rows := await self._sessions.pending(partition, limit=_PAGE):
            await self._memories.put(partition, rows, now_ms=self._clock.now_ms(), overwrite=False)
            await self._sessions.settle(partition, [row.id for row in rows])

    async def _deliver_soon(self, partition: Partition) -> None:
        while partition in self._waiting:
            self._waiting.discard(partition)
            try:
                await self.deliver(partition)
            except MemlaneError as exc:
                _log.warning("memories wait in the outbox: %s", exc.code)
                self._waiting.add(partition)
                await asyncio.sleep(_RETRY_SECONDS)

    async def _recover(self) -> None:
        try:
            for partition in await self._sessions.unsettled(limit=10_000):
                self.notice(partition)
        except MemlaneError as exc:
            _log.warning("the outbox could not be looked through: %s", exc.code)
            self._recovered = False
