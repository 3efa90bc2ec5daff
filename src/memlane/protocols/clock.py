"""Where time and randomness come from."""

from typing import Protocol


class Clock(Protocol):
    """Says what time it is; tests move it."""

    def now_ms(self) -> int:
        """Return milliseconds since 1970, UTC."""
        ...
