"""Background work: claim a user whose sessions are due, do what they need, and clear the marks.

A worker that is killed anywhere leaves its lease to end and its marks where they were; whoever claims the user next
does the same again, and what had been stored already is found there and not made twice. Any number of processes share a
store.
"""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import TypeVar

import msgspec

from memlane.engine.core import Core
from memlane.errors import (
    MalformedOutputError,
    MemlaneError,
    MissingExtraError,
    ModelRateLimitError,
    SettingError,
    StoreError,
    UnsupportedError,
)
from memlane.protocols.work import Claim, DueSession, WorkLedger
from memlane.types.ids import Partition, SessionKey

_Result = TypeVar("_Result")
_log = logging.getLogger(__name__)
_LISTED = 1_000
_MOST_OTHERS = 10_000
_IDLE_SECONDS = 1.0
_RESTS = 2.0
_LOOK_AGAIN_SECONDS = 0.25
_FIRST_DELAY = timedelta(seconds=5)
_LONGEST_DELAY = timedelta(minutes=10)
_LONGEST_WAIT_FOR_QUIET = timedelta(seconds=30)


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What working on a session came to.

    Attributes:
        done: How many things were written: facts of a batch of messages, a summary, an episode.
        upto: The newest position that was seen.
        began_ms: When the session began that was seen; None: there was none.
        again_at_ms: When there is more to do; None when all is done.
    """

    done: int
    upto: int
    began_ms: int | None = None
    again_at_ms: int | None = None


class _Made(msgspec.Struct, frozen=True):
    """What working on a user came to."""

    done: int
    again_at_ms: int | None
    has_failed: bool


Work = Callable[[SessionKey, bool], Awaitable[Outcome]]
"""Does what a session needs; the flag says not to wait for more messages or for quiet."""


class Workshop:
    """Does the due work of a connection's stores."""

    def __init__(self, core: Core, ledger: WorkLedger | None, work: Work) -> None:
        """Do `work` on what `ledger` says is due."""
        self._core = core
        self._ledger = ledger
        self._work = work
        self._turn = asyncio.Lock()
        self._came = asyncio.Event()
        self._stop = asyncio.Event()
        self._serving = False
        self._watching = False
        self._hurry = 0

    @property
    def ledger(self) -> WorkLedger:
        """What knows which sessions are due.

        Raises:
            UnsupportedError: the session store keeps no ledger.
        """
        if self._ledger is None:
            raise UnsupportedError("this session store keeps no ledger of background work")
        return self._ledger

    async def run(
        self, *, tenant: str | None = None, until_idle: bool = True, progress: Callable[[int], None] | None = None
    ) -> int:
        """Do what is due now, without waiting for quiet, and return how much was done.

        Args:
            tenant: Only work on its users; None for those of all.
            until_idle: Go on until nothing is due, also waiting for what others are working on; otherwise once around.
            progress: Called with how much was done so far.

        Raises:
            UnsupportedError: the session store keeps no ledger.
            StoreUnavailableError: a store cannot be reached.
        """
        self._hurry += 1
        try:
            return await self._run(tenant, until_idle=until_idle, progress=progress)
        finally:
            self._hurry -= 1

    async def _run(self, tenant: str | None, *, until_idle: bool, progress: Callable[[int], None] | None) -> int:
        done, seen = 0, dict[Partition, int | None]()
        async with self._turn:
            while True:
                seen = await self._of_others(tenant) | seen
                claims = await self._claim(early=True, besides=len(seen))
                new = [one for one in claims if one.partition not in seen and tenant in {None, one.partition.tenant}]
                for claim in claims:
                    if claim not in new:
                        await self._release(claim, seen.get(claim.partition))
                for claim, made in zip(new, await self._work_on_all(new, early=True), strict=True):
                    done += made.done
                    if made.has_failed or not until_idle:
                        seen[claim.partition] = made.again_at_ms
                if progress is not None and new:
                    progress(done)
                if not new and not (until_idle and await self._is_elsewhere(seen)):
                    return done

    async def _of_others(self, tenant: str | None) -> dict[Partition, int | None]:
        """Return who has marks and is not of a tenant, up to 10,000 users, and when each is ready; nobody for None.

        A ledger leases users of all tenants: those of others are given back as they were.
        """
        if tenant is None:
            return {}
        listed = await self.ledger.partitions(now_ms=self._core.clock.now_ms(), limit=_MOST_OTHERS)
        return {due.partition: due.ready_at_ms for due in listed if due.partition.tenant != tenant}

    async def serve(self, *, progress: Callable[[int], None] | None = None) -> int:
        """Do what becomes due until stop(), finishing what was begun; return how much was done.

        A store that is down is waited for.

        Raises:
            UnsupportedError: the session store keeps no ledger.
        """
        done = 0
        self._serving, self._hurry = True, self._hurry + 1
        try:
            while not self._stop.is_set():
                made = await self._once_if_it_can()
                done += made
                if made and progress is not None:
                    progress(done)
                if not made:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._stop.wait(), timeout=_IDLE_SECONDS)
        finally:
            self._serving, self._hurry = False, self._hurry - 1
            self._stop.clear()
        return done

    def stop(self) -> None:
        """Let serve() return once it has finished what it is working on; also one that is only about to begin."""
        self._stop.set()

    async def _once_if_it_can(self) -> int:
        with suppress(StoreError):
            return await self.once()
        return 0

    async def once(self) -> int:
        """Do what is ready, some users at a time, and return how much was done.

        Raises:
            UnsupportedError: the session store keeps no ledger.
            StoreUnavailableError: a store cannot be reached.
        """
        async with self._turn:
            made = await self._work_on_all(await self._claim(early=False), early=False)
            return sum(one.done for one in made)

    def notice(self) -> None:
        """Work in the background soon: something was appended, or may have been left by another process."""
        self._came.set()
        if not self._watching:
            self._watching = True
            self._core.tasks.start(self._watch())

    async def _watch(self) -> None:
        """Work whenever it has been quiet for a while, as long as something comes."""
        quiet = self._core.plan.quiet.total_seconds()
        try:
            while self._came.is_set():
                self._came.clear()
                await asyncio.sleep(min(quiet, _LONGEST_WAIT_FOR_QUIET.total_seconds()))
                await self._once_or_later()
        finally:
            self._watching = False

    async def _once_or_later(self) -> None:
        try:
            await self.once()
            listed = await self.ledger.partitions(now_ms=self._core.clock.now_ms(), limit=_LISTED)
            if any(_is_due(due.sessions) for due in listed):
                self._came.set()
        except MemlaneError as exc:
            _log.warning("background work waits: %s", exc.code)
            self._came.set()

    async def _claim(self, *, early: bool, besides: int = 0) -> list[Claim]:
        now_ms, limit = self._core.clock.now_ms(), self._core.plan.model_calls_at_once + besides
        return await self.ledger.claim(now_ms=now_ms, lease_ms=self._lease_ms, limit=limit, early=early)

    async def _is_elsewhere(self, seen: Collection[Partition]) -> bool:
        """Whether others work on something that may leave more to do; wait a little before looking again."""
        listed = await self.ledger.partitions(now_ms=self._core.clock.now_ms(), limit=_LISTED)
        open_elsewhere = [due for due in listed if due.partition not in seen and _is_due(due.sessions)]
        if open_elsewhere:
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        return bool(open_elsewhere)

    async def _work_on_all(self, claims: list[Claim], *, early: bool) -> list[_Made]:
        """Work on claimed users at the same time, to the end of each."""
        made = await asyncio.gather(*(self._work_on(claim, early=early) for claim in claims), return_exceptions=True)
        for result in made:
            if isinstance(result, BaseException):
                raise result
        return [result for result in made if not isinstance(result, BaseException)]

    async def _work_on(self, claim: Claim, *, early: bool) -> _Made:
        """Work on each due session of a claimed user."""
        done, again, has_failed = 0, list[int](), False
        try:
            async with self._kept_alive(claim):
                for due in await self.ledger.due(claim.partition, now_ms=self._core.clock.now_ms()):
                    if due.set_aside:
                        continue
                    if self._serving and self._stop.is_set():
                        again.append(self._core.clock.now_ms())
                        break
                    made, again_at_ms = await self._paced(self._work_on_session(claim, due, early=early))
                    done += made or 0
                    has_failed |= made is None
                    again += [] if again_at_ms is None else [again_at_ms]
        finally:
            await self._core.tasks.whole(self._release(claim, min(again, default=None)))
        return _Made(done, min(again, default=None), has_failed)

    async def _paced(self, work: Awaitable[_Result]) -> _Result:
        """Await work; where nobody waits for it, rest twice as long as it took, so that calls are served meanwhile."""
        began = time.monotonic()
        result = await work
        if not self._hurry:
            await asyncio.sleep(_RESTS * (time.monotonic() - began))
        return result

    async def _work_on_session(self, claim: Claim, due: DueSession, *, early: bool) -> tuple[int | None, int | None]:
        """Do what a session needs; return how much was done (None: it failed), and when there is more to do."""
        try:
            outcome = await self._work(SessionKey(claim.partition, due.session), early)
        except (SettingError, MissingExtraError):
            raise  # the model cannot be used at all: no session is to blame, and trying the next one would not help
        except Exception as exc:  # noqa: BLE001 -- whatever it is, it must not stop the other sessions
            return None, await self._failed(claim, due, exc)
        if outcome.again_at_ms is None:
            now_ms = self._core.clock.now_ms()
            await self.ledger.finish(
                claim, due.session, upto=outcome.upto, now_ms=now_ms, created_at_ms=outcome.began_ms
            )
        return outcome.done, outcome.again_at_ms

    async def _failed(self, claim: Claim, due: DueSession, exc: Exception) -> int:
        """Count a failure; return when to try again, in milliseconds since 1970."""
        code = exc.code if isinstance(exc, MemlaneError) else type(exc).__name__
        set_aside = not _passes(exc) and due.tries + 1 >= self._core.plan.most_tries
        _log.warning("work on a session failed: %s%s", code, ", set aside" if set_aside else "")
        now_ms = self._core.clock.now_ms()
        await self.ledger.fail(claim, due.session, error=code, set_aside=set_aside, now_ms=now_ms)
        return now_ms + _delay_ms(exc, due.tries)

    async def _release(self, claim: Claim, at_ms: int | None = None) -> None:
        now_ms = self._core.clock.now_ms()
        with suppress(StoreError):  # the lease ends by itself
            await self.ledger.release(claim, at_ms=now_ms if at_ms is None else at_ms, now_ms=now_ms)

    @asynccontextmanager
    async def _kept_alive(self, claim: Claim) -> AsyncGenerator[None]:
        """Extend a lease while the body runs."""
        task = asyncio.get_running_loop().create_task(self._extend(claim))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _extend(self, claim: Claim) -> None:
        while True:
            await asyncio.sleep(self._lease_ms / 3_000)
            with suppress(StoreError):
                await self.ledger.extend(claim, now_ms=self._core.clock.now_ms(), lease_ms=self._lease_ms)

    @property
    def _lease_ms(self) -> int:
        return int(self._core.plan.lease.total_seconds() * 1000)


def _is_due(sessions: list[DueSession]) -> bool:
    return any(not due.set_aside for due in sessions)


def _passes(exc: Exception) -> bool:
    """Whether a failure passes by itself: something is down or limited. A model that answers badly may go on so."""
    return isinstance(exc, MemlaneError) and exc.retryable and not isinstance(exc, MalformedOutputError)


def _delay_ms(exc: Exception, tries: int) -> int:
    """Return how long to wait after a failure: as long as the provider says, else twice as long each time."""
    if isinstance(exc, ModelRateLimitError) and exc.retry_after is not None:
        return int(exc.retry_after * 1000)
    delay = min(_FIRST_DELAY * 2 ** min(tries, 10), _LONGEST_DELAY)
    return int(delay.total_seconds() * 1000)
