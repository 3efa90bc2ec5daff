"""Back-pressure: how hard background work drives a model.

A model of the connection, and around it: so many calls at a time, so many requests and tokens in any minute, and a
budget of tokens a day for each tenant, which all processes share through the ledger.
"""

import asyncio
import time
from collections import deque
from datetime import UTC, datetime

from memlane.engine.plan import WorkPlan
from memlane.errors import ModelRateLimitError, ModelRefusedError
from memlane.protocols.chat_model import ChatModel, Completion, Prompt
from memlane.protocols.clock import Clock
from memlane.protocols.counter import TokenCounter
from memlane.protocols.work import WorkLedger
from memlane.types.times import from_ms

_MINUTE = 60.0
_DAY_SECONDS = 86_400


class Pressure:
    """Asks a model within the limits of a plan; one object a process."""

    def __init__(
        self, model: ChatModel, plan: WorkPlan, ledger: WorkLedger, counter: TokenCounter, clock: Clock
    ) -> None:
        self._model = model
        self._plan = plan
        self._ledger = ledger
        self._counter = counter
        self._clock = clock
        self._slots = asyncio.Semaphore(plan.model_calls_at_once)
        self._requests = _Minute(plan.model_requests_per_minute)
        self._tokens = _Minute(plan.model_tokens_per_minute)

    @property
    def identity(self) -> str:
        """Name of the model."""
        return self._model.identity

    @property
    def context_tokens(self) -> int | None:
        """How many tokens the model's context has; None when that is not known."""
        return self._model.context_tokens

    async def complete(self, prompt: Prompt, *, tenant: str) -> Completion:
        """Ask, when it is this call's turn.

        Raises:
            ModelRefusedError: the call alone takes more than the tenant may spend in a day.
            ModelRateLimitError: the tenant's budget of the day is spent, or the provider limits us; says for how long.
            ModelError: as the model.
        """
        expected = self._expected(prompt)
        async with self._slots:
            await self._spend_today(tenant, expected)
            await self._requests.take(1)
            taken = await self._tokens.take(expected)
            completion = await self._model.complete(prompt)
        used = completion.usage
        if used is not None:
            taken.amount = used.input_tokens + used.output_tokens
        return completion

    def _expected(self, prompt: Prompt) -> int:
        texts = [prompt.system, prompt.remembered, *(str(message.content or "") for message in prompt.messages)]
        return sum(self._counter.count(text) for text in texts) + (prompt.max_output_tokens or 0)

    async def _spend_today(self, tenant: str, tokens: int) -> None:
        limit = self._plan.daily_tokens_per_tenant
        if limit is None:
            return
        if tokens > limit:
            raise ModelRefusedError(f"this takes some {tokens:,} tokens, and a tenant may spend {limit:,} a day")
        now_ms = self._clock.now_ms()
        day = from_ms(now_ms).date().isoformat()
        if not await self._ledger.spend(tenant, day, tokens, limit=limit, now_ms=now_ms):
            left = _seconds_left(from_ms(now_ms))
            raise ModelRateLimitError("the tenant's tokens of today are spent", left)


class _Taken:
    """What was taken of a minute, and when; the amount may be put right once it is known."""

    def __init__(self, at: float, amount: int) -> None:
        self.at = at
        self.amount = amount


class _Minute:
    """So much in any sixty seconds; None for no limit. What is more than a minute's whole waits for an empty minute."""

    def __init__(self, limit: int | None) -> None:
        self._limit = limit
        self._taken: deque[_Taken] = deque()
        self._turn = asyncio.Lock()

    async def take(self, amount: int) -> _Taken:
        """Wait until `amount` is free, and take it; first come, first served."""
        async with self._turn:
            if self._limit is None:
                return _Taken(0.0, amount)
            wait = self._wait(min(amount, self._limit))
            while wait > 0:
                await asyncio.sleep(wait)
                wait = self._wait(min(amount, self._limit))
            self._taken.append(_Taken(time.monotonic(), amount))
            return self._taken[-1]

    def _wait(self, amount: int) -> float:
        now = time.monotonic()
        while self._taken and now - self._taken[0].at >= _MINUTE:
            self._taken.popleft()
        if sum(taken.amount for taken in self._taken) + amount <= (self._limit or 0) or not self._taken:
            return 0.0
        return self._taken[0].at + _MINUTE - now


def _seconds_left(now: datetime) -> float:
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return _DAY_SECONDS - (now - midnight).total_seconds()
