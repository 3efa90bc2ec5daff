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
from memlane.engine.lines import spoken
from memlane.engine.log import SessionLog
from memlane.engine.progress import Progress, advance
from memlane.engine.reading import messages_of
from memlane.engine.standing import stands
from memlane.protocols.sessions import SessionState
from memlane.types.ids import SessionKey
from memlane.types.message import Message

_REMEMBERED = 5
_SPOKEN = frozenset({"user", "assistant"})


async def extract(core: Core, log: SessionLog, state: SessionState, progress: Progress) -> int:
    """Look for facts in the messages behind what was looked at, and return how many memories changed.

    Args:
        core: The connection's parts.
        log: The session.
        state: The session with its newest messages, at least those that are new.
        progress: How far work has come.

    Raises:
        ModelError: the model failed; the same messages are looked at again.
        NotFoundError: the session was removed meanwhile.
        StoreUnavailableError: a store cannot be reached.
    """
    began_ms, newest = state.created_at_ms, state.last_position
    upto = progress.extracting if progress.extracting > progress.extracted else newest
    progress = await advance(core, log, began_ms, extracting=upto)
    new = [message for message in messages_of(state) if progress.extracted < message.position <= upto]
    spoken_by_people = [message for message in spoken(new) if message.role in _SPOKEN]
    changed = await _look(core, log.key, began_ms, spoken_by_people)
    progress = await advance(core, log, began_ms, extracted=upto)
    return changed + (await extract(core, log, state, progress) if newest > upto else 0)


async def _look(core: Core, key: SessionKey, began_ms: int, messages: Sequence[Message]) -> int:
    if not any(message.role == "user" for message in messages):
        return 0
    if core.pressure is None:
        found = await asyncio.to_thread(by_patterns, messages, key.session)
    else:
        new = await _not_yet_asked(core, key, messages)
        found = await ask_statements(core, core.pressure, key, new) if new else []
    return await _record(core, key, began_ms, found)


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


async def _record(core: Core, key: SessionKey, began_ms: int, statements: Sequence[Statement]) -> int:
    """Let statements change what is known, unless their sources have been erased meanwhile; return how many changed."""
    changed = await record(core, key.partition, statements)
    sources = [message for one in statements for message in one.message_ids]
    if not changed or await stands(core, key, began_ms, sources):
        return len(changed)
    ids = [statement.id for statement in statements]
    await core.memories.delete(key.partition, ids, now_ms=core.clock.now_ms())
    return 0
