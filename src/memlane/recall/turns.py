"""Which row was said just before and just after another in the same session.

The order within a session is (created_at, arrival). Rows that arrive in that order are linked at once; after any
other arrival the links are made anew when they are next asked for.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from memlane.recall.columns import Column

NONE = -1
_FEW = 256


class Turns:
    """Links between the turns of sessions; -1 where there is none."""

    def __init__(self) -> None:
        """Start with no rows."""
        self._before: Column[np.int32] = Column(np.int32)
        self._after: Column[np.int32] = Column(np.int32)
        self._last: dict[int, int] = {}
        self._linked = True

    @property
    def size_bytes(self) -> int:
        """Bytes held."""
        return self._before.size_bytes + self._after.size_bytes

    def extend(self, sessions: Sequence[int], created: NDArray[np.int64]) -> None:
        """Add rows at the end.

        Args:
            sessions: Session number of each new row, -1 for none.
            created: Creation time of all rows, the new ones last.
        """
        first = len(self._before)
        empty = np.full(len(sessions), NONE, np.int32)
        self._before.extend(empty)
        self._after.extend(empty)
        if len(sessions) > _FEW:
            self._linked = False
        for row, session in enumerate(sessions, first):
            if not self._linked:
                return
            if session != NONE:
                self._link(row, session, created)

    def remove(self, row: int, session: int) -> None:
        """Take a row out of its session."""
        if not self._linked or session == NONE:
            return
        before, after = int(self._before.values[row]), int(self._after.values[row])
        if before != NONE:
            self._after.values[before] = after
        if after != NONE:
            self._before.values[after] = before
        elif before != NONE:
            self._last[session] = before
        else:
            del self._last[session]

    def links(
        self, sessions: NDArray[np.int32], created: NDArray[np.int64], live: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return the row before and the row after each row; -1 for none."""
        if not self._linked:
            self._relink(sessions, created, live)
        return self._before.values, self._after.values

    def reset(self, count: int) -> None:
        """Forget all links; there are now `count` rows."""
        self._before, self._after, self._last = Column(np.int32), Column(np.int32), {}
        self._before.grow(count)
        self._after.grow(count)
        self._linked = False

    def _link(self, row: int, session: int, created: NDArray[np.int64]) -> None:
        last = self._last.get(session, NONE)
        if last != NONE and created[last] > created[row]:
            self._linked = False
            return
        self._last[session] = row
        self._before.values[row] = last
        if last != NONE:
            self._after.values[last] = row

    def _relink(self, sessions: NDArray[np.int32], created: NDArray[np.int64], live: NDArray[np.bool_]) -> None:
        rows = np.flatnonzero(live & (sessions != NONE))
        ordered = rows[np.lexsort((rows, created[rows], sessions[rows]))]
        first, second = ordered[:-1], ordered[1:]
        same = sessions[first] == sessions[second]
        self._before.values[:] = NONE
        self._after.values[:] = NONE
        self._before.values[second[same]] = first[same]
        self._after.values[first[same]] = second[same]
        last = ordered[np.append(~same, True)] if len(ordered) else ordered
        self._last = dict(zip(sessions[last].tolist(), last.tolist(), strict=True))
        self._linked = True
