"""The blocking faces of a session and of a streamed reply."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from types import EllipsisType
from typing import Any, Self, Unpack

from memlane.context.context import Context
from memlane.engine.ask import TurnOptions
from memlane.engine.conversation import AsyncSession
from memlane.engine.reply import Reply, ReplyStream, TokenCount
from memlane.protocols.chat_model import ChatModel
from memlane.sync.loop import LoopThread
from memlane.types.message import Message
from memlane.types.session import SessionInfo
from memlane.types.summary import Summary
from memlane.types.turn import Usage
from memlane.types.usage import Step, UsagePoint


class BlockingStream:
    """The pieces of a reply as they come; iterate once, and close() it when you stop before the end."""

    def __init__(self, stream: ReplyStream, loop: LoopThread) -> None:
        """Run `stream` on `loop`."""
        self._stream = stream
        self._loop = loop
        self._waiting: asyncio.Task[str | None] | None = None
        self._is_closed = False
        self._ending = asyncio.Lock()

    @property
    def reply(self) -> Reply | None:
        """The whole, once all pieces have come; None before."""
        return self._stream.reply

    def close(self) -> None:
        """As `ReplyStream.aclose`; from another thread, too: whoever waits for a piece there has come to the end."""
        self._loop.run(self._end())

    def __iter__(self) -> Iterator[str]:
        try:
            while (piece := self._loop.run(self._piece())) is not None:
                yield piece
        finally:
            self.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    async def _piece(self) -> str | None:
        """Return the next piece, None after the last: StopAsyncIteration cannot cross threads."""
        if self._is_closed:
            return None
        self._waiting = asyncio.ensure_future(_next(self._stream))
        try:
            return await self._waiting
        except asyncio.CancelledError:
            if self._is_closed:
                return None
            raise

    async def _end(self) -> None:
        self._is_closed = True
        if self._waiting is not None and not self._waiting.done():
            self._waiting.cancel()
            await asyncio.wait([self._waiting])
        async with self._ending:  # whoever iterates closes it, too
            await self._stream.aclose()


class Session:
    """One conversation of one user. A handle: making one does no I/O."""

    def __init__(self, session: AsyncSession, loop: LoopThread) -> None:
        """Run `session` on `loop`."""
        self._session = session
        self._loop = loop

    @property
    def id(self) -> str:
        """The session's id."""
        return self._session.id

    def add(
        self,
        role: str,
        content: str | list[dict[str, Any]] | None,
        *,
        id: str | None = None,  # noqa: A002 -- the public name of the field
        name: str | None = None,
        created_at: datetime | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> Message:
        """As `AsyncSession.add`."""
        return self._loop.run(
            self._session.add(role, content, id=id, name=name, created_at=created_at, metadata=metadata)
        )

    def add_many(self, messages: Iterable[Message | Mapping[str, Any]]) -> list[Message]:
        """As `AsyncSession.add_many`."""
        return self._loop.run(self._session.add_many(messages))

    def messages(self, last: int | None = None, *, before: int | None = None) -> list[Message]:
        """As `AsyncSession.messages`."""
        return self._loop.run(self._session.messages(last, before=before))

    def info(self) -> SessionInfo | None:
        """As `AsyncSession.info`."""
        return self._loop.run(self._session.info())

    def instruct(self, text: str | None, *, if_was: str | EllipsisType | None = ...) -> None:
        """As `AsyncSession.instruct`."""
        self._loop.run(self._session.instruct(text, if_was=if_was))

    def instructions(self) -> str | None:
        """As `AsyncSession.instructions`."""
        return self._loop.run(self._session.instructions())

    def context(
        self,
        query: str | None = None,
        *,
        max_tokens: int | None = None,
        last: int | None = None,
        recall: int = 5,
    ) -> Context:
        """As `AsyncSession.context`."""
        return self._loop.run(self._session.context(query, max_tokens=max_tokens, last=last, recall=recall))

    def chat(self, text: str | list[dict[str, Any]] | None, **options: Unpack[TurnOptions]) -> Reply:
        """As `AsyncSession.chat`."""
        return self._loop.run(self._session.chat(text, **options))

    def stream(self, text: str | list[dict[str, Any]] | None, **options: Unpack[TurnOptions]) -> BlockingStream:
        """As `AsyncSession.stream`."""
        return BlockingStream(self._session.stream(text, **options), self._loop)

    def count_tokens(self, context: Context, *, model: ChatModel | str | None = None) -> TokenCount:
        """As `AsyncSession.count_tokens`."""
        return self._loop.run(self._session.count_tokens(context, model=model))

    def unanswered(self) -> list[Message]:
        """As `AsyncSession.unanswered`."""
        return self._loop.run(self._session.unanswered())

    def summary(self) -> Summary | None:
        """As `AsyncSession.summary`."""
        return self._loop.run(self._session.summary())

    def rebuild_summary(self) -> Summary | None:
        """As `AsyncSession.rebuild_summary`."""
        return self._loop.run(self._session.rebuild_summary())

    def close(self) -> None:
        """As `AsyncSession.close`."""
        self._loop.run(self._session.close())

    def expire(self, ttl: timedelta | float | None, *, last: int | None = None) -> int:
        """As `AsyncSession.expire`."""
        return self._loop.run(self._session.expire(ttl, last=last))

    def delete(self, *, memories: bool = False) -> int:
        """As `AsyncSession.delete`."""
        return self._loop.run(self._session.delete(memories=memories))

    def stats(
        self, *, step: Step = "day", since: datetime | None = None, until: datetime | None = None
    ) -> list[UsagePoint]:
        """As `AsyncSession.stats`."""
        return self._loop.run(self._session.stats(step=step, since=since, until=until))

    def record_usage(self, usage: Usage) -> None:
        """As `AsyncSession.record_usage`."""
        self._loop.run(self._session.record_usage(usage))


async def _next(stream: ReplyStream) -> str | None:
    return await anext(stream, None)
