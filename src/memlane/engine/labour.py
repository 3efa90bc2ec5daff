"""What background work does in a session: look for facts, compact the window, write the episode."""

from memlane.engine.core import Core
from memlane.engine.episode import write_episode
from memlane.engine.extract import extract
from memlane.engine.log import SessionLog
from memlane.engine.progress import Progress, progress_of
from memlane.engine.reading import messages_of, summary_of
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
        core, log = self._core, SessionLog(self._core, key, remember=False)
        state, progress = await self._read(log)
        messages = messages_of(state)
        if not messages:
            return Outcome(done=0, upto=_EVERYTHING)
        newest = messages[-1].position
        is_quiet = early or progress.closed >= newest or self._quiet_at_ms(state) <= core.clock.now_ms()
        done = 0
        if progress.extracted < newest and (is_quiet or newest - progress.extracted >= core.plan.extract_every):
            done += await extract(core, log, messages, progress)
        done += await compact(core, log, state)
        if not is_quiet:
            return Outcome(done=done, upto=newest, again_at_ms=self._quiet_at_ms(state))
        done += await write_episode(core, log, messages, progress.episode)
        return Outcome(done=done, upto=newest)

    async def _read(self, log: SessionLog) -> tuple[SessionState, Progress]:
        """Return a session's newest messages, all that some work has not seen among them, and how far work has come."""
        state = await log.read(_USUAL_MESSAGES)
        progress, summary, messages = progress_of(state), summary_of(state), messages_of(state)
        newest = messages[-1].position if messages else 0
        shown = (summary.upto if summary else 0) if self._core.plan.compacts else newest
        seen = min(progress.extracted, shown)
        if messages and messages[0].position > seen + 1 and state.count > len(messages):
            state = await log.read(newest - seen)
        return state, progress

    def _quiet_at_ms(self, state: SessionState) -> int:
        return state.updated_at_ms + int(self._core.plan.quiet.total_seconds() * 1_000)


_USUAL_MESSAGES = 1_000
_EVERYTHING = 2**53
"""A position behind any message: of a session that is gone nothing is left to do."""
