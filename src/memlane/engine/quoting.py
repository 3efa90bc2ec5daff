"""Turns without a model: the reply quotes what memory holds, and never concludes."""

from collections.abc import AsyncGenerator
from contextlib import ExitStack

from memlane.context.rendering import message_text
from memlane.engine import recollect
from memlane.engine.ask import Ask
from memlane.engine.core import Core
from memlane.engine.log import SessionLog
from memlane.engine.quotation import NOTHING_KNOWN, quotations
from memlane.engine.reply import Reply, ReplyStream
from memlane.engine.sent import sent_of
from memlane.engine.turn import asked, replies_to
from memlane.engine.window import Window, build_window
from memlane.recall.relevance import relevant
from memlane.types.ids import reply_id
from memlane.types.memory import Recalled
from memlane.types.message import Message, make_message
from memlane.types.turn import CUT, QUOTED, Turn, Usage

_CANDIDATES = 30
_QUOTES = 3


async def chat(core: Core, log: SessionLog, ask: Ask) -> Reply:
    """Keep what the user says and reply with what memory holds on it; see `AsyncSession.chat`."""
    with ExitStack() as flying:
        message, is_new = await asked(core, log, ask, flying)
    earlier = [] if is_new else await replies_to(log, message)
    quoted = await _quoted(core, log, message)
    whole = next((reply for reply in earlier if reply.turn and reply.turn.stop != CUT), None)
    window = Window(max_tokens=ask.max_tokens, last=ask.last, recall=0, upto=message.position)
    context = await build_window(core, log, window, recalled=quoted)
    turn = Turn(answers=message.id, model=QUOTED, stop="end", sent=sent_of(core, context, quoted))
    reply = whole or await _keep(core, log, turn, quoted, attempt=len(earlier))
    return Reply(text=message_text(reply), message=reply, context=context, usage=Usage())


def stream(core: Core, log: SessionLog, ask: Ask) -> ReplyStream:
    """As `chat`, in one piece."""

    async def pieces(made: ReplyStream) -> AsyncGenerator[str]:
        reply = await chat(core, log, ask)
        yield reply.text
        made.reply = reply

    return ReplyStream(pieces)


async def _quoted(core: Core, log: SessionLog, message: Message) -> list[Recalled]:
    """Return the memories worth quoting; the message itself was just remembered and is found too."""
    text = message_text(message)
    if not text.strip():
        return []
    found = await recollect.recall(
        core,
        log.key.partition,
        text,
        limit=_CANDIDATES,
        at=None,
        scope=recollect.Scope(),
        session=log.key.session,
    )
    itself = next((recalled for recalled in found if _is(recalled, log, message)), None)
    return relevant(text, itself, [recalled for recalled in found if recalled is not itself])[:_QUOTES]


def _is(recalled: Recalled, log: SessionLog, message: Message) -> bool:
    return recalled.memory.session_id == log.key.session and message.id in recalled.memory.message_ids


async def _keep(core: Core, log: SessionLog, turn: Turn, quoted: list[Recalled], *, attempt: int) -> Message:
    """Keep the reply in the window only: a quotation is not said anew, so it must not be recalled as if it were."""
    text = quotations([recalled.memory for recalled in quoted], log.key.session) if quoted else NOTHING_KNOWN
    reply = make_message(
        "assistant", text, id=reply_id(turn.answers or "", attempt), created_at=core.stamps.next(), turn=turn
    )
    return (await SessionLog(core, log.key, remember=False).append_one(reply))[0]
