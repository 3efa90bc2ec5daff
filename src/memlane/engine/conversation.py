"""The handle of one session: what was said, the window of it that is sent, and how long it lives."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from memlane.context.context import Context, build_context
from memlane.context.rendering import message_text
from memlane.engine import recollect
from memlane.engine.core import Core
from memlane.engine.listing import all_memories
from memlane.engine.reading import INSTRUCTIONS, instructions_of, messages_of, summary_of
from memlane.engine.verbatim import memory_of, memory_row
from memlane.errors import UsageError
from memlane.protocols.sessions import Appended, NewMessage, SessionState
from memlane.types.ids import SessionKey, check_text, message_memory_id
from memlane.types.memory import Memory, Recalled
from memlane.types.message import Message, make_message, message_from_mapping
from memlane.types.times import check_ttl, from_ms
from memlane.types.wire import check_size, decode_message, encode_message

_TOKENS_A_MESSAGE_COSTS_AT_LEAST = 4


class AsyncSession:
    """One conversation of one user. A handle: making one does no I/O."""

    def __init__(self, core: Core, key: SessionKey, *, remember: bool) -> None:
        """Handle the session `key`; `remember` says whether what is added becomes recallable."""
        self._core = core
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
        return _stored(message, (await self._append([message]))[0])

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
        places = await self._append(checked)
        return [_stored(message, place) for message, place in zip(checked, places, strict=True)]

    async def add_new(self, messages: list[Message]) -> int:
        """Add checked messages as one block and return how many were new; errors as `add_many`."""
        return sum(place.body is None for place in await self._append(messages))

    async def messages(self, last: int | None = None) -> list[Message]:
        """Return the live messages, oldest first; with `last`, only the newest n.

        Raises:
            UsageError: `last` is negative or not a whole number.
            StoreUnavailableError: the store cannot be reached.
        """
        state = await self._read(check_last(last))
        return messages_of(state)

    async def instruct(self, text: str | None) -> None:
        """Set the instructions (system prompt) of this session; None or empty text removes them.

        Raises:
            UsageError: not text, or text that cannot be kept.
            TooLargeError: over the limit.
            StoreUnavailableError: the store cannot be reached.
        """
        if text is not None and not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance] -- callers may be untyped
            raise UsageError(f"instructions must be text, not {type(text).__name__}")
        body = check_text(text, "instructions").encode() if text else None
        if body:
            check_size(body, self._core.limits.message_bytes, "the instructions")
        await self._write_field(INSTRUCTIONS, body)

    async def instructions(self) -> str | None:
        """Return the instructions of this session, None when there are none."""
        return instructions_of(await self._read(0))

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
        state = await self._read(_most_messages(last, max_tokens))
        window = self._window(state, [], max_tokens, last)
        wanted = query if query is not None else _newest_question(window.messages)
        if not recall or not wanted:
            return window
        return self._window(state, await self._recalled(wanted, window, recall), max_tokens, last)

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
            ids = [memory.id for memory in await all_memories(self._core, partition, sessions={self.id})]
            await self._core.memories.delete(partition, ids, now_ms=self._core.clock.now_ms())
        return removed

    def _checked(self, number: int, given: object) -> Message:
        try:
            return message_from_mapping(given, id=self._core.new_id(), created_at=self._core.stamps.next())
        except UsageError as exc:
            raise UsageError(f"message {number + 1}: {exc}") from exc

    async def _append(self, messages: list[Message]) -> list[Appended]:
        core = self._core
        core.check_open()
        if not messages:
            return []
        now_ms = core.clock.now_ms()
        memories = [self._memory(message, now_ms) for message in messages]
        rows = [self._row(message, memory) for message, memory in zip(messages, memories, strict=True)]
        appended = await core.sessions.append(self._key, rows, now_ms=now_ms, default_ttl_ms=core.limits.session_ttl_ms)
        if self._remember:
            core.courier.notice(self._key.partition)
            core.notice(self._key.partition, filter(None, memories))
        return appended

    def _memory(self, message: Message, now_ms: int) -> Memory | None:
        ttl_ms = self._core.limits.memories_ttl_ms
        expires_at = None if ttl_ms is None else from_ms(now_ms + ttl_ms)
        return memory_of(message, self.id, expires_at=expires_at) if self._remember else None

    def _row(self, message: Message, memory: Memory | None) -> NewMessage:
        body = check_size(encode_message(message), self._core.limits.message_bytes, "the message")
        return NewMessage(message.id, body, None if memory is None else memory_row(memory))

    async def _read(self, last: int | None) -> SessionState:
        self._core.check_open()
        return await self._core.sessions.read(self._key, now_ms=self._core.clock.now_ms(), last=last)

    async def _write_field(self, name: str, body: bytes | None) -> None:
        self._core.check_open()
        await self._core.sessions.write_fields(
            self._key,
            {name: body},
            now_ms=self._core.clock.now_ms(),
            default_ttl_ms=self._core.limits.session_ttl_ms,
        )

    def _window(
        self, state: SessionState, recalled: list[Recalled], max_tokens: int | None, last: int | None
    ) -> Context:
        summary = summary_of(state)
        upto = summary.upto if summary else 0
        return build_context(
            instructions=instructions_of(state),
            summary=summary,
            messages=[message for message in messages_of(state) if message.position > upto],
            recalled=recalled,
            session_id=self.id,
            max_tokens=max_tokens,
            last=last,
            counter=self._core.counter,
        )

    async def _recalled(self, query: str, window: Context, limit: int) -> list[Recalled]:
        shown = frozenset(message_memory_id(self.id, message.id) for message in window.messages)
        partition = self._key.partition
        scope = recollect.Scope(exclude=shown)
        return await recollect.recall(self._core, partition, query, limit=limit, at=None, scope=scope)


def check_last(last: object) -> int | None:
    """Return `last` when it is None or a whole number from 0.

    Raises:
        UsageError: it is not.
    """
    return check_count(last, "last", least=0)


def check_count(value: object, what: str, *, least: int) -> int | None:
    """Return `value` when it is None or a whole number of at least `least`.

    Raises:
        UsageError: it is not.
    """
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise UsageError(f"{what} must be a whole number of at least {least}, not {value!r}")
    return value


def _most_messages(last: int | None, max_tokens: int | None) -> int | None:
    """Return how many messages a context can hold at most, so that one read suffices."""
    bounds = [
        bound
        for bound in (last, None if max_tokens is None else max_tokens // _TOKENS_A_MESSAGE_COSTS_AT_LEAST + 1)
        if bound is not None
    ]
    return min(bounds, default=None)


def _stored(message: Message, place: Appended) -> Message:
    if place.body is not None:
        return decode_message(place.body, place.position)
    return msgspec.structs.replace(message, position=place.position)


def _newest_question(messages: list[Message]) -> str | None:
    return next((message_text(message) for message in reversed(messages) if message.role == "user"), None)
