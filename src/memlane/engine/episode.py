"""The episode of a session: a memory that says what it was about, written anew when more was said."""

import asyncio

import msgspec

from memlane.context.rendering import message_text
from memlane.derive.episode import METHOD, Episode, episode_text, make_episode
from memlane.engine.asking_model import ask_episode
from memlane.engine.core import Core
from memlane.engine.lines import line_of, spoken
from memlane.engine.log import SessionLog
from memlane.engine.progress import advance
from memlane.engine.reading import messages_of
from memlane.engine.standing import lasting, stands
from memlane.engine.verbatim import memory_row
from memlane.errors import StoreUnavailableError
from memlane.protocols.memories import Replacement
from memlane.protocols.sessions import SessionState
from memlane.types.ids import episode_id
from memlane.types.line import Line
from memlane.types.memory import EPISODE, Memory
from memlane.types.wire import decode_memory

_LONGEST_TOKENS = 400
_ATTEMPTS = 20


async def write_episode(core: Core, log: SessionLog, state: SessionState, done_upto: int) -> int:
    """Write a session's episode unless it tells of the newest message already; return how many were written.

    Raises:
        ModelError: the model failed; the episode stays as it was.
        NotFoundError: the session was removed meanwhile.
        StoreUnavailableError: a store cannot be reached, or others kept changing the episode.
    """
    messages = [message for message in spoken(messages_of(state)) if message_text(message).strip()]
    if done_upto >= state.last_position or not messages:
        return 0
    episode, method = await _made(core, log, [line_of(message) for message in messages])
    await _store(core, log, episode, method)
    partition, memory_id = log.key.partition, episode_id(log.key.session)
    if not await stands(core, log.key, state.created_at_ms, [message.id for message in messages]):
        await core.memories.delete(partition, [memory_id], now_ms=core.clock.now_ms())
        return 0
    await advance(core, log, state.created_at_ms, episode=state.last_position)
    return 1


async def _store(core: Core, log: SessionLog, episode: Episode, method: str) -> None:
    """Store an episode in the place of the one that is there, whose marks and beginning it keeps."""
    partition, memory_id = log.key.partition, episode_id(log.key.session)
    for _ in range(_ATTEMPTS):
        seen = (await core.memories.get(partition, [memory_id], now_ms=core.clock.now_ms()))[0]
        memory = _memory(
            memory_id, log.key.session, episode, method, None if seen is None else decode_memory(seen.body)
        )
        row = Replacement(row=memory_row(lasting(core, memory)), was=None if seen is None else seen.body)
        if await core.memories.replace(partition, [row], now_ms=core.clock.now_ms()):
            core.notice(partition, [memory])
            return
    raise StoreUnavailableError("others kept changing the same episode; try again")


async def _made(core: Core, log: SessionLog, lines: list[Line]) -> tuple[Episode, str]:
    if core.pressure is None:
        count = core.counter.count
        return await asyncio.to_thread(make_episode, lines, max_tokens=_LONGEST_TOKENS, count=count), METHOD
    return await ask_episode(core, core.pressure, log.key, lines)


def _memory(memory_id: str, session_id: str, episode: Episode, method: str, before: Memory | None) -> Memory:
    began = str(before.metadata.get("started_at", "")) if before else ""
    started_at = episode.started_at.isoformat()
    memory = Memory(
        id=memory_id,
        text=episode_text(episode),
        kind=EPISODE,
        created_at=episode.ended_at,
        session_id=session_id,
        metadata={
            "title": episode.title,
            "summary": episode.summary,
            "started_at": min(began, started_at) if began else started_at,
            "ended_at": episode.ended_at.isoformat(),
            "participants": episode.participants,
            "open_ends": episode.open_ends,
        },
        method=method,
    )
    if before is None:
        return memory
    return msgspec.structs.replace(
        memory, pinned=before.pinned, uses=before.uses, used_at=before.used_at, past=before.past
    )
