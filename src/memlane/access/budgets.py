"""Budgets of requests and tokens a minute, held together by all processes that share a store.

A budget is a count by minute of the clock in a `RecordStore`, which never grants more than the limit. Each process
takes requests in small lots, so that few of them are a round trip; when it stops or the minute ends, what is left of a
lot is given up. Tokens are known only once a model has answered: what exceeds a minute's budget is booked in the
minutes after it, and who is in debt waits.

Counts are kept a minute longer than they are used, so clocks may differ by less than that.
"""

import logging
from collections.abc import Callable
from typing import Final

from memlane.access.budget import Budget
from memlane.access.credential import Credential
from memlane.errors import RateLimitError, StoreUnavailableError
from memlane.protocols.clock import Clock
from memlane.protocols.records import RecordStore

_LOTS_OF_A_MINUTE: Final = 50
_LARGEST_LOT: Final = 100
_LOG: Final = logging.getLogger(__name__)


class Unmetered:
    """Holds nobody to anything."""

    async def request(self, credential: Credential) -> None:
        """Let it pass."""

    async def spent(self, credential: Credential, tokens: int) -> None:
        """Forget it."""


class Budgets:
    """Holds credentials to their requests and tokens a minute. A credential without a limit costs no round trip.

    Args:
        records: Where the counts are.
        clock: Says which minute it is.
        requests_per_minute: For credentials without a budget of their own; None for no limit.
        tokens_per_minute: Likewise.
    """

    def __init__(
        self,
        records: RecordStore,
        clock: Clock,
        *,
        requests_per_minute: int | None = None,
        tokens_per_minute: int | None = None,
    ) -> None:
        self._records = records
        self._clock = clock
        self._requests_per_minute = requests_per_minute
        self._tokens_per_minute = tokens_per_minute
        self._budgets: dict[tuple[str, str], Budget] = {}
        self._minute = 0

    async def request(self, credential: Credential) -> None:
        """Take one request from a budget.

        Raises:
            RateLimitError: nothing is left of its requests, or it has spent its tokens; wait until the minute ends.
            StoreUnavailableError: it cannot be counted.
        """
        tokens = self._tokens(credential)
        if tokens is not None and not await tokens.has_some():
            raise _exhausted("tokens", tokens)
        requests = self._requests(credential)
        if requests is not None and not await requests.take_one():
            raise _exhausted("requests", requests)

    async def spent(self, credential: Credential, tokens: int) -> None:
        """Take tokens from a budget, after the fact.

        While the store is unavailable they stay owed, and are counted before this credential's next request.
        """
        budget = self._tokens(credential)
        if budget is None or tokens < 1:
            return
        budget.owe(tokens)
        try:
            await budget.settle()
        except StoreUnavailableError:
            _LOG.warning("tokens of %s are counted later: the store is unavailable", credential.id)

    def _requests(self, credential: Credential) -> Budget | None:
        limit = _either(credential.requests_per_minute, self._requests_per_minute)
        return None if limit is None else self._budget("requests", credential, limit, _lot)

    def _tokens(self, credential: Credential) -> Budget | None:
        limit = _either(credential.tokens_per_minute, self._tokens_per_minute)
        return None if limit is None else self._budget("tokens", credential, limit, _one)

    def _budget(self, kind: str, credential: Credential, limit: int, lot: Callable[[int], int]) -> Budget:
        self._forget_the_idle()
        budget = self._budgets.get((kind, credential.id))
        if budget is None:
            budget = Budget(self._records, self._clock, f"{kind}:{credential.id}", lot)
            self._budgets[kind, credential.id] = budget
        budget.limit = limit
        return budget

    def _forget_the_idle(self) -> None:
        """Once a minute, drop what holds nothing for this minute."""
        minute = self._clock.now_ms() // 60_000
        if minute != self._minute:
            self._minute = minute
            self._budgets = {name: budget for name, budget in self._budgets.items() if not budget.is_idle(minute)}


def _either(own: int | None, default: int | None) -> int | None:
    return default if own is None else own


def _lot(limit: int) -> int:
    return max(1, min(limit // _LOTS_OF_A_MINUTE, _LARGEST_LOT))


def _one(_limit: int) -> int:
    """Tokens are asked for one at a time: it only has to be known whether any is left."""
    return 1


def _exhausted(what: str, budget: Budget) -> RateLimitError:
    return RateLimitError(f"the budget of {budget.limit:,} {what} a minute is spent", budget.seconds_left())
