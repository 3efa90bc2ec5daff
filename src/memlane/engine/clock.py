"""The time of this machine, and time stamps that never repeat within a process."""

import time
from datetime import datetime, timedelta

from memlane.protocols.clock import Clock
from memlane.types.times import from_ms

_US = timedelta(microseconds=1)


class SystemClock:
    """The time of this machine."""

    def now_ms(self) -> int:
        """Return milliseconds since 1970, UTC."""
        return time.time_ns() // 1_000_000


class Stamps:
    """Gives each message without a time its own, so that order survives equal milliseconds."""

    def __init__(self, clock: Clock) -> None:
        """Stamp by `clock`."""
        self._clock = clock
        self._last = from_ms(0)

    def next(self) -> datetime:
        """Return now, or a microsecond after the stamp before when that is later within the same millisecond."""
        now = from_ms(self._clock.now_ms())
        same_moment = now <= self._last < now + timedelta(milliseconds=1)
        self._last = self._last + _US if same_moment else now
        return self._last
