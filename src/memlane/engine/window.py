"""What a session's context is made of: one read, one recall, and the window that fits."""

from collections.abc import Collection, Mapping, Sequence

import msgspec

from memlane.context.budget import MEMORY_SHARE
from memlane.context.context import Context, build_context, read_log
from memlane.context.costs import Tally
from memlane.context.rendering import message_text
from memlane.engine import recollect
from memlane.engine.core import Core
from memlane.engine.log import SessionLog
from memlane.engine.reading import instructions_of, messages_of, summary_of
from memlane.protocols.sessions import SessionState
from memlane.types.ids import message_memory_id
from memlane.types.memory import Recalled
from memlane.types.message import Message
from memlane.types.turn import CUT

_TOKENS_A_MESSAGE_COSTS_AT_LEAST = 4
_MOST_QUESTION_CHARACTERS = 20_000
"""How much of a message is looked for; a pasted file would hold up everybody else."""


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """What a context may hold.

    Attributes:
        query: What to recall; the newest user message when absent.
        max_tokens: Budget of the whole; None for no limit.
        last: At most this many recent messages; None for as many as fit.
        recall: At most this many memories.
        upto: No message behind this position; None for all.
        steady: Whether the window's start moves in steps, so that a provider's prompt cache serves most turns.
    """

    query: str | None = None
    max_tokens: int | None = None
    last: int | None = None
    recall: int = 5
    upto: int | None = None
    steady: bool = False


async def build_window(core: Core, log: SessionLog, wanted: Window, *, recalled: Sequence[Recalled] = ()) -> Context:
    """Read a session, recall what its newest question needs, and put its context together.

    Args:
        core: The connection's parts.
        log: The session.
        wanted: What the context may hold.
        recalled: What was recalled already; it is quoted where nothing else is to be recalled.

    Raises:
        BudgetExceededError, UsageError: as `build_context`.
        StoreUnavailableError: a store cannot be reached.
    """
    with core.observer.span("context"):
        return await _built(core, log, wanted, recalled)


async def _built(core: Core, log: SessionLog, wanted: Window, recalled: Sequence[Recalled]) -> Context:
    state = await log.read(_most_messages(wanted), upto=wanted.upto)
    builder = _Builder(core, log, state, wanted)
    shown = builder.context(recalled)
    query = wanted.query if wanted.query is not None else _newest_question(shown.messages)
    if wanted.recall and query:
        shown = builder.context(await _recalled(core, log, query, shown, wanted.recall))
    core.uses.note(log.key.partition, (found.memory for found in shown.memories))
    return shown


class _Builder:
    """Puts contexts of one session together that differ in what was recalled; reads its messages once."""

    def __init__(self, core: Core, log: SessionLog, state: SessionState, wanted: Window) -> None:
        summary = summary_of(state)
        if summary is not None and wanted.upto is not None and wanted.upto <= summary.upto:
            summary = None  # a turn made again after its message had left the window: it sees what it saw then
        self._summary = summary
        self._instructions = instructions_of(state)
        self._log = read_log(_worth_showing(messages_of(state), summary.upto if summary else 0), summary)
        self._counter = Tally(core.counter)
        self._session = log.key.session
        self._wanted = wanted

    def context(self, recalled: Sequence[Recalled]) -> Context:
        """Return the context with these memories; errors as `build_context`."""
        wanted = self._wanted
        return build_context(
            instructions=self._instructions,
            summary=self._summary,
            messages=self._log,
            recalled=recalled,
            session_id=self._session,
            max_tokens=wanted.max_tokens,
            last=wanted.last,
            counter=self._counter,
            steady=wanted.steady,
            memory_share=MEMORY_SHARE if wanted.recall else 0.0,
        )


def _worth_showing(messages: Sequence[Message], upto: int) -> list[Message]:
    """Return the messages behind a position but for replies that were cut and given anew."""
    last = {message.turn.answers: message.position for message in messages if message.turn and message.turn.answers}
    whole = {message.turn.answers for message in messages if message.turn and message.turn.stop != CUT}
    return [message for message in messages if message.position > upto and not _is_superseded(message, last, whole)]


def _is_superseded(message: Message, last: Mapping[str, int], whole: Collection[str | None]) -> bool:
    """Whether a message is a reply that was cut, of which there is a whole one or a later attempt."""
    turn = message.turn
    if turn is None or turn.stop != CUT:
        return False
    return turn.answers in whole or message.position < last.get(turn.answers or "", 0)


async def _recalled(core: Core, log: SessionLog, query: str, window: Context, limit: int) -> list[Recalled]:
    shown = frozenset(message_memory_id(log.key.session, message.id) for message in window.messages)
    scope = recollect.Scope(exclude=shown)
    return await recollect.recall(
        core, log.key.partition, query, limit=limit, at=None, scope=scope, session=log.key.session
    )


def _most_messages(wanted: Window) -> int | None:
    """Return how many messages a context can hold at most, so that one read suffices."""
    by_tokens = None if wanted.max_tokens is None else wanted.max_tokens // _TOKENS_A_MESSAGE_COSTS_AT_LEAST + 1
    if wanted.steady:
        return by_tokens
    return min((bound for bound in (wanted.last, by_tokens) if bound is not None), default=None)


def _newest_question(messages: list[Message]) -> str | None:
    newest = next((message_text(message) for message in reversed(messages) if message.role == "user"), None)
    return None if newest is None else newest[:_MOST_QUESTION_CHARACTERS]
