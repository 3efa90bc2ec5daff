"""Due work as a server lists it, put together by user as the engine lists it."""

from collections.abc import Iterable

from memlane.api.bodies import DueWork
from memlane.protocols.work import DuePartition, DueSession
from memlane.types.ids import Partition
from memlane.types.times import to_ms


def partitions(listed: Iterable[DueWork], tenant: str) -> list[DuePartition]:
    """Return the users of a tenant with due work, in the order in which the list first names them."""
    by_user: dict[str, DuePartition] = {}
    for due in listed:
        fresh = DuePartition(
            partition=Partition(tenant, due.user), ready_at_ms=to_ms(due.ready_at), leased=due.is_leased, sessions=[]
        )
        by_user.setdefault(due.user, fresh).sessions.append(_session(due))
    return list(by_user.values())


def _session(due: DueWork) -> DueSession:
    return DueSession(
        session=due.session, since_ms=to_ms(due.since), tries=due.tries, set_aside=due.is_set_aside, error=due.error
    )
