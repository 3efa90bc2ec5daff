"""What was found lately: a bounded cache whose entries are trusted for a fixed time."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Recent(Generic[T]):
    """Keeps at most `most` values, each for `trusted_s` seconds; what was not used for longest goes first."""

    def __init__(self, trusted_s: float, most: int, monotonic: Callable[[], float]) -> None:
        self._trusted_s = trusted_s
        self._most = most
        self._monotonic = monotonic
        self._entries: OrderedDict[str, tuple[T, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def now(self) -> float:
        """Return the time by which entries age, in seconds."""
        return self._monotonic()

    def get(self, name: str) -> T | None:
        """Return a value that is still trusted."""
        entry = self._entries.get(name)
        if entry is None:
            return None
        if self.now() >= entry[1]:
            del self._entries[name]
            return None
        self._entries.move_to_end(name)
        return entry[0]

    def put(self, name: str, value: T, asked_at: float) -> None:
        """Keep a value that was asked for at `asked_at`: it ages from then, not from when the answer came."""
        self._entries[name] = value, asked_at + self._trusted_s
        self._entries.move_to_end(name)
        if len(self._entries) > self._most:
            self._entries.popitem(last=False)
