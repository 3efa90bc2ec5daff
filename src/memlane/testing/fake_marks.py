"""What the in-memory stores note of due sessions: session stores write it, `memlane.testing.fake_work` reads it."""

from dataclasses import dataclass, field

from memlane.types.ids import Partition, SessionKey


@dataclass
class Mark:
    """That a session is due; see `DueSession`."""

    since_ms: int
    tries: int = 0
    set_aside: bool = False
    error: str = ""


@dataclass
class WorkPart:
    """What is noted of one partition.

    Attributes:
        ready_at_ms: When it may be claimed; of a leased one, when the lease ends.
        lease: Who has it, or had it last without releasing it; empty for nobody.
        has_news: Whether a session became due while it was leased.
        marks: Its sessions.
    """

    ready_at_ms: int
    lease: str = ""
    has_news: bool = False
    marks: dict[str, Mark] = field(default_factory=dict[str, Mark])

    @property
    def is_due(self) -> bool:
        """Whether there is work in it."""
        return any(not mark.set_aside for mark in self.marks.values())

    def is_held(self, now_ms: int) -> bool:
        """Return whether somebody's lease lasts."""
        return self.lease != "" and self.ready_at_ms > now_ms

    def call_back(self, now_ms: int) -> None:
        """Let it be claimed now, or once it is released."""
        if self.lease:
            self.has_news = True
        else:
            self.ready_at_ms = min(self.ready_at_ms, now_ms)


@dataclass
class WorkShelf:
    """The marks of one backend, and by tenant and day how much was spent and until when that is kept."""

    parts: dict[Partition, WorkPart] = field(default_factory=dict[Partition, WorkPart])
    spent: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict[tuple[str, str], tuple[int, int]])

    def mark(self, key: SessionKey, now_ms: int) -> None:
        """Note that something was appended to a session."""
        part = self.parts.setdefault(key.partition, WorkPart(now_ms))
        if key.session in part.marks:
            return
        if not (part.is_due or part.lease):
            part.ready_at_ms = now_ms
        part.marks[key.session] = Mark(now_ms)
        part.call_back(now_ms)

    def forget(self, key: SessionKey) -> None:
        """Drop the mark of a session that is no more."""
        part = self.parts.get(key.partition)
        if part is not None:
            part.marks.pop(key.session, None)
            if not part.marks and not part.lease:
                del self.parts[key.partition]
