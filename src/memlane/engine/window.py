"""What a session's context is made of: one read, one recall, and the window that fits."""

from collections.abc import Collection, Mapping, Sequence

import msgspec

from memlane.context.budget import MEMORY_SHARE
from memlane.context.context import Context, Draft
from memlane.context.rendering import message_text
from memlane.engine import recollect
from memlane.engine.core import Core
from memlane.engine.counting import RememberingCounter
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
        counter: What counts tokens; that of the connection when absent.
    """

    query: str | None = None
    max_tokens: int | None = None
    last: int | None = None
    recall: int = 5
    upto: int | None = None
    steady: bool = False
    counter: RememberingCounter | None = None


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
    draft = _draft(core, log, await log.read(_most_messages(wanted), upto=wanted.upto), wanted)
    query = wanted.query
    if wanted.recall and query != "":
        shown = draft.messages(recalled)
        query = _newest_question(shown) if query is None else query
        recalled = await _recalled(core, log, query, shown, wanted.recall) if query else recalled
    context = draft.context(recalled)
    core.uses.note(log.key.partition, (found.memory for found in context.memories))
    return context


def _draft(core: Core, log: SessionLog, state: SessionState, wanted: Window) -> Draft:
    """Return the context but for what is recalled; errors as `build_context`."""
    summary = summary_of(state)
    if summary is not None and wanted.upto is not None and wanted.upto <= summary.upto:
        summary = None  # a turn made again after its message had left the window: it sees what it saw then
    messages = _worth_showing(messages_of(state), summary.upto if summary else 0)
    return Draft(
        messages=messages,
        counter=wanted.counter or core.counter,
        instructions=instructions_of(state),
        summary=summary,
        max_tokens=wanted.max_tokens,
        last=wanted.last,
        session_id=log.key.session,
        memory_share=MEMORY_SHARE if wanted.recall else 0.0,
        steady=wanted.steady,
    )


def _worth_showing(messages: Sequence[Message], upto: int) -> list[Message]:
    """Return the messages behind a position but for replies that were cut and given anew."""
    if not any(message.turn for message in messages):
        return [message for message in messages if message.position > upto]
    last = {message.turn.answers: message.position for message in messages if message.turn and message.turn.answers}
    whole = {message.turn.answers for message in messages if message.turn and message.turn.stop != CUT}
    return [message for message in messages if message.position > upto and not _is_superseded(message, last, whole)]


def _is_superseded(message: Message, last: Mapping[str, int], whole: Collection[str | None]) -> bool:
    """Whether a message is a reply that was cut, of which there is a whole one or a later attempt."""
    turn = message.turn
    if turn is None or turn.stop != CUT:
        return False
    return turn.answers in whole or message.position < last.get(turn.answers or "", 0)


async def _recalled(core: Core, log: SessionLog, query: str, shown: Sequence[Message], limit: int) -> list[Recalled]:
    ids = frozenset(message_memory_id(log.key.session, message.id) for message in shown)
    scope = recollect.Scope(exclude=ids)
    return await recollect.recall(
        core, log.key.partition, query, limit=limit, at=None, scope=scope, session=log.key.session
    )


def _most_messages(wanted: Window) -> int | None:
    """Return how many messages a context can hold at most, so that one read suffices."""
    by_tokens = None if wanted.max_tokens is None else wanted.max_tokens // _TOKENS_A_MESSAGE_COSTS_AT_LEAST + 1
    if wanted.steady:
        return by_tokens
    return min((bound for bound in (wanted.last, by_tokens) if bound is not None), default=None)


def _newest_question(messages: Sequence[Message]) -> str | None:
    newest = next((message_text(message) for message in reversed(messages) if message.role == "user"), None)
    return None if newest is None else newest[:_MOST_QUESTION_CHARACTERS]
