"""Records as lines for people. Pure: what to print, not where."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from memlane.context.rendering import message_text
from memlane.types.memory import Memory, Recalled, RecalledEpisode
from memlane.types.message import Message
from memlane.types.session import Receipt, SessionInfo
from memlane.types.visible import one_line, visible

_INDENT = "    "
_EPISODE_CHARACTERS = 200


def recalled_lines(found: Iterable[Recalled], *, why: bool) -> Iterator[str]:
    """Yield what recall found, with score and, if asked, the shares of its signals."""
    for recalled in found:
        yield f"{recalled.score:.3f}  {_heading(recalled.memory)}"
        yield _indented(recalled.memory.text)
        if why:
            yield f"{_INDENT}why: {_shares(recalled.why)}"


def episode_lines(found: Iterable[RecalledEpisode], *, why: bool) -> Iterator[str]:
    """Yield past sessions with the memory that matches best."""
    for episode in found:
        began, ended = minute(episode.started_at), minute(episode.ended_at)
        yield f"{episode.score:.3f}  {one_line(episode.session_id)}  {began} to {ended}"
        yield f"{_INDENT}{_speaker(episode.memory)}: {one_line(episode.memory.text, _EPISODE_CHARACTERS)}"
        if why:
            yield f"{_INDENT}why: {_shares(episode.why)}"


def session_lines(found: Iterable[SessionInfo]) -> Iterator[str]:
    """Yield live sessions."""
    for session in found:
        expiry = "" if session.expires_at is None else f"  until {minute(session.expires_at)}"
        yield f"{minute(session.updated_at)}  {plural(session.messages, 'message'):>14}  {one_line(session.id)}{expiry}"


def message_lines(found: Iterable[Message]) -> Iterator[str]:
    """Yield what was said, and by whom."""
    for message in found:
        yield f"{minute(message.created_at)}  {one_line(message.name or message.role)}"
        yield _indented(message_text(message))


def memory_lines(found: Iterable[Memory]) -> Iterator[str]:
    """Yield memories with their ids, by which they can be forgotten."""
    for memory in found:
        yield f"{one_line(memory.id)}  {_heading(memory)}"
        yield _indented(memory.text)


def receipt_lines(receipt: Receipt) -> Iterator[str]:
    """Yield what erasing a user removed."""
    yield f"erased {one_line(receipt.user)} of tenant {one_line(receipt.tenant)} at {minute(receipt.erased_at)}"
    for kind, count in receipt.removed.items():
        yield f"{_INDENT}{count:>8,}  {kind}"


def _heading(memory: Memory) -> str:
    place = f"  session {one_line(memory.session_id)}" if memory.session_id is not None else ""
    return f"{minute(memory.created_at)}  {_speaker(memory)}{place}"


def _speaker(memory: Memory) -> str:
    return one_line(memory.name or memory.role or memory.kind)


def _shares(why: Mapping[str, float]) -> str:
    return ", ".join(f"{signal} {share:.3f}" for signal, share in why.items())


def _indented(text: str) -> str:
    return "\n".join(_INDENT + line for line in visible(text).split("\n"))


def minute(moment: datetime) -> str:
    """Return a time to the minute, in UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}Z"


def plural(count: int, one: str, many: str = "") -> str:
    """Return e.g. `1 memory`, `2 memories`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
