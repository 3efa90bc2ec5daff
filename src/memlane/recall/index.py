"""One partition in memory: its memories as rows that can be searched.

It is built from the changes a store reports and from nothing else. It has no clock: whoever searches says what time
it is. One user at a time; a search may make lazy structures, so it counts as a user.
"""

from collections.abc import Collection, Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from memlane.protocols.memories import Change
from memlane.recall.analysis import analyse
from memlane.recall.postings import Postings
from memlane.recall.rows import Rows
from memlane.recall.sessions import Tally, Topics
from memlane.recall.text import embedded_text, searchable_text
from memlane.recall.turns import Turns
from memlane.recall.vectors import Vectors
from memlane.types.memory import Memory
from memlane.types.wire import decode_memory

_FEW_DEAD = 32
_DEAD_FRACTION = 4
_ROW_BYTES = 150  # the objects of a body and an id and their slots in lists and a dict, about
_EMPTY_BYTES = 8_000  # the objects that an index without rows is made of, about


class PartitionIndex:
    """The memories of one partition, in order of arrival.

    Attributes:
        rows: Times, kind, session and speaker of each row.
        postings: Terms of each row.
        vectors: Vectors of rows.
        turns: Neighbours within sessions.
    """

    def __init__(self, dimension: int | None) -> None:
        """Start empty, for vectors of this length; None for no vectors at all."""
        self.rows = Rows()
        self.postings = Postings()
        self.vectors = Vectors(dimension)
        self.turns = Turns()
        self._tally = Tally()
        self._topics = Topics()
        self._ids: list[str] = []
        self._bodies: list[bytes] = []
        self._row_of: dict[str, int] = {}
        self._id_bytes = 0
        self._body_bytes = 0
        self._embedded = 0

    def __len__(self) -> int:
        """Return how many memories there are, those included whose expiry no one has noticed yet."""
        return len(self._row_of)

    @property
    def coverage(self) -> tuple[int, int]:
        """How many memories have a vector, and how many there are."""
        return self._embedded, len(self._row_of)

    @property
    def sizes(self) -> dict[str, int]:
        """About how much memory each part takes, in bytes; `bodies` is the text of the memories as they are stored."""
        return {
            "vectors": self.vectors.size_bytes,
            "postings": self.postings.size_bytes,
            "times, sessions, speakers": self.rows.size_bytes
            + self.turns.size_bytes
            + self._tally.size_bytes
            + self._topics.size_bytes,
            "ids": _ROW_BYTES * len(self._ids) + self._id_bytes,
            "empty index": _EMPTY_BYTES,
            "bodies": self._body_bytes,
        }

    @property
    def size_bytes(self) -> int:
        """About how much memory the index takes."""
        return sum(self.sizes.values())

    def apply(self, items: Iterable[Change]) -> None:
        """Follow the store: put, replace or drop memories and set their vectors.

        The same body again changes only expiry and vector; another body drops the vector unless one comes with it.

        Raises:
            DamagedError: a body or vector does not decode.
            StoreVersionError: a body was written by a newer Memlane.
        """
        batch: dict[str, Change] = {}
        for item in items:
            if item.id in batch:  # a store reports a memory once; a caller who does not still gets the last word
                self._apply(batch)
                batch = {}
            batch[item.id] = item
        if batch:
            self._apply(batch)

    def memory(self, memory_id: str) -> Memory | None:
        """Return a memory, decoded from its stored bytes; None when there is none."""
        row = self._row_of.get(memory_id)
        return None if row is None else self.memory_at(row)

    def memory_at(self, row: int) -> Memory:
        """Return the memory of a row."""
        return decode_memory(self._bodies[row])

    def body_at(self, row: int) -> bytes:
        """Return the stored bytes of a row."""
        return self._bodies[row]

    def id_at(self, row: int) -> str:
        """Return the id of the memory of a row."""
        return self._ids[row]

    def rows_of(self, memory_ids: Collection[str]) -> list[int]:
        """Return the rows of those of these memories that there are."""
        return [row for row in map(self._row_of.get, memory_ids) if row is not None]

    def missing(self, limit: int) -> list[tuple[str, str]]:
        """Return id and text to embed of memories without a vector, oldest first; none where vectors are unused."""
        if self.vectors.dimension is None or self._embedded == len(self._row_of):
            return []
        rows = np.flatnonzero(self.rows.live & ~self.vectors.present)
        oldest = rows[np.argsort(self.rows.created[rows], kind="stable")[:limit]]
        return [(self._ids[row], embedded_text(self.memory_at(row))) for row in oldest.tolist()]

    def links(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return the row said before and the row said after each row in its session; -1 for none."""
        return self.turns.links(self.rows.session, self.rows.created, self.rows.live)

    def tally(self, live: NDArray[np.bool_]) -> Tally:
        """Return the sums of these rows by session; good until the next call."""
        self._tally.follow(live, self.postings.lengths, self.rows.session)
        return self._tally

    def topic_lengths(self) -> NDArray[np.float32]:
        """Return how long the sum of the vectors of each session is, shape (sessions,); good until the next change.

        Expired memories count until the store no longer has them.
        """
        used = self.rows.live & self.vectors.present
        return self._topics.lengths(self.rows.session, used, self.vectors, len(self.rows.sessions))

    def put_vectors(self, vectors: Mapping[str, bytes]) -> None:
        """Set the vectors of memories (id → little-endian float16) that were just made from what they say.

        Raises:
            DamagedError: one has another length, or holds what is not a finite number.
        """
        there = {self._row_of[memory_id]: stored for memory_id, stored in vectors.items() if memory_id in self._row_of}
        self._put_vectors([*there], self.vectors.decode([*there.values()]))

    def _apply(self, batch: dict[str, Change]) -> None:
        new = [change for change in batch.values() if self._is_news(change)]
        memories = [decode_memory(change.body) for change in new if change.body is not None]
        embedded = [change for change in batch.values() if change.body is not None and self._has_vector(change)]
        vectors = self.vectors.decode([change.vector for change in embedded if change.vector is not None])
        # Everything has decoded: from here on nothing fails half-way.
        for change in batch.values():
            self._renew_or_remove(change)
        if new:
            self._add(new, memories)
        if embedded:
            self._put_vectors([self._row_of[change.id] for change in embedded], vectors)
        self._compact()

    def _is_news(self, change: Change) -> bool:
        row = self._row_of.get(change.id)
        return change.body is not None and (row is None or self._bodies[row] != change.body)

    def _has_vector(self, change: Change) -> bool:
        return change.vector is not None and self.vectors.dimension is not None

    def _renew_or_remove(self, change: Change) -> None:
        row = self._row_of.get(change.id)
        if row is None:
            return
        if change.body == self._bodies[row]:
            self.rows.renew(row, change.expires_at_ms)
        else:
            self._remove(row)

    def _remove(self, row: int) -> None:
        self.turns.remove(row, int(self.rows.session[row]))
        self.rows.live[row] = False
        self._topics.touch(self.rows.session[row : row + 1])
        self._embedded -= int(self.vectors.present[row])
        self._id_bytes -= len(self._ids[row])
        self._body_bytes -= len(self._bodies[row])
        self._bodies[row] = b""
        del self._row_of[self._ids[row]]

    def _add(self, changes: list[Change], memories: list[Memory]) -> None:
        first = len(self._ids)
        for row, change in enumerate(changes, first):
            body = change.body or b""
            self._ids.append(change.id)
            self._bodies.append(body)
            self._row_of[change.id] = row
            self._id_bytes += len(change.id)
            self._body_bytes += len(body)
        self.rows.extend(memories, [change.expires_at_ms for change in changes])
        self.postings.extend(analyse(searchable_text(memory)) for memory in memories)
        self.vectors.grow(len(changes))
        self.turns.extend(self.rows.session[first:].tolist(), self.rows.created)
        self._tally.grow(len(self.rows), len(self.rows.sessions))

    def _put_vectors(self, rows: list[int], vectors: NDArray[np.float32]) -> None:
        self._embedded += len(rows) - int(np.count_nonzero(self.vectors.present[rows]))
        self.vectors.put(rows, vectors)
        self._topics.touch(self.rows.session[rows])

    def _compact(self) -> None:
        """Give back the room of dead rows once they are a quarter."""
        dead = len(self._ids) - len(self._row_of)
        if dead < _FEW_DEAD or dead * _DEAD_FRACTION < len(self._ids):
            return
        rows = np.flatnonzero(self.rows.live)
        for part in (self.rows, self.postings, self.vectors):
            part.keep(rows)
        self.turns.reset(len(rows))
        self._tally, self._topics = Tally(), Topics()
        self._tally.grow(len(self.rows), len(self.rows.sessions))
        self._topics.touch(self.rows.session)
        kept = rows.tolist()
        self._ids = [self._ids[row] for row in kept]
        self._bodies = [self._bodies[row] for row in kept]
        self._row_of = {memory_id: row for row, memory_id in enumerate(self._ids)}
