"""Erasing a user: every trace of them in the stores and in this process."""

from memlane.engine.core import Core
from memlane.types.ids import Partition
from memlane.types.session import Receipt
from memlane.types.times import from_ms


async def erase(core: Core, partition: Partition) -> Receipt:
    """Remove every trace of a user; see `AsyncUser.erase`.

    Usage goes last: whoever looks for users to erase finds them there until all else is gone. What fails half-way is
    completed by erasing again.
    """
    core.check_open()
    core.indexer.forget(partition)
    core.uses.forget(partition)
    async with core.courier.hold(partition):
        removed = await core.sessions.erase(partition)
        for kind, count in (await core.memories.erase(partition)).items():
            removed[kind] = removed.get(kind, 0) + count
    core.residents.drop(partition)
    removed |= await core.usage.erase(partition)
    return Receipt(
        tenant=partition.tenant, user=partition.user, erased_at=from_ms(core.clock.now_ms()), removed=removed
    )
