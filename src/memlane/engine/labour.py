"""What background work does in a session: look for facts, compact the window, write the episode."""

from memlane.engine.core import Core
from memlane.engine.episode import write_episode
from memlane.engine.extract import extract
from memlane.engine.log import SessionLog
from memlane.engine.progress import progress_of
from memlane.engine.reading import summary_of
from memlane.engine.summarise import compact
from memlane.engine.workshop import Outcome
from memlane.protocols.sessions import SessionState
from memlane.types.ids import SessionKey


class Labour:
    """Does the work of one connection; what it needs no model for it does without one."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def work(self, key: SessionKey, early: bool) -> Outcome:  # noqa: FBT001 -- the workshop's shape
        """Do what a session needs now; `early` says not to wait for more messages or for quiet.

        Raises:
            ModelError: the model failed; what was stored before stays.
            StoreUnavailableError: a store cannot be reached.
            DamagedError: something stored does not decode.
        """
        log = SessionLog(self._core, key, remember=False)
        state = await log.read(1)
        if not state.exists:
            return Outcome(done=0, upto=0)
        is_quiet = early or self._is_quiet(state)
        if not is_quiet and not self._may_be_wanted(state):
            return Outcome(done=0, upto=state.last_position, again_at_ms=self._again_at_ms(state))
        state = await self._read(log, state)
        if not state.exists:
            return Outcome(done=0, upto=0)
        done = await self._work(log, state, is_quiet=is_quiet)
        again = None if is_quiet else self._again_at_ms(state)
        return Outcome(done=done, upto=state.last_position, began_ms=state.created_at_ms, again_at_ms=again)

    async def _work(self, log: SessionLog, state: SessionState, *, is_quiet: bool) -> int:
        core, progress, newest, done = self._core, progress_of(state), state.last_position, 0
        if progress.extracted < newest and (is_quiet or newest - progress.extracted >= core.plan.extract_every):
            done += await extract(core, log, state, progress)
        done += await compact(core, log, state)
        return done + (await write_episode(core, log, state, progress.episode) if is_quiet else 0)

    async def _read(self, log: SessionLog, state: SessionState) -> SessionState:
        """Return a session with its newest messages, all that some work has not seen among them."""
        summary = summary_of(state)
        shown = (summary.upto if summary else 0) if self._core.plan.compacts else state.last_position
        unseen = state.last_position - min(progress_of(state).extracted, shown)
        return await log.read(max(_USUAL_MESSAGES, unseen))

    def _is_quiet(self, state: SessionState) -> bool:
        is_closed = progress_of(state).closed >= state.last_position
        return is_closed or self._quiet_at_ms(state) <= self._core.clock.now_ms()

    def _may_be_wanted(self, state: SessionState) -> bool:
        """Whether enough has come to look for facts, or perhaps to summarise; cheap, and rather too often."""
        plan, summary = self._core.plan, summary_of(state)
        new = state.last_position - progress_of(state).extracted
        window = state.last_position - (summary.upto if summary else 0)
        return new >= plan.extract_every or window > (plan.compact_after_messages or window)

    def _again_at_ms(self, state: SessionState) -> int:
        """Return when to look again: when it may be quiet, or sooner to see what has come meanwhile."""
        return min(self._quiet_at_ms(state), self._core.clock.now_ms() + _LONGEST_WAIT_MS)

    def _quiet_at_ms(self, state: SessionState) -> int:
        return state.updated_at_ms + int(self._core.plan.quiet.total_seconds() * 1_000)


_USUAL_MESSAGES = 1_000
_LONGEST_WAIT_MS = 30_000
