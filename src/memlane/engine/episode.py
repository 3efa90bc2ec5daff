"""The episode of a session: a memory that says what it was about, written anew when more was said."""

import asyncio
from collections.abc import Sequence

from memlane.context.rendering import message_text
from memlane.derive.episode import METHOD, Episode, episode_text, make_episode
from memlane.engine.asking_model import ask_episode
from memlane.engine.core import Core
from memlane.engine.lines import line_of
from memlane.engine.log import SessionLog
from memlane.engine.progress import advance
from memlane.engine.standing import stands
from memlane.engine.verbatim import memory_row
from memlane.protocols.memories import Replacement
from memlane.types.ids import episode_id
from memlane.types.line import Line
from memlane.types.memory import EPISODE, Memory
from memlane.types.message import Message

_LONGEST_TOKENS = 400


async def write_episode(core: Core, log: SessionLog, messages: Sequence[Message], done_upto: int) -> int:
    """Write a session's episode unless it tells of the newest message already; return how many were written.

    Raises:
        ModelError: the model failed; the episode stays as it was.
        StoreUnavailableError: a store cannot be reached.
    """
    newest = messages[-1].position
    lines = [line_of(message) for message in messages if message_text(message).strip()]
    if done_upto >= newest or not lines:
        return 0
    partition, memory_id = log.key.partition, episode_id(log.key.session)
    seen = (await core.memories.get(partition, [memory_id], now_ms=core.clock.now_ms()))[0]
    episode, method = await _made(core, log, lines)
    memory = _memory(memory_id, log.key.session, episode, method)
    row = Replacement(row=memory_row(memory), was=None if seen is None else seen.body)
    stored = await core.memories.replace(partition, [row], now_ms=core.clock.now_ms())
    if not stored:
        return 0
    if not await stands(core, log.key, [message.id for message in messages]):
        await core.memories.delete(partition, [memory_id], now_ms=core.clock.now_ms())
        return 0
    core.notice(partition, [memory])
    await advance(core, log, episode=newest)
    return 1


async def _made(core: Core, log: SessionLog, lines: list[Line]) -> tuple[Episode, str]:
    if core.pressure is None:
        count = core.counter.count
        return await asyncio.to_thread(make_episode, lines, max_tokens=_LONGEST_TOKENS, count=count), METHOD
    return await ask_episode(core, core.pressure, log.key.partition.tenant, lines)


def _memory(memory_id: str, session_id: str, episode: Episode, method: str) -> Memory:
    return Memory(
        id=memory_id,
        text=episode_text(episode),
        kind=EPISODE,
        created_at=episode.ended_at,
        session_id=session_id,
        metadata={
            "title": episode.title,
            "summary": episode.summary,
            "started_at": episode.started_at.isoformat(),
            "ended_at": episode.ended_at.isoformat(),
            "participants": episode.participants,
            "open_ends": episode.open_ends,
        },
        method=method,
    )
