"""What a row says besides words and vector: when, what kind, which session, who; and whether it still counts."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

import numpy as np
from numpy.typing import NDArray

from memlane.recall.columns import Column, Ints, Names
from memlane.recall.sessions import Runs, runs_of
from memlane.recall.text import is_question
from memlane.types.memory import MESSAGE, Memory
from memlane.types.times import to_ms

ALWAYS = np.iinfo(np.int64).min
NEVER = np.iinfo(np.int64).max


class Rows:
    """Columns of one entry a row, in order of arrival; times in milliseconds since 1970."""

    def __init__(self) -> None:
        """Start empty."""
        self._created: Column[np.int64] = Column(np.int64)
        self._expires: Column[np.int64] = Column(np.int64)
        self._valid_from: Column[np.int64] = Column(np.int64)
        self._valid_to: Column[np.int64] = Column(np.int64)
        self._kind: Column[np.int32] = Column(np.int32)
        self._session: Column[np.int32] = Column(np.int32)
        self._origin: Column[np.int32] = Column(np.int32)
        self._role: Column[np.int32] = Column(np.int32)
        self._speaker: Column[np.int32] = Column(np.int32)
        self._asking: Column[np.bool_] = Column(np.bool_)
        self._live: Column[np.bool_] = Column(np.bool_)
        self.kinds, self.sessions, self.roles, self.speakers = Names(), Names(), Names(), Names()
        self._none_expires_until = NEVER
        self._all_hold = True
        self._runs: Runs | None = None

    def __len__(self) -> int:
        return len(self._live)

    @property
    def created(self) -> NDArray[np.int64]:
        """When each was created."""
        return self._created.values

    @property
    def expires(self) -> NDArray[np.int64]:
        """When each ceases to exist; NEVER if it does not."""
        return self._expires.values

    @property
    def valid_from(self) -> NDArray[np.int64]:
        """From when each holds; ALWAYS if it did from the start."""
        return self._valid_from.values

    @property
    def valid_to(self) -> NDArray[np.int64]:
        """Until when each held; NEVER while it holds."""
        return self._valid_to.values

    @property
    def kind(self) -> NDArray[np.int32]:
        """Number of each kind among `kinds`."""
        return self._kind.values

    @property
    def session(self) -> NDArray[np.int32]:
        """Number among `sessions` of the session in which each was said; -1 for what is no turn of one."""
        return self._session.values

    @property
    def origin(self) -> NDArray[np.int32]:
        """Number among `sessions` of the session from which each comes, what was derived included; -1 for none."""
        return self._origin.values

    @property
    def runs(self) -> Runs:
        """The runs of rows of one session; good until the next change of the rows."""
        if self._runs is None:
            self._runs = runs_of(self.session)
        return self._runs

    @property
    def role(self) -> NDArray[np.int32]:
        """Number of each role among `roles`; -1 for none."""
        return self._role.values

    @property
    def speaker(self) -> NDArray[np.int32]:
        """Number of each speaker's name, or else role, among `speakers`; -1 for none."""
        return self._speaker.values

    @property
    def asking(self) -> NDArray[np.bool_]:
        """Which end with a question."""
        return self._asking.values

    @property
    def live(self) -> NDArray[np.bool_]:
        """Which rows are the current state of a memory; the others await compaction."""
        return self._live.values

    @property
    def size_bytes(self) -> int:
        """About how much memory it takes; without the runs, which are few bytes and made when they are asked for."""
        return sum(part.size_bytes for part in (*self._columns(), *self._names()))

    def live_at(self, now_ms: int) -> NDArray[np.bool_]:
        """Return which rows exist at a time, current and not expired; good until the next change of the rows."""
        return self.live if now_ms < self._none_expires_until else self.live & (self.expires > now_ms)

    def valid_at(self, at_ms: int) -> NDArray[np.bool_] | None:
        """Return which rows hold at a time, shape (n,); None when all of them always do."""
        return None if self._all_hold else (self.valid_from <= at_ms) & (at_ms < self.valid_to)

    def extend(self, memories: Sequence[Memory], expires_ms: Sequence[int | None]) -> None:
        """Add live rows at the end. Their expiry is that of the store, not what the memories say."""
        expires = [NEVER if expiry is None else expiry for expiry in expires_ms]
        self._created.extend([to_ms(memory.created_at) for memory in memories])
        self._expires.extend(expires)
        self._none_expires_until = min(self._none_expires_until, *expires, NEVER)
        self._valid_from.extend([_ms(memory.valid_from, ALWAYS) for memory in memories])
        self._valid_to.extend([_ms(memory.valid_to, NEVER) for memory in memories])
        self._all_hold &= all(memory.valid_from is None and memory.valid_to is None for memory in memories)
        self._kind.extend(self.kinds.numbers(memory.kind for memory in memories))
        origins = self.sessions.numbers(memory.session_id for memory in memories)
        turns = [number if memory.kind == MESSAGE else -1 for number, memory in zip(origins, memories, strict=True)]
        self._session.extend(turns)
        self._origin.extend(origins)
        self._role.extend(self.roles.numbers(memory.role for memory in memories))
        self._speaker.extend(self.speakers.numbers(memory.name or memory.role for memory in memories))
        self._asking.extend([is_question(memory.text) for memory in memories])
        self._live.extend(np.ones(len(memories), np.bool_))
        self._runs = None

    def renew(self, row: int, expires_ms: int | None) -> None:
        """Give a row another expiry."""
        self.expires[row] = NEVER if expires_ms is None else expires_ms
        self._none_expires_until = min(self._none_expires_until, int(self.expires[row]))

    def keep(self, rows: Ints) -> None:
        """Leave only these rows, ascending."""
        for column in self._columns():
            column.keep(rows)
        self._none_expires_until = int(self.expires.min(initial=NEVER))
        self._all_hold = bool((self.valid_from == ALWAYS).all() and (self.valid_to == NEVER).all())
        self.kinds = _in_use(self.kinds, self.kind)
        self.sessions = _in_use(self.sessions, self.session, self.origin)
        self.roles = _in_use(self.roles, self.role)
        self.speakers = _in_use(self.speakers, self.speaker)
        self._runs = None

    def _columns(self) -> tuple[Column[np.int64] | Column[np.int32] | Column[np.bool_], ...]:
        times = (self._created, self._expires, self._valid_from, self._valid_to)
        return (*times, self._kind, self._session, self._origin, self._role, self._speaker, self._asking, self._live)

    def _names(self) -> tuple[Names, ...]:
        return (self.kinds, self.sessions, self.roles, self.speakers)


def _ms(moment: datetime | None, otherwise: int) -> int:
    return otherwise if moment is None else to_ms(moment)


def _in_use(names: Names, *columns: NDArray[np.int32]) -> Names:
    """Return the names that columns still use, and number them anew in these."""
    together = np.concatenate(columns)
    used = np.unique(together[together >= 0])
    kept = Names()
    kept.numbers(names.texts[number] for number in cast("list[int]", used.tolist()))
    for column in columns:
        column[column >= 0] = np.searchsorted(used, column[column >= 0])
    return kept
