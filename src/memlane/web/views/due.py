"""Background work that waits, as a table."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from memlane.protocols.work import DuePartition, DueSession
from memlane.types.times import from_ms
from memlane.types.visible import one_line
from memlane.web.times import left

_ID_CHARACTERS: Final = 60
_REASONS: Final = {
    "budget_exceeded": "what is to be sent is too much",
    "embedder_unavailable": "the embedder cannot be reached",
    "malformed_output": "the model's answer was not understood",
    "missing_extra": "a package is missing",
    "model": "the model failed",
    "model_rate_limit": "the model's provider asks to wait",
    "model_refused": "the model refused",
    "model_unavailable": "the model cannot be reached",
    "setting": "a setting is not accepted",
    "store_unavailable": "a store cannot be reached",
}


class Due(msgspec.Struct, frozen=True):
    """What waits.

    Attributes:
        waiting: Conversations that are looked at next.
        aside: Conversations that were given up after too many failures.
        rows: Of a table: `User`, `Conversation`, `State`, `Waits since`, `Due`, `Tries`, `Last failure`.
    """

    waiting: int
    aside: int
    rows: list[dict[str, Any]]


def due_of(listed: Sequence[DuePartition], now: datetime) -> Due:
    """Return what waits; what was set aside stands first, then what has waited longest."""
    found = [(partition, one) for partition in listed for one in partition.sessions]
    found.sort(key=lambda pair: (not pair[1].set_aside, pair[1].since_ms))
    aside = sum(one.set_aside for _, one in found)
    return Due(len(found) - aside, aside, [_row(partition, one, now) for partition, one in found])


def due_in_words(due: Due) -> str:
    """Return what waits, in words."""
    words = [_conversations(due.waiting, "waits", "wait")] if due.waiting else []
    if due.aside:
        words.append(_conversations(due.aside, "is set aside", "are set aside"))
    return ", ".join(words) if words else "Nothing waits"


def reason(code: str) -> str:
    """Return why work failed, in words where there are some, with the code; empty for no failure."""
    words = _REASONS.get(code)
    return one_line(f"{words} ({code})" if words else code, _ID_CHARACTERS)


def _row(partition: DuePartition, one: DueSession, now: datetime) -> dict[str, Any]:
    ready = max(from_ms(partition.ready_at_ms), from_ms(one.since_ms))
    return {
        "User": one_line(partition.partition.user, _ID_CHARACTERS),
        "Conversation": one_line(one.session, _ID_CHARACTERS),
        "State": _state(partition, one, is_ready=ready <= now),
        "Waits since": from_ms(one.since_ms),
        "Due": "" if one.set_aside else "now" if ready <= now else f"in {left(ready, now)}",
        "Tries": one.tries,
        "Last failure": reason(one.error),
    }


def _state(partition: DuePartition, one: DueSession, *, is_ready: bool) -> str:
    if one.set_aside:
        return "set aside"
    if partition.leased:
        return "being worked on"
    if is_ready:
        return "due"
    return "is tried again" if one.tries else "waits for quiet"


def _conversations(count: int, one: str, more: str) -> str:
    return f"{count:,} conversation{' ' + one if count == 1 else 's ' + more}"
