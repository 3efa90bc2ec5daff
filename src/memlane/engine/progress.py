"""How far background work has come in a session: a document of the session, written only by whoever works on it."""

import msgspec

from memlane.engine.core import Core
from memlane.engine.log import SessionLog
from memlane.errors import DamagedError, NotFoundError
from memlane.protocols.sessions import SessionState

WORK = "work"


class Progress(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Positions up to which each kind of work is done.

    Attributes:
        extracted: Facts were looked for up to here.
        extracting: They are being looked for up to here; whoever goes on after a crash takes the same messages.
        episode: The episode tells of the session up to here.
        closed: The session was closed when it had come to here; 0 for not.
    """

    extracted: int = 0
    extracting: int = 0
    episode: int = 0
    closed: int = 0


_decoder = msgspec.json.Decoder(Progress)
_encoder = msgspec.json.Encoder()


def progress_of(state: SessionState) -> Progress:
    """Return how far work has come in a session that was read.

    Raises:
        DamagedError: the document does not decode.
    """
    body = state.fields.get(WORK)
    try:
        return Progress() if body is None else _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as exc:
        raise DamagedError("a session's state of work does not decode") from exc


async def advance(core: Core, log: SessionLog, began_ms: int, **positions: int) -> Progress:
    """Move positions forward, never back, whoever else moves others meanwhile; return what then stands.

    Args:
        core: The connection's parts.
        log: The session.
        began_ms: When it began: a later session of the same name has positions of its own.
        positions: Of `Progress`.

    Raises:
        NotFoundError: the session is no more.
        StoreUnavailableError: the store cannot be reached.
    """
    while True:
        state = await log.read(0)
        if not state.exists or state.created_at_ms != began_ms:
            raise NotFoundError("the session was removed meanwhile")
        progress = progress_of(state)
        further = {name: max(position, getattr(progress, name)) for name, position in positions.items()}
        wanted = msgspec.structs.replace(progress, **further)
        if wanted == progress:
            return wanted
        old, new, now_ms = state.fields.get(WORK), _encoder.encode(wanted), core.clock.now_ms()
        if await core.sessions.swap_field(log.key, WORK, old, new, now_ms=now_ms, created_at_ms=began_ms):
            return wanted


async def mark_closed(core: Core, log: SessionLog) -> None:
    """Note that a session is closed at its newest message, and let this process's worker know."""
    state = await log.read(0)
    if state.last_position:
        await advance(core, log, state.created_at_ms, closed=state.last_position)
        core.work_came()
