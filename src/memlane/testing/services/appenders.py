"""Appenders that go on while servers fail, and what must be true afterwards.

Owns the load and the check. Must not know which store it runs on.
"""

import asyncio
import time
from collections import Counter
from typing import Self

from memlane.errors import StoreError
from memlane.protocols.sessions import NewMessage, SessionStore
from memlane.types.ids import SessionKey

_PAUSE_S = 0.02


class Appenders:
    """Several tasks that append to one session, each its own messages in order, each repeated until acknowledged."""

    def __init__(self, store: SessionStore, key: SessionKey, *, appenders: int = 4) -> None:
        self._store = store
        self._key = key
        self._acknowledged: list[list[str]] = [[] for _ in range(appenders)]
        self._stop = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def acknowledged(self) -> int:
        """How many messages were acknowledged so far."""
        return sum(map(len, self._acknowledged))

    async def __aenter__(self) -> Self:
        self._tasks = [asyncio.create_task(self._append(number)) for number in range(len(self._acknowledged))]
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._stop.set()
        await asyncio.gather(*self._tasks)

    async def until_more(self, messages: int, timeout_s: float = 60.0) -> None:
        """Wait until so many more messages were acknowledged.

        Raises:
            TimeoutError: they were not in time.
        """
        goal, deadline = self.acknowledged + messages, time.monotonic() + timeout_s
        while self.acknowledged < goal:
            if time.monotonic() > deadline:
                raise TimeoutError(f"only {self.acknowledged} of {goal} messages acknowledged in {timeout_s:g} s")
            await asyncio.sleep(_PAUSE_S)

    async def check(self, store: SessionStore) -> None:
        """Check that what was acknowledged is there once, in each appender's order, at positions without a gap."""
        state = await store.read(self._key, now_ms=_now_ms())
        said = [message.body.decode() for message in state.messages]
        assert [message.position for message in state.messages] == list(range(1, len(said) + 1))
        assert state.count == len(said)
        doubled = [body for body, times in Counter(said).items() if times > 1]
        assert not doubled, f"{len(doubled)} messages are there twice"
        for acknowledged in self._acknowledged:
            lost = set(acknowledged).difference(said)
            assert not lost, f"{len(lost)} acknowledged messages are lost"
            theirs = set(acknowledged)
            assert [body for body in said if body in theirs] == acknowledged

    async def _append(self, number: int) -> None:
        while not self._stop.is_set():
            body = f"{number}/{len(self._acknowledged[number])}"
            await self._append_one(body)
            self._acknowledged[number].append(body)

    async def _append_one(self, body: str) -> None:
        message = NewMessage(body, body.encode())
        while True:
            try:
                await self._store.append(self._key, [message], now_ms=_now_ms(), default_ttl_ms=None)
            except StoreError as exc:
                if not exc.retryable:
                    raise
                await asyncio.sleep(_PAUSE_S)
            else:
                return


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
