"""Which memories are put into a call: what answers its newest question and is not said in the call already."""

from collections.abc import Callable, Sequence

from memlane.context.remembered import memories_frame_cost, memory_cost
from memlane.context.repetition import sort_out
from memlane.engine import recollect
from memlane.engine.core import Core
from memlane.proxy.history import Said
from memlane.proxy.marks import word_mark
from memlane.proxy.planning import Plan
from memlane.types.memory import Memory, Recalled
from memlane.wiring.settings import ProxySettings

_ASKED_FOR_EACH = 2
"""How many memories are looked at for each that is put in, since some say what the call says."""


async def recall_for(
    core: Core,
    plan: Plan,
    sent: Sequence[Said],
    query: str,
    settings: ProxySettings,
    *,
    ready: Callable[[], None] | None = None,
) -> list[Recalled]:
    """Return the memories to put in, best first; none where there is nothing to look for.

    `ready` is called once what is stored from then on cannot be found any more.

    Raises:
        StoreUnavailableError: a store cannot be reached.
    """
    if not query.strip():
        return []
    partition = plan.key.partition
    found = await recollect.recall(
        core,
        partition,
        query,
        limit=settings.recall * _ASKED_FOR_EACH,
        at=None,
        scope=recollect.Scope(exclude=plan.memories),
        session=plan.key.session,
        ready=ready,
    )
    said = {one.marks.words for one in sent}
    fresh = [one for one in found if word_mark(one.memory.text) not in said and not _is_shown(one.memory, plan)]
    chosen = _within(core, fresh, settings)
    core.uses.note(partition, (one.memory for one in chosen))
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
