"""One call with memory: recognised, stored, extended by what is remembered, all within a short time."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any, Final, TypeVar

import msgspec

from memlane.access.credential import Credential
from memlane.context.parts import Text, read_turn
from memlane.context.remembered import memories_block
from memlane.engine.core import Core
from memlane.errors import MemlaneError, UsageError
from memlane.protocols.observer import Observer
from memlane.proxy.body import Body, NotUnderstoodError
from memlane.proxy.collecting import Answer
from memlane.proxy.dialect import Dialect, Named, without_ours
from memlane.proxy.errors import Headers, TooSlowError
from memlane.proxy.headers import first, memory_headers
from memlane.proxy.history import History, Reader, Said
from memlane.proxy.keeping import Keeper
from memlane.proxy.mirrors import Mirrors
from memlane.proxy.naming import session_from, session_of, user_of
from memlane.proxy.planning import Plan, Planner
from memlane.proxy.recalling import recall_for
from memlane.types.ids import Partition, SessionKey, make_partition
from memlane.types.memory import Recalled
from memlane.wiring.settings import ProxySettings

_WAIT_SECONDS: Final = 2.0
"""How long a call waits for memory altogether."""
_RETRIES: Final = b"x-stainless-retry-count"
"""The header in which both providers' packages say how often they have sent this very request before."""
_UNEXPECTED: Final = "unexpected"
_NO_USER: Final = "no user"
_NOT_UNDERSTOOD: Final = "not understood"
_NOT_THIS_API: Final = "the body is not a request of this API"
ON: Final = "on"
_log = logging.getLogger(__name__)

_Result = TypeVar("_Result")


class Stored:
    """What a call stores: planned at once, and stored while the recall searches and the provider answers.

    Not before the recall has read what it searches: it would find the new messages, and embed them first.
    """

    def __init__(
        self,
        planner: Planner,
        keeper: Keeper,
        key: SessionKey,
        sent: History,
        *,
        retry: bool,
        named: Named,
    ) -> None:
        """Begin."""
        self.key = key
        self.began = keeper.moment()
        self._planner = planner
        self._keeper = keeper
        self._sent = sent
        self._is_retry = retry
        self._named = named
        self._may_begin = asyncio.Event()
        self.planned = keeper.start(self._plan())
        self.kept = keeper.start(self._keep())

    def begin(self) -> None:
        """Say that the recall finds nothing new any more, or that it has ended."""
        self._may_begin.set()

    async def pending(self) -> Plan | None:
        """Return what is still to be stored; what has failed is planned anew.

        None when what is answered was erased, deleted or has expired meanwhile: nothing of it may come back.

        Raises:
            StoreUnavailableError: the store cannot be reached.
        """
        await asyncio.wait((self.planned, self.kept))
        plan = await self._planned_anew() if self.planned.exception() else self.planned.result()
        if self.kept.exception():
            return plan
        return msgspec.structs.replace(plan, new=[]) if await self._planner.stands(plan) else None

    @property
    def state(self) -> str:
        """What the caller is told: `on` once the messages are stored."""
        if not self.kept.done():
            return f"off; {TooSlowError.code}"
        error = self.kept.exception()
        return ON if error is None else f"off; {getattr(error, 'code', 'unexpected')}"

    async def _plan(self) -> Plan:
        await self._keeper.settled(self.key)
        return await self._planned_anew()

    async def _planned_anew(self) -> Plan:
        held = self._keeper.answers.held(self.key, self._named)
        return await self._planner.plan(self.key, self._sent, is_retry=self._is_retry, held=held)

    async def _keep(self) -> None:
        plan = await self.planned
        await self._may_begin.wait()
        await self._keeper.keep_new(plan)


class Prepared(msgspec.Struct, frozen=True):
    """A call as it is sent on.

    Attributes:
        data: The body.
        state: `on`, or `off; ` and why.
        stored: What is stored of it; None for nothing.
        recalled: The memories that were put in; None where none were looked for.
    """

    data: bytes
    state: str
    stored: Stored | None = None
    recalled: list[Recalled] | None = None

    @property
    def key(self) -> SessionKey | None:
        """The session; None where nothing is stored."""
        return None if self.stored is None else self.stored.key

    def headers(self, state: str | None = None) -> Headers:
        """Return what tells the caller about it; `state` where more is known by now."""
        session = None if self.stored is None else self.stored.key.session
        recalled = None if self.recalled is None else [one.memory.id for one in self.recalled]
        return memory_headers(state=state or self.state, session=session, recalled=recalled)

    async def settled(self) -> Headers:
        """Return what tells the caller about it, once the client's messages are stored: mostly they are by now."""
        if self.stored is None or self.state != ON:
            return self.headers()
        await asyncio.wait((self.stored.kept,), timeout=_WAIT_SECONDS)
        return self.headers(self.stored.state)

    async def finished(self, answer: Answer, credential: Credential, keeper: Keeper, *, is_whole: bool) -> None:
        """Store and count an answer that was delivered, or that broke off."""
        collected = answer.collected(is_whole=is_whole)
        if collected is None:
            return
        if self.stored is not None and collected.answer_id is not None:
            keeper.answers.begin(self.stored.key, collected.answer_id)  # the next call may come before it is stored
        used = keeper.usage_of(collected.completion, len(self.data))
        await keeper.note_spent(credential, used)
        if self.stored is not None:
            keeper.note_usage(self.stored.key, used, since=self.stored.began)
            await keeper.keep_answer(self.stored.pending, collected)


class Calls:
    """Prepares calls of one API."""

    def __init__(
        self,
        core: Core,
        *,
        dialect: Dialect,
        mirrors: Mirrors,
        keeper: Keeper,
        settings: ProxySettings,
        observer: Observer,
    ) -> None:
        self._core = core
        self._dialect = dialect
        self._reader = Reader(dialect)
        self._planner = Planner(core, mirrors, self._reader)
        self._keeper = keeper
        self._settings = settings
        self._observer = observer
        self._late: dict[Partition, asyncio.Task[Any]] = {}

    def answer(self, kind: bytes, encoding: bytes) -> Answer:
        """Return what reads an answer of this content type and content encoding."""
        return Answer(self._dialect, kind, encoding)

    async def prepare(self, credential: Credential, headers: Headers, data: bytes) -> Prepared:
        """Return the call as it is to be sent.

        Raises:
            ForbiddenError: the credential is for another user.
            UsageError: a header holds no valid id; where nothing may go without memory, there is no user.
            MemlaneError: memory failed, and nothing may go without it.
        """
        try:
            body = Body(data)
            named = self._dialect.named(body)
            without_ours(body)
        except NotUnderstoodError:
            return self._without(data, None, UsageError(_NOT_THIS_API), _NOT_UNDERSTOOD)
        user = user_of(headers, named, credential)
        if user is None:
            return self._without(body.data(), None, UsageError("no user is named, by X-Memlane-User or else"), _NO_USER)
        return await self._with(make_partition(user, credential.tenant), body, named, headers)

    async def _with(self, partition: Partition, body: Body, named: Named, headers: Headers) -> Prepared:
        session = session_of(headers, named)
        plain, stored = body.copy(), None
        try:
            sent = self._reader.read(body, partition, session)
            key = SessionKey(partition, session or self._session(partition, named, sent))
            self._reader.note(body, partition, session, sent, "" if session or named.follows else key.session)
            stored = Stored(self._planner, self._keeper, key, sent, retry=_is_retry(headers), named=named)
            with self._observer.span("proxy.memory"):
                recalled = await self._remembered(stored, sent)
            if recalled:
                self._put(body, sent, memories_block(recalled))
        except NotUnderstoodError:
            return self._without(plain.data(), stored, UsageError(_NOT_THIS_API), _NOT_UNDERSTOOD)
        except MemlaneError as exc:
            return self._without(plain.data(), stored, exc, exc.code)
        except Exception as exc:  # noqa: BLE001 -- whatever is wrong with memory, the call goes through
            _log.exception("memory failed in an unexpected way")
            return self._without(plain.data(), stored, MemlaneError("memory failed"), _UNEXPECTED, exc)
        finally:
            if stored is not None:
                stored.begin()
        return Prepared(body.data(), ON, stored, recalled)

    def _put(self, body: Body, sent: History, text: str) -> None:
        """Put a text before the words of the newest user message; if that was answered, behind the instructions."""
        at = _host(sent.said)
        if at is None:
            sent = sent.whole()
            at = _host(sent.said)
        self._dialect.put(body, sent.items, text, at)

    async def _remembered(self, stored: Stored, sent: History) -> list[Recalled]:
        key, until = stored.key, asyncio.get_running_loop().time() + _WAIT_SECONDS
        late = self._late.get(key.partition)
        if late is not None:
            await _in_time(late, until)
        await self._keeper.settled(key)
        finding = recall_for(
            self._core,
            key,
            self._query(sent),
            self._settings,
            sent=sent,
            guess=self._planner.guess(key, sent),
            planned=stored.planned,
            ready=stored.begin,
        )
        work = self._keeper.start(finding)
        try:
            recalled = await _in_time(work, until)
        except TooSlowError:
            self._leave(key.partition, work)
            raise
        stored.begin()
        await _in_time(stored.planned, until)
        if self._settings.fail_closed:
            await _in_time(stored.kept, until)
        return recalled

    def _leave(self, partition: Partition, work: asyncio.Task[Any]) -> None:
        """Let a recall go on that took too long, so that the next finds its partition in memory."""
        self._late[partition] = work
        work.add_done_callback(lambda _: self._late.pop(partition, None))

    def _session(self, partition: Partition, named: Named, sent: History) -> str:
        if named.follows is not None:
            return self._keeper.answers.session(partition, named.follows)
        if sent.session:
            return sent.session
        begins = next((said for said in sent.whole().said if said.marks.role == "user"), None)
        return session_from(None if begins is None else self._reader.message(begins.items))

    def _query(self, sent: History) -> str:
        """Return the words of the newest user message that says something."""
        said = _newest(sent.said) or _newest(sent.whole().said)
        blocks = [] if said is None else read_turn(self._reader.message(said.items)).blocks
        return "\n".join(block.text for block in blocks if isinstance(block, Text))

    def _without(
        self, data: bytes, stored: Stored | None, error: MemlaneError, reason: str, cause: Exception | None = None
    ) -> Prepared:
        """Return the call without memory; raise `error` instead where nothing may go so."""
        self._observer.count("proxy.without_memory", reason=reason)
        if self._settings.fail_closed:
            raise error from cause
        return Prepared(data, f"off; {reason}", stored)


async def _in_time(task: asyncio.Task[_Result], until: float) -> _Result:
    """Return what a task returns, which goes on where it takes too long.

    Raises:
        TooSlowError: it has not ended at `until`, by the loop's clock.
    """
    await asyncio.wait((task,), timeout=max(0.0, until - asyncio.get_running_loop().time()))
    if not task.done():
        raise TooSlowError("memory did not answer in time")
    return task.result()


def _newest(sent: Sequence[Said]) -> Said | None:
    return next((one for one in reversed(sent) if _speaks(one)), None)


def _host(sent: Sequence[Said]) -> int | None:
    """Return where the newest user message stands, if nobody has answered it; as `memlane.context.placement`."""
    for said in reversed(sent):
        if _speaks(said):
            return said.at
        if said.marks.role == "assistant" and not said.marks.calls:
            return None
    return None


def _speaks(said: Said) -> bool:
    return said.marks.role == "user" and said.marks.speaks


def _is_retry(headers: Headers) -> bool:
    return (first(headers, _RETRIES) or b"0") != b"0"
