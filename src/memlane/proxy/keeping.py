"""Stores what was said in a call: the client's new messages at once, the answer once it was delivered."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

import msgspec

from memlane.access.credential import Credential, Meter
from memlane.context.rendering import message_text
from memlane.engine.core import Core
from memlane.engine.log import SessionLog
from memlane.engine.usage import tokens_of
from memlane.errors import MemlaneError
from memlane.protocols.chat_model import Completion
from memlane.protocols.observer import Observer
from memlane.proxy.collecting import Collected
from memlane.proxy.mirrors import Mirrors
from memlane.proxy.naming import Answers, Held
from memlane.proxy.planning import Plan, id_behind
from memlane.types.ids import SessionKey
from memlane.types.message import Message, make_message
from memlane.types.turn import Turn, Usage
from memlane.types.wire import encode_message

_log = logging.getLogger(__name__)
_DELAYS_SECONDS: Final = (0.1, 0.5, 2.0)
_BYTES_A_TOKEN: Final = 4
_SETTLED_SECONDS: Final = 0.5

Planning = Callable[[], Awaitable[Plan | None]]


class Keeper:
    """Stores in the background; aclose() waits until everything is stored."""

    def __init__(self, core: Core, mirrors: Mirrors, meter: Meter, observer: Observer) -> None:
        self._core = core
        self._mirrors = mirrors
        self._meter = meter
        self._observer = observer
        self._running: set[asyncio.Task[Any]] = set()
        self._storing: dict[SessionKey, set[asyncio.Task[Any]]] = {}
        self.answers = Answers()

    def start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Do work to its end, whatever becomes of the call."""
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    async def settled(self, key: SessionKey) -> None:
        """Wait a little until the answers that were delivered in a session are stored."""
        storing = self._storing.get(key)
        if storing:
            await asyncio.wait(storing, timeout=_SETTLED_SECONDS)

    def finish(self, key: SessionKey | None, work: Coroutine[Any, Any, None]) -> None:
        """Do what is to be done after an answer was delivered; None for one in no session."""
        task = self.start(work)
        if key is not None:
            self._storing.setdefault(key, set()).add(task)
            task.add_done_callback(lambda ended: self._stored(key, ended))

    async def keep_new(self, plan: Plan) -> None:
        """Store the client's new messages.

        Raises:
            StoreUnavailableError: the store cannot be reached.
        """
        await self._append(plan.key, plan.new)

    async def keep_answer(self, planning: Planning, collected: Collected) -> None:
        """Store an answer, behind what of the client's messages is not stored yet; try again for a while.

        Args:
            planning: Returns what is still to be stored of the call, None when nothing may be; asked again after it
                has failed.
            collected: The answer.
        """
        for delay in (*_DELAYS_SECONDS, None):
            try:
                plan = await planning()
                if plan is not None:
                    await self._keep(plan, collected)
            except MemlaneError as exc:
                if exc.retryable and delay is not None:
                    await asyncio.sleep(delay)
                    continue
                self._observer.count("proxy.not_kept", code=exc.code)
                _log.warning("an answer was not kept: %s", exc.code)
            return

    def moment(self) -> int:
        """Return the moment a call begins at, to be given to note_usage()."""
        return self._core.usage.moment()

    def note_usage(self, key: SessionKey, used: Usage, *, since: int) -> None:
        """Count what a call that began at the moment `since` took, for its session."""
        self._core.usage.note(key.partition, key.session, tokens_of(used), since=since)

    async def note_spent(self, credential: Credential, used: Usage) -> None:
        """Count what a call took towards the caller's budget."""
        try:
            await self._meter.spent(credential, used.input_tokens + used.output_tokens)
        except MemlaneError as exc:
            _log.warning("tokens were not counted: %s", exc.code)

    def usage_of(self, completion: Completion, sent_bytes: int) -> Usage:
        """Return the tokens of a call: the provider's count, else an estimate by the size of what was sent."""
        if completion.usage is not None:
            return completion.usage
        said = self._core.counter.count(completion.text)
        return Usage(input_tokens=sent_bytes // _BYTES_A_TOKEN, output_tokens=said, estimated=True)

    async def aclose(self) -> None:
        """Wait until all that was begun is done."""
        while self._running:
            await asyncio.gather(*self._running, return_exceptions=True)

    async def _keep(self, plan: Plan, collected: Collected) -> None:
        answer = self._answer(plan, collected.completion)
        await self._append(plan.key, [*plan.new, *([] if answer is None else [answer])])
        if collected.answer_id is not None:
            held = Held(plan.key.session, plan.begins, "" if answer is None else answer.id)
            self.answers.note(plan.key.partition, collected.answer_id, held)

    def _answer(self, plan: Plan, completion: Completion) -> Message | None:
        if not completion.text and not completion.tool_calls:
            return None
        turn = Turn(answers=plan.asked, model=completion.model or None, usage=completion.usage, stop=completion.stop)
        message = make_message(
            "assistant",
            completion.text or None,
            id="answer",
            created_at=self._core.stamps.next(),
            tool_calls=completion.tool_calls or None,
            turn=turn,
        )
        return msgspec.structs.replace(message, id=id_behind(plan.asked or "", message))

    async def _append(self, key: SessionKey, messages: list[Message]) -> None:
        if messages:
            log = SessionLog(self._core, key, remember=True)
            fitting = [self._fitting(one) for one in messages]
            self._mirrors.added(key, fitting, await log.append(fitting))

    def _fitting(self, message: Message) -> Message:
        """Return a message that is small enough to be stored: without its pictures and files, its words cut."""
        limit = self._core.limits.message_bytes
        if len(encode_message(message)) <= limit:
            return message
        self._observer.count("proxy.too_large")
        words, room, shorter = message_text(message).encode(), limit, message
        while room and len(encode_message(shorter)) > limit:
            text = words[:room].decode(errors="ignore")
            shorter = msgspec.structs.replace(message, content=text, tool_calls=None, tool_call_id=None, extra={})
            room //= 2
        return shorter

    def _stored(self, key: SessionKey, task: asyncio.Task[Any]) -> None:
        self._storing[key].discard(task)
        if not self._storing[key]:
            del self._storing[key]

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None and not isinstance(error, MemlaneError):
            _log.error("storing a call failed", exc_info=error)
