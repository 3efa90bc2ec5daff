"""How present a memory still is.

Owns the formula. It deletes and hides nothing: recall finds weak memories as well as strong ones.

The curve is exponential, as in half-life regression (Settles & Meeder 2016, "A Trainable Spaced Repetition Model for
Language Learning"): p = 2^(-t / h), where repetition makes the half-life h longer. A power law describes better how
often a thing is needed again over years (Anderson & Schooler 1991, "Reflections of the Environment in Memory"), but it
has no half-life that one could set, and its long tail would let almost nothing fall below a threshold. Here h grows
with the square root of how often a thing was said or used: four times as often makes it twice as long. That root is a
choice of ours, so that use counts less the more there was of it.
"""

import math
from datetime import datetime, timedelta
from typing import Final

from memlane.errors import UsageError
from memlane.types.memory import Memory

HALF_LIFE: Final = timedelta(days=90)
"""After how long a memory that was said once and never used has half its strength."""


def strength(memory: Memory, now: datetime, *, half_life: timedelta = HALF_LIFE) -> float:
    """Return how present a memory is at a time, 0-1; a pinned one is always at 1.

    2^(-t / h), where t is the time since it was last touched and h = `half_life` * sqrt(1 + n) for n further messages
    that say it and uses of it.

    Raises:
        UsageError: `half_life` is not above zero.
    """
    if half_life <= timedelta(0):
        raise UsageError(f"half_life must be above zero, not {half_life}")
    if memory.pinned:
        return 1.0
    idle = max(timedelta(0), now - last_touched(memory))
    repetitions = max(0, memory.support - 1) + memory.uses
    return 2.0 ** -(idle / half_life / math.sqrt(1 + repetitions))


def last_touched(memory: Memory) -> datetime:
    """Return when a memory was last created, said again or used; aware UTC."""
    touched = [memory.created_at, *(mention.at for mention in memory.mentions)]
    return max([*touched, memory.used_at] if memory.used_at else touched)
