"""The handle of one session: what was said, the window that is sent, turns with a model, and how long it lives."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from types import EllipsisType
from typing import Any, Unpack

from memlane.context.context import Context
from memlane.engine import quoting, turn
from memlane.engine.ask import TurnOptions, make_ask
from memlane.engine.core import Core
from memlane.engine.instructing import instruct
from memlane.engine.knowledge import reopen
from memlane.engine.listing import all_memories
from memlane.engine.log import SessionLog, stored
from memlane.engine.numbers import check_count, check_last
from memlane.engine.progress import mark_closed
from memlane.engine.reading import instructions_of, messages_of, session_info, summary_of
from memlane.engine.reply import Reply, ReplyStream, TokenCount
from memlane.engine.stats import record, session_stats
from memlane.engine.summarise import covered_ids, rebuild_summary
from memlane.engine.window import Window, build_window
from memlane.errors import UsageError
from memlane.protocols.chat_model import ChatModel
from memlane.types.ids import SessionKey
from memlane.types.message import Message, make_message, message_from_mapping
from memlane.types.session import SessionInfo
from memlane.types.summary import Summary
from memlane.types.times import check_ttl
from memlane.types.turn import Usage
from memlane.types.usage import Step, UsagePoint


class AsyncSession:
    """One conversation of one user. A handle: making one does no I/O."""

    def __init__(self, core: Core, key: SessionKey, *, remember: bool) -> None:
        """Handle the session `key`; `remember` says whether what is added becomes recallable."""
        self._core = core
        self._key = key
        self._log = SessionLog(core, key, remember=remember)

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
        """Add one message and return it as stored.

        An id that the session already has adds nothing: the stored message is returned.

        Args:
            role: `system`, `developer`, `user`, `assistant`, `tool` or `function`.
            content: Text, a list of parts (JSON objects) or None.
            id: Unique within the session; made when absent.
            name: The speaker's name.
            created_at: When it was said, with its time zone; now when absent.
            metadata: A JSON object of your own.

        Raises:
            UsageError: a field is not allowed; nothing was written.
            TooLargeError: the message is over the limit; nothing was written.
            StoreUnavailableError: the store cannot be reached.
        """
        message = make_message(
            role,
            content,
            id=self._core.new_id() if id is None else id,
            created_at=self._core.stamps.next() if created_at is None else created_at,
            name=name,
            metadata=metadata,
        )
        return (await self._log.append_one(message))[0]

    async def add_many(self, messages: Iterable[Message | Mapping[str, Any]]) -> list[Message]:
        """Add messages as one block and return them as stored; all are checked before any is written.

        Args:
            messages: `Message` objects or mappings with `role`, `content` and optional `id`, `name`, `created_at`,
                `tool_calls`, `tool_call_id`, `metadata`; other fields are kept as they are.

        Raises:
            UsageError: a message is not allowed (says which); nothing was written.
            TooLargeError: a message is over the limit; nothing was written.
            StoreUnavailableError: the store cannot be reached.
        """
        if isinstance(messages, Mapping | str | bytes):
            raise UsageError("add_many takes a list of messages; use add for one")
        checked = [self._checked(number, given) for number, given in enumerate(messages)]
        places = await self._log.append(checked)
        return [stored(message, place) for message, place in zip(checked, places, strict=True)]

    async def add_new(self, messages: list[Message]) -> int:
        """Add checked messages as one block and return how many were new; errors as `add_many`."""
        return sum(place.body is None for place in await self._log.append(messages))

    async def messages(self, last: int | None = None, *, before: int | None = None) -> list[Message]:
        """Return the live messages, oldest first; with `last`, only the newest n.

        Args:
            last: At most this many, the newest ones.
            before: Only messages at positions below this one; `last` counts from there.

        Raises:
            UsageError: a number is out of range.
            StoreUnavailableError: the store cannot be reached.
        """
        check_count(before, "before", least=1)
        return messages_of(await self._log.read(check_last(last), upto=None if before is None else before - 1))

    async def info(self) -> SessionInfo | None:
        """Return how many messages this session has, when it began and was written to, and when what of it ends.

        None when there is no such session, or it has expired.

        Raises:
            StoreUnavailableError: the store cannot be reached.
        """
        return session_info(self.id, await self._log.read(0))

    async def instruct(self, text: str | None, *, if_was: str | EllipsisType | None = ...) -> None:
        """Set the instructions (system prompt) of this session; None or empty text removes them.

        Args:
            text: The instructions.
            if_was: Only if they are still these, None for none; whatever they are when absent.

        Raises:
            UsageError: not text, or text that cannot be kept.
            TooLargeError: over the limit.
            PreconditionError: they are not what `if_was` says; nothing was written.
            StoreUnavailableError: the store cannot be reached.
        """
        await instruct(self._core, self._log, text, if_was)

    async def instructions(self) -> str | None:
        """Return the instructions of this session, None when there are none."""
        return instructions_of(await self._log.read(0))

    async def context(
        self,
        query: str | None = None,
        *,
        max_tokens: int | None = None,
        last: int | None = None,
        recall: int = 5,
    ) -> Context:
        """Return what to send to a model: instructions, what is remembered, summary and recent messages.

        Args:
            query: What to recall; the newest user message when absent. It is not added to the messages.
            max_tokens: Budget of the whole context; None for no limit.
            last: At most this many recent messages; None for as many as fit.
            recall: At most this many memories; 0 for none.

        Raises:
            BudgetExceededError: instructions and the newest exchange alone are over `max_tokens`; names the smallest
                budget that would do.
            UsageError: a number is out of range.
            StoreUnavailableError: a store cannot be reached.
        """
        check_last(last)
        check_count(max_tokens, "max_tokens", least=1)
        check_count(recall, "recall", least=0)
        window = Window(query=query, max_tokens=max_tokens, last=last, recall=recall)
        return await build_window(self._core, self._log, window)

    async def chat(self, text: str | list[dict[str, Any]] | None, **options: Unpack[TurnOptions]) -> Reply:
        """Keep what the user says, ask the model with all it should know, keep its reply and return it.

        The user's message is stored before the model is asked. If that fails the message stays, among `unanswered()`,
        and calling this again with the same text or id replies to it instead of adding another.
        Without a model the reply quotes what memory holds; it is kept in the session and not remembered.

        Args:
            text: What the user says: text or a list of parts; None replies to what the session ends with, such as the
                results of tools.
            **options: See `TurnOptions`.

        Raises:
            ModelError: the model failed; `retryable` says whether trying again may help.
            SettingError: the model, its key or its address is not accepted.
            BudgetExceededError: instructions and what the user says do not fit.
            UsageError: an argument is out of range; nothing was written.
            StoreUnavailableError: a store cannot be reached.
        """
        ask = make_ask(self._core, text, options)
        if ask.model is None:
            return await quoting.chat(self._core, self._log, ask)
        return await turn.chat(self._core, self._log, ask, ask.model)

    def stream(self, text: str | list[dict[str, Any]] | None, **options: Unpack[TurnOptions]) -> ReplyStream:
        """As `chat`, giving the reply in pieces of text as they come; its `reply` is the whole at the end.

        A stream that breaks off, or that you close before its end, leaves what had come as a reply whose `turn.stop` is
        `cut`; calling this again replies anew.
        """
        ask = make_ask(self._core, text, options)
        if ask.model is None:
            return quoting.stream(self._core, self._log, ask)
        return turn.stream(self._core, self._log, ask, ask.model)

    async def count_tokens(self, context: Context, *, model: ChatModel | str | None = None) -> TokenCount:
        """Return what a context comes to: by the provider's own count where there is one, else as the context says.

        Args:
            context: As `context` returned it, or a reply's.
            model: Whose count, as in `connect`; None for the model of the connection.

        Raises:
            ModelError: the provider failed.
            SettingError: the model, its key or its address is not accepted.
        """
        self._core.check_open()
        return await turn.count_tokens(context, self._core.models.chosen(model))

    async def unanswered(self) -> list[Message]:
        """Return the messages given to `chat` or `stream` that have no whole reply, oldest first.

        Raises:
            StoreUnavailableError: the store cannot be reached.
        """
        return turn.unanswered(messages_of(await self._log.read(None)))

    async def summary(self) -> Summary | None:
        """Return the summary of what has left the window, with the messages it covers; None when nothing has.

        Raises:
            StoreUnavailableError: the store cannot be reached.
        """
        summary = summary_of(await self._log.read(0))
        return None if summary is None else await covered_ids(self._log, summary)

    async def rebuild_summary(self) -> Summary | None:
        """Make the summary anew from the messages it covers, and return it; None when there is none.

        Raises:
            ModelError: the model failed; the summary stays as it was.
            StoreUnavailableError: the store cannot be reached.
        """
        return await rebuild_summary(self._core, self._log)

    async def close(self) -> None:
        """Say that this conversation is over: its facts and its episode are written soon, without waiting for quiet.

        Adding another message opens it again.

        Raises:
            StoreUnavailableError: the store cannot be reached.
        """
        self._core.check_open()
        await mark_closed(self._core, self._log)

    async def expire(self, ttl: timedelta | float | None, *, last: int | None = None) -> int:
        """Set how long this session lives after its last write, or how long its last n messages still live.

        Args:
            ttl: A timedelta or seconds; None for never.
            last: None for the session: its time to live slides with every write. A number: the newest n messages,
                once, from now; later messages are not affected, and None gives those n the session's life again.

        Returns:
            How many messages it applies to.

        Raises:
            UsageError: not a time, shorter than a millisecond, or `last` below 1.
            StoreUnavailableError: the store cannot be reached.
        """
        ttl_ms = check_ttl(ttl)
        check_count(last, "last", least=1)
        self._core.check_open()
        return await self._core.sessions.expire(self._key, ttl_ms, now_ms=self._core.clock.now_ms(), last=last)

    async def delete(self, *, memories: bool = False) -> int:
        """Remove this session and return how many messages it had.

        Args:
            memories: Also forget what is remembered of it; otherwise that stays recallable.

        Raises:
            StoreUnavailableError: a store cannot be reached.
        """
        self._core.check_open()
        partition = self._key.partition
        removed = await self._core.sessions.delete(self._key)
        if memories:
            await self._core.courier.deliver(partition)
            gone = await all_memories(self._core, partition, sessions={self.id})
            ids = [memory.id for memory in gone]
            await self._core.memories.delete(partition, ids, now_ms=self._core.clock.now_ms())
            await reopen(self._core, partition, gone)
        return removed

    async def stats(
        self, *, step: Step = "day", since: datetime | None = None, until: datetime | None = None
    ) -> list[UsagePoint]:
        """Return what was used in this session over time, oldest first; arguments and errors as `AsyncMemlane.stats`.

        Searches by `AsyncUser.recall` belong to no session. What was used stays known when a session is deleted.
        """
        return await session_stats(self._core, self._key, step=step, since=since, until=until)

    async def record_usage(self, usage: Usage) -> None:
        """Count the tokens of a call of a model that the application made itself for this session.

        Those of `chat` and `stream` are counted already. It is written some seconds later, with what else was counted.

        Args:
            usage: What the call took; `estimated` is not kept.

        Raises:
            UsageError: not a `Usage`, or a number in it is negative or above a thousand million.
        """
        record(self._core, self._key, usage)

    def _checked(self, number: int, given: object) -> Message:
        try:
            return message_from_mapping(given, id=self._core.new_id(), created_at=self._core.stamps.next())
        except UsageError as exc:
            raise UsageError(f"message {number + 1}: {exc}") from exc
