"""Looking for facts in what is new in a session, and letting them change what is known.

Which messages are looked at is written down before, so that whoever goes on after a crash looks at the same ones and
finds what was stored already. A fact comes from what somebody said; what was recalled into a context is in no message.
"""

import asyncio
from collections.abc import Sequence

from memlane.context.rendering import message_text
from memlane.derive.change import Statement, supports
from memlane.derive.said import PATTERNS, Said
from memlane.engine.asking_model import ask_statements
from memlane.engine.core import Core
from memlane.engine.facts import known_facts, record
from memlane.engine.log import SessionLog
from memlane.engine.progress import Progress, advance
from memlane.engine.standing import stands
from memlane.types.ids import SessionKey
from memlane.types.message import Message

_REMEMBERED = 5
_SPOKEN = frozenset({"user", "assistant"})


async def extract(core: Core, log: SessionLog, messages: Sequence[Message], progress: Progress) -> int:
    """Look for facts in the messages behind what was looked at, and return how many memories changed.

    Args:
        core: The connection's parts.
        log: The session.
        messages: Its newest messages, oldest first, at least those that are new.
        progress: How far work has come.

    Raises:
        ModelError: the model failed; the same messages are looked at again.
        StoreUnavailableError: a store cannot be reached.
    """
    upto = progress.extracting if progress.extracting > progress.extracted else messages[-1].position
    progress = await advance(core, log, extracting=upto)
    new = [message for message in messages if progress.extracted < message.position <= upto]
    changed = await _look(core, log.key, [message for message in new if message.role in _SPOKEN])
    await advance(core, log, extracted=upto)
    later = messages[-1].position > upto
    return changed + (await extract(core, log, messages, Progress(extracted=upto)) if later else 0)


async def _look(core: Core, key: SessionKey, messages: Sequence[Message]) -> int:
    if not any(message.role == "user" for message in messages):
        return 0
    if core.pressure is None:
        return await _record(core, key, await asyncio.to_thread(by_patterns, messages, key.session))
    new = await _not_yet_asked(core, key, messages)
    statements = await ask_statements(core, core.pressure, key, new) if new else []
    return await _record(core, key, statements)


def by_patterns(messages: Sequence[Message], session_id: str) -> list[Statement]:
    """Return what users say of themselves in messages, found by patterns."""
    from memlane.derive.patterns.extract import said_in  # noqa: PLC0415 -- hundreds of patterns are compiled

    found: list[Statement] = []
    before: list[Said] = []
    for message in messages:
        if message.role == "user":
            said = said_in(message_text(message), said_at=message.created_at, before=before)
            found += [_statement(one, message, session_id) for one in said]
            before = (before + said)[-_REMEMBERED:]
    return found


def _statement(said: Said, message: Message, session_id: str) -> Statement:
    return Statement(
        kind=said.kind,
        subject=said.subject,
        attribute=said.attribute,
        value=said.value,
        text=said.text,
        single=said.single,
        ends=said.ends,
        said_at=message.created_at,
        valid_from=said.valid_from,
        valid_to=said.valid_to,
        confidence=said.confidence,
        session_id=session_id,
        message_ids=[message.id],
        method=PATTERNS,
    )


async def _not_yet_asked(core: Core, key: SessionKey, messages: Sequence[Message]) -> list[Message]:
    """Return the messages behind the last one of which a model's facts are stored.

    A batch's facts are stored together, so this is where an earlier attempt at the same messages ended.
    """
    known = [memory for memory, _ in (await known_facts(core, key.partition)).values()]
    derived = [memory for memory in known if memory.method not in ("", PATTERNS)]
    told = [
        number
        for number, message in enumerate(messages, 1)
        if any(supports(memory, key.session, message.id) for memory in derived)
    ]
    return list(messages[max(told, default=0) :])


async def _record(core: Core, key: SessionKey, statements: Sequence[Statement]) -> int:
    """Let statements change what is known, unless their sources have been erased meanwhile; return how many changed."""
    changed = await record(core, key.partition, statements)
    if not changed or await stands(core, key, [message for one in statements for message in one.message_ids]):
        return len(changed)
    ids = [statement.id for statement in statements]
    await core.memories.delete(key.partition, ids, now_ms=core.clock.now_ms())
    return 0
