"""One session of a user of a server."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from types import EllipsisType
from typing import Any, Unpack

from memlane.api import bodies
from memlane.api.paths import session_path
from memlane.client.bodies import decoded, moment
from memlane.client.caller import PAGE, Caller
from memlane.client.sending import as_sent, message_sent
from memlane.client.turns import checked_turn, streamed
from memlane.context.context import Context
from memlane.engine.ask import TurnOptions
from memlane.engine.conversation import AsyncSession
from memlane.engine.numbers import check_count, check_last
from memlane.engine.reply import Reply, ReplyStream, TokenCount
from memlane.errors import NotFoundError, PreconditionError, UsageError
from memlane.protocols.chat_model import ChatModel
from memlane.types.ids import SessionKey, check_text
from memlane.types.message import Message
from memlane.types.session import SessionInfo
from memlane.types.summary import Summary
from memlane.types.times import check_ttl
from memlane.types.turn import Usage
from memlane.types.usage import Step, UsagePoint


class RemoteSession(AsyncSession):
    """One conversation of one user of a server. A handle: making one does no I/O."""

    def __init__(  # pyright: ignore[reportMissingSuperCall] -- there is no engine here
        self, caller: Caller, key: SessionKey, *, remember: bool
    ) -> None:
        """Ask through `caller` about `key`; `remember` says whether what is added becomes recallable."""
        self._caller = caller
        self._key = key
        self._remember = remember

    @property
    def id(self) -> str:
        """The session's id."""
        return self._key.session

    async def add(
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
        given = {"role": role, "content": content, "name": name, "metadata": metadata}
        return (await self._add([message_sent(given, id=id, created_at=created_at)]))[0]

    async def add_many(self, messages: Iterable[Message | Mapping[str, Any]]) -> list[Message]:
        """As `AsyncSession.add_many`; a server takes so many at a time as its `server.max_messages` says."""
        if isinstance(messages, Mapping | str | bytes):
            raise UsageError("add_many takes a list of messages; use add for one")
        return await self._add([as_sent(number, given) for number, given in enumerate(messages)])

    async def add_new(self, messages: list[Message]) -> int:
        """As `AsyncSession.add_new`; new is what stands behind all that was there just before."""
        newest = await self.messages(last=1)
        known = newest[-1].position if newest else 0
        return sum(message.position > known for message in await self.add_many(messages))

    async def messages(self, last: int | None = None, *, before: int | None = None) -> list[Message]:
        """As `AsyncSession.messages`."""
        check_last(last)
        check_count(before, "before", least=1)
        asked = {"last": last, "before": before, "limit": PAGE if last is None else max(1, min(last, PAGE))}
        pages = [page async for page in self._caller.pages(self._at("messages"), bodies.Messages, **asked)]
        return [message for page in reversed(pages) for message in page.messages]

    async def info(self) -> SessionInfo | None:
        """As `AsyncSession.info`."""
        try:
            return await self._caller.get(self._at(), SessionInfo)
        except NotFoundError:
            return None

    async def instruct(self, text: str | None, *, if_was: str | EllipsisType | None = ...) -> None:
        """As `AsyncSession.instruct`."""
        if text is not None and not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance] -- callers may be untyped
            raise UsageError(f"instructions must be text, not {type(text).__name__}")
        body, etag = bodies.Instructions(instructions=check_text(text, "instructions") if text else None), None
        if if_was is not ...:
            was, etag = await self._caller.tagged(self._at("instructions"), bodies.Instructions)
            if was.instructions != (if_was or None):
                raise PreconditionError("the instructions are no longer what they were")
        await self._caller.send("PUT", self._at("instructions"), body, etag=etag)

    async def instructions(self) -> str | None:
        """As `AsyncSession.instructions`."""
        return (await self._caller.get(self._at("instructions"), bodies.Instructions)).instructions

    async def context(
        self,
        query: str | None = None,
        *,
        max_tokens: int | None = None,
        last: int | None = None,
        recall: int = 5,
    ) -> Context:
        """As `AsyncSession.context`."""
        check_last(last)
        check_count(max_tokens, "max_tokens", least=1)
        check_count(recall, "recall", least=0)
        body = bodies.AskContext(query=query, max_tokens=max_tokens, last=last, recall=recall)
        return await self._caller.post(self._at("context"), body, Context)

    async def chat(self, text: str | list[dict[str, Any]] | None, **options: Unpack[TurnOptions]) -> Reply:
        """As `AsyncSession.chat`; the model is the server's.

        It is not sent again when the connection breaks, unless an `id` is given: call it again with the same text.
        """
        body = checked_turn(text, options, remember=self._remember, stream=False)
        answer = await self._caller.send("POST", self._at("chat"), body, slow=True, once=body.id is None)
        return decoded(answer.content, Reply)

    def stream(self, text: str | list[dict[str, Any]] | None, **options: Unpack[TurnOptions]) -> ReplyStream:
        """As `AsyncSession.stream`; the model is the server's.

        Closing it early ends the request at once. A reply that had come to its end in the server by then is whole.
        """
        self._caller.check_open()
        return streamed(self._caller, self._key, checked_turn(text, options, remember=self._remember, stream=True))

    async def count_tokens(self, context: Context, *, model: ChatModel | str | None = None) -> TokenCount:
        """As `AsyncSession.count_tokens`; the count is that of the server's model.

        Raises:
            UsageError: `model` is given.
        """
        if model is not None:
            raise UsageError("over HTTP the server's model counts; leave `model` out")
        return await self._caller.post(self._at("tokens"), bodies.AskCount(context=context), TokenCount, slow=True)

    async def unanswered(self) -> list[Message]:
        """As `AsyncSession.unanswered`."""
        return (await self._caller.get(self._at("unanswered"), bodies.Messages)).messages

    async def summary(self) -> Summary | None:
        """As `AsyncSession.summary`."""
        return (await self._caller.get(self._at("summary"), bodies.GivenSummary)).summary

    async def rebuild_summary(self) -> Summary | None:
        """As `AsyncSession.rebuild_summary`."""
        return (await self._caller.post(self._at("summary", "rebuild"), None, bodies.GivenSummary, slow=True)).summary

    async def close(self) -> None:
        """As `AsyncSession.close`."""
        await self._caller.send("POST", self._at("close"))

    async def expire(self, ttl: timedelta | float | None, *, last: int | None = None) -> int:
        """As `AsyncSession.expire`."""
        ttl_ms = check_ttl(ttl)
        check_count(last, "last", least=1)
        body = bodies.Expiry(ttl_seconds=None if ttl_ms is None else ttl_ms / 1_000, last=last)
        return decoded((await self._caller.send("PUT", self._at("expiry"), body)).content, bodies.Count).count

    async def delete(self, *, memories: bool = False) -> int:
        """As `AsyncSession.delete`."""
        answer = await self._caller.send("DELETE", self._at(), query={"memories": memories})
        return decoded(answer.content, bodies.Count).count

    async def stats(
        self, *, step: Step = "day", since: datetime | None = None, until: datetime | None = None
    ) -> list[UsagePoint]:
        """As `AsyncSession.stats`."""
        span = {"since": moment(since, "since"), "until": moment(until, "until")}
        return (await self._caller.get(self._at("stats"), bodies.Stats, step=step, **span)).points

    async def record_usage(self, usage: Usage) -> None:
        """As `AsyncSession.record_usage`. It is not sent again when it may have been counted."""
        if not isinstance(usage, Usage):  # pyright: ignore[reportUnnecessaryIsInstance] -- callers may be untyped
            raise UsageError(f"usage must be a memlane.Usage, not {type(usage).__name__}")
        await self._caller.send("POST", self._at("usage"), usage, once=True)

    async def _add(self, messages: list[dict[str, Any]]) -> list[Message]:
        body = bodies.AddMessages(messages=messages, remember=self._remember)
        return (await self._caller.post(self._at("messages"), body, bodies.Messages)).messages

    def _at(self, *rest: str) -> str:
        return session_path(self._key.partition.user, self.id, *rest)
