"""What is known of a user: facts and preferences, changed only as a whole and only from what they were."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import numpy as np

from memlane.derive.change import Change, Statement, holds_at, settle
from memlane.engine.core import Core
from memlane.engine.standing import lasting
from memlane.engine.verbatim import memory_row
from memlane.errors import StoreUnavailableError
from memlane.protocols.memories import Replacement
from memlane.recall.index import PartitionIndex
from memlane.types.ids import Partition
from memlane.types.memory import Memory
from memlane.types.times import from_ms
from memlane.types.wire import decode_memory

KINDS = frozenset({"fact", "preference"})
_ATTEMPTS = 20


async def known_facts(core: Core, partition: Partition) -> dict[str, tuple[Memory, bytes]]:
    """Return the facts and preferences of a partition and their stored bytes, by id.

    Raises:
        StoreUnavailableError: the store cannot be reached.
    """
    async with core.residents.fresh(partition, embed_wait=timedelta(0)) as index:
        bodies = _bodies(index, core.clock.now_ms())
    return {memory.id: (memory, body) for body in bodies for memory in [decode_memory(body)]}


def _bodies(index: PartitionIndex, now_ms: int) -> list[bytes]:
    numbers = [number for number, kind in enumerate(index.rows.kinds.texts) if kind in KINDS]
    rows = np.flatnonzero(np.isin(index.rows.kind, numbers) & index.rows.live_at(now_ms))
    return [index.body_at(row) for row in rows.tolist()]


async def record(core: Core, partition: Partition, statements: Sequence[Statement]) -> list[Memory]:
    """Let statements change what is known, all of them or none; return what became of each memory they touch.

    Raises:
        StoreUnavailableError: the store cannot be reached, or others kept changing the same facts.
    """
    now = from_ms(core.clock.now_ms())
    return await change(core, partition, lambda known: settle(known, statements, now=now)) if statements else []


async def change(core: Core, partition: Partition, decide: Callable[[list[Memory]], Sequence[Change]]) -> list[Memory]:
    """Decide what becomes of what is known and store it; again when others change it meanwhile. Errors as `record`."""
    for _ in range(_ATTEMPTS):
        known = await known_facts(core, partition)
        changes = decide([memory for memory, _ in known.values()])
        if not changes:
            return []
        bodies = {memory_id: body for memory_id, (_, body) in known.items()}
        if await replace(core, partition, changes, bodies):
            return [made.now for made in changes]
    raise StoreUnavailableError("others kept changing the same memories; try again")


async def replace(core: Core, partition: Partition, changes: Sequence[Change], bodies: dict[str, bytes]) -> bool:
    """Store changed memories if all still are what was seen; return whether they were."""
    rows = [
        Replacement(
            row=memory_row(lasting(core, made.now) if made.was is None else made.now),
            was=None if made.was is None else bodies[made.was.id],
            keeps_vectors=made.was is not None and made.was.text == made.now.text,
        )
        for made in changes
    ]
    done = await core.memories.replace(partition, rows, now_ms=core.clock.now_ms())
    if done:
        core.notice(partition, [made.now for made in changes if made.was is None or made.was.text != made.now.text])
    return done


def hold_at(facts: Sequence[Memory], at: datetime) -> list[Memory]:
    """Return the facts that hold at a time, those said first coming first."""
    held = [fact for fact in facts if holds_at(fact, at)]
    return sorted(held, key=lambda fact: (fact.created_at, fact.id))
