"""Which memories are put into a call: what answers its newest question and is not said in the call already."""

import asyncio
from collections.abc import Callable, Sequence

from memlane.context.remembered import memories_frame_cost, memory_cost
from memlane.context.repetition import sort_out
from memlane.engine import recollect
from memlane.engine.core import Core
from memlane.proxy.history import History
from memlane.proxy.marks import word_mark
from memlane.proxy.planning import Plan
from memlane.types.ids import SessionKey
from memlane.types.memory import Memory, Recalled
from memlane.wiring.settings import ProxySettings

_ASKED_FOR_EACH = 2
"""How many memories are looked at for each that is put in, since some say what the call says."""


async def recall_for(
    core: Core,
    key: SessionKey,
    query: str,
    settings: ProxySettings,
    *,
    sent: History,
    guess: frozenset[str],
    planned: asyncio.Future[Plan],
    ready: Callable[[], None] | None = None,
) -> list[Recalled]:
    """Return the memories to put in, best first; none where there is nothing to look for.

    Args:
        core: The connection's parts.
        key: The session.
        query: What is looked for.
        settings: How many are put in, and how long.
        sent: What the call says itself.
        guess: Ids of the memories that it shows, as far as that is known before it is planned: it is searched
            meanwhile, and once more where the guess was too small.
        planned: What is new in it.
        ready: Called once what is stored from then on cannot be found any more.

    Raises:
        StoreUnavailableError: a store cannot be reached.
    """
    if not query.strip():
        return []

    async def recall(shown: frozenset[str], ready: Callable[[], None] | None = None) -> list[Recalled]:
        limit, scope = settings.recall * _ASKED_FOR_EACH, recollect.Scope(exclude=shown)
        return await recollect.recall(
            core, key.partition, query, limit=limit, at=None, scope=scope, session=key.session, ready=ready
        )

    found = await recall(guess, ready)
    await asyncio.wait((planned,))
    plan = planned.result()
    if any(one.memory.id in plan.memories for one in found):
        found = await recall(plan.memories)
    fresh = [one for one in found if not sent.says(word_mark(one.memory.text)) and not _is_shown(one.memory, plan)]
    chosen = _within(core, fresh, settings)
    core.uses.note(key.partition, (one.memory for one in chosen))
    return chosen


def _is_shown(memory: Memory, plan: Plan) -> bool:
    """Whether the call shows all the messages that a memory comes from."""
    is_here = memory.session_id == plan.key.session and bool(memory.message_ids)
    return is_here and plan.shown.issuperset(memory.message_ids)


def _within(core: Core, found: Sequence[Recalled], settings: ProxySettings) -> list[Recalled]:
    """Return the best that fit, those that only retell a better one last."""
    candidates = sort_out(found)
    room = settings.memory_tokens - memories_frame_cost(core.counter)
    chosen: list[Recalled] = []
    for one in (*candidates.first, *candidates.retold):
        if len(chosen) == settings.recall:
            break
        cost = memory_cost(one.memory, core.counter)
        if cost <= room:
            chosen.append(one)
            room -= cost
    return chosen
