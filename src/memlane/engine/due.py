"""Which background work is due, of all tenants or of one."""

from memlane.engine.core import Core
from memlane.protocols.work import DuePartition, WorkLedger
from memlane.types.ids import check_id

_LOOKED_AT_FIRST = 1_000
_WIDER = 4


async def due_work(core: Core, ledger: WorkLedger, *, tenant: str | None, limit: int) -> list[DuePartition]:
    """Return up to `limit` users with due or set-aside work, the longest waiting first; see `AsyncMemlane.work`.

    A ledger lists users of all tenants, so of one tenant as many are looked through as it takes.
    """
    now_ms = core.clock.now_ms()
    if tenant is None:
        return await ledger.partitions(now_ms=now_ms, limit=limit)
    check_id(tenant, "tenant")
    looked_at = max(limit, _LOOKED_AT_FIRST)
    while True:
        listed = await ledger.partitions(now_ms=now_ms, limit=looked_at)
        own = [due for due in listed if due.partition.tenant == tenant]
        if len(own) >= limit or len(listed) < looked_at:
            return own[:limit]
        looked_at *= _WIDER
