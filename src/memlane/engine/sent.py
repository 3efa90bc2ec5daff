"""What of a context is kept with the reply that was made from it."""

from collections.abc import Sequence
from typing import Final

import msgspec

from memlane.context.context import Context
from memlane.engine.core import Core
from memlane.types.memory import Recalled
from memlane.types.turn import Sent, SentPart, Shown

_DIGITS: Final = 4
_SHARE: Final = 4
"""What was sent may take one part in so many of a message's largest size; the reply itself comes first."""


def sent_of(core: Core, context: Context, recalled: Sequence[Recalled] | None = None) -> Sent | None:
    """Return what was sent, without its texts; None where that is too much to keep with a message.

    Args:
        core: The connection's parts.
        context: What was sent.
        recalled: The memories that were shown; None for those that the context quotes.
    """
    sent = Sent(
        tokens=context.tokens,
        max_tokens=context.max_tokens,
        parts=[SentPart(name=part.name, count=part.count, tokens=part.tokens) for part in context.parts],
        recalled=[_shown(found) for found in (context.memories if recalled is None else recalled)],
        left_out=sum(len(left.ids) or 1 for left in context.left_out),
    )
    is_small = len(msgspec.json.encode(sent)) <= core.limits.message_bytes // _SHARE
    return sent if is_small else None


def _shown(found: Recalled) -> Shown:
    why = {signal: round(share, _DIGITS) for signal, share in found.why.items()}
    return Shown(id=found.memory.id, score=round(found.score, _DIGITS), why=why)
