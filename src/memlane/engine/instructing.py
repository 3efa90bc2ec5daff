"""The instructions of a session: set as they are, or only from what the caller saw."""

from types import EllipsisType

from memlane.engine.core import Core
from memlane.engine.log import SessionLog
from memlane.engine.reading import INSTRUCTIONS
from memlane.errors import PreconditionError, UsageError
from memlane.types.ids import check_text
from memlane.types.wire import check_size


async def instruct(core: Core, log: SessionLog, text: object, if_was: str | EllipsisType | None) -> None:
    """Set the instructions of a session; see `AsyncSession.instruct`."""
    body = _body(core, text)
    if isinstance(if_was, EllipsisType):
        await _write(core, log, {INSTRUCTIONS: body})
    else:
        await _swap(core, log, _body(core, if_was), body)


async def _swap(core: Core, log: SessionLog, seen: bytes | None, body: bytes | None) -> None:
    """Set them if they still are `seen`; an activity of the session as any other write.

    Raises:
        PreconditionError: they are not.
    """
    if (await log.read(0)).fields.get(INSTRUCTIONS) != seen:
        raise _changed()
    await _write(core, log, {})  # a session that is new must be there to be swapped in
    if not await core.sessions.swap_field(log.key, INSTRUCTIONS, seen, body, now_ms=core.clock.now_ms()):
        raise _changed()


async def _write(core: Core, log: SessionLog, fields: dict[str, bytes | None]) -> None:
    core.check_open()
    now_ms, ttl_ms = core.clock.now_ms(), core.limits.session_ttl_ms
    await core.sessions.write_fields(log.key, fields, now_ms=now_ms, default_ttl_ms=ttl_ms)


def _body(core: Core, text: object) -> bytes | None:
    if text is not None and not isinstance(text, str):
        raise UsageError(f"instructions must be text, not {type(text).__name__}")
    body = check_text(text, "instructions").encode() if text else None
    return None if body is None else check_size(body, core.limits.message_bytes, "the instructions")


def _changed() -> PreconditionError:
    return PreconditionError("the instructions are no longer what the caller saw")
