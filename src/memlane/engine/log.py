"""The log of one session: what is read from it and appended to it, encoded, checked and made recallable."""

from typing import Any

import msgspec

from memlane.engine.core import Core
from memlane.engine.reading import messages_of
from memlane.engine.verbatim import memory_of, memory_row
from memlane.protocols.sessions import Appended, NewMessage, SessionState
from memlane.types.ids import SessionKey, reply_id
from memlane.types.memory import Memory
from memlane.types.message import Message, make_message
from memlane.types.times import from_ms
from memlane.types.turn import CUT, Turn
from memlane.types.usage import Amounts
from memlane.types.wire import check_size, decode_message, encode_message


class SessionLog:
    """The messages of one session; `remember` says whether what is appended becomes recallable."""

    def __init__(self, core: Core, key: SessionKey, *, remember: bool) -> None:
        self.key = key
        self._core = core
        self._remember = remember

    async def read(self, last: int | None, *, upto: int | None = None) -> SessionState:
        """Return fields, counters and the newest messages; with `upto`, only those up to that position."""
        self._core.check_open()
        before = None if upto is None else upto + 1
        return await self._core.sessions.read(self.key, now_ms=self._core.clock.now_ms(), last=last, before=before)

    async def newest(self) -> Message | None:
        """Return the newest message, None when there is none."""
        messages = messages_of(await self.read(1))
        return messages[-1] if messages else None

    async def after(self, position: int) -> list[Message]:
        """Return the messages behind a position, oldest first."""
        newest = await self.newest()
        count = 0 if newest is None else newest.position - position
        if count <= 0:
            return []
        messages = messages_of(await self.read(count))
        return [message for message in messages if message.position > position]

    async def append(self, messages: list[Message]) -> list[Appended]:
        """Append checked messages as one block.

        Raises:
            TooLargeError: a message is over the limit; nothing was written.
            StoreUnavailableError: the store cannot be reached.
        """
        core = self._core
        core.check_open()
        if not messages:
            return []
        began, now_ms = core.usage.moment(), core.clock.now_ms()
        memories = [self._memory(message, now_ms) for message in messages]
        rows = [self._row(message, memory) for message, memory in zip(messages, memories, strict=True)]
        appended = await core.sessions.append(self.key, rows, now_ms=now_ms, default_ttl_ms=core.limits.session_ttl_ms)
        self._note_usage(appended, began)
        if self._remember:
            core.courier.notice(self.key.partition)
            core.notice(self.key.partition, filter(None, memories))
        core.work_came()
        return appended

    async def append_one(self, message: Message) -> tuple[Message, bool]:
        """Append a message; return it as stored, and whether it is new. Errors as `append`."""
        place = (await self.append([message]))[0]
        return stored(message, place), place.body is None

    async def append_reply(self, text: str, tool_calls: list[dict[str, Any]], turn: Turn, *, attempt: int) -> Message:
        """Append the reply of a turn, once whoever else makes the same turn; return what is stored.

        A whole reply takes the place behind one that was cut meanwhile.
        """
        while True:
            kept, is_new = await self.append_one(self.reply(text, tool_calls, turn, attempt=attempt))
            was_cut = kept.turn is not None and kept.turn.stop == CUT
            if is_new or turn.stop == CUT or not was_cut:
                return kept
            attempt += 1

    def reply(self, text: str, tool_calls: list[dict[str, Any]], turn: Turn, *, attempt: int) -> Message:
        """Return the message that the reply of a turn becomes, not stored."""
        return make_message(
            "assistant",
            text or None,
            id=reply_id(turn.answers or "", attempt),
            created_at=self._core.stamps.next(),
            tool_calls=tool_calls or None,
            turn=turn,
        )

    async def has(self, message: Message) -> bool:
        """Whether a message of this session still stands where it stood."""
        found = messages_of(await self.read(1, upto=message.position))
        return bool(found) and found[-1].id == message.id

    def _note_usage(self, appended: list[Appended], began: int) -> None:
        new = sum(place.body is None for place in appended)
        if new:
            self._core.usage.note(self.key.partition, self.key.session, Amounts(messages=new), since=began)

    def _memory(self, message: Message, now_ms: int) -> Memory | None:
        ttl_ms = self._core.limits.memories_ttl_ms
        expires_at = None if ttl_ms is None else from_ms(now_ms + ttl_ms)
        return memory_of(message, self.key.session, expires_at=expires_at) if self._remember else None

    def _row(self, message: Message, memory: Memory | None) -> NewMessage:
        body = check_size(encode_message(message), self._core.limits.message_bytes, "the message")
        return NewMessage(message.id, body, None if memory is None else memory_row(memory))


def stored(message: Message, place: Appended) -> Message:
    """Return a message as it stands in the log."""
    if place.body is not None:
        return decode_message(place.body, place.position)
    return msgspec.structs.replace(message, position=place.position)
