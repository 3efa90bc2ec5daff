"""Random programs on a store of records and its model; run by `memlane.testing.machines`."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from memlane.protocols.records import RecordStore
from memlane.testing.backends import RecordBackend
from memlane.testing.fakes import InMemoryBackend
from memlane.testing.own_loop import OwnLoop
from memlane.testing.probes import HOUR, NOW

_IDS = st.sampled_from(("a", "A", "a*", "b", "\u00e9", "\U0001f600"))
_BODIES = st.sampled_from((b"", b"one", b"\xff\0"))
_TTLS = st.sampled_from((None, None, HOUR // 2, HOUR, 3 * HOUR))
_COLLECTIONS = st.sampled_from((0, 0, 1))


class RecordMachine(RuleBasedStateMachine):
    """Does the same to a store and to the model, and compares all that can be read after each step."""

    def __init__(self, backend: RecordBackend, number: int) -> None:
        """Use collections of this machine's own, told apart by `number`."""
        super().__init__()
        self._loop = OwnLoop()
        self._store = self._loop.run(backend.connect())
        self._model = InMemoryBackend().records()
        self._collections = [f"machine-{number}", f"machine-{number}-b"]
        self._now = NOW

    @property
    def _both(self) -> tuple[RecordStore, RecordStore]:
        return self._model, self._store

    @rule(collection=_COLLECTIONS, id_=_IDS, body=_BODIES, ttl=_TTLS)
    def create(self, collection: int, id_: str, body: bytes, ttl: int | None) -> None:
        """Create a record, or find one there."""
        name, ends = self._collections[collection], self._ends(ttl)
        expected, got = (
            self._loop.run(store.create(name, id_, body, now_ms=self._now, expires_at_ms=ends)) for store in self._both
        )
        assert got == expected

    @rule(collection=_COLLECTIONS, id_=_IDS, new=st.none() | _BODIES, ttl=_TTLS, guess=st.none() | _BODIES)
    def swap(self, collection: int, id_: str, new: bytes | None, ttl: int | None, guess: bytes | None) -> None:
        """Change or remove a record, having seen it or guessing."""
        name, ends = self._collections[collection], self._ends(ttl)
        seen = self._loop.run(self._model.get(name, id_, now_ms=self._now))
        old = (seen or b"") if guess is None else guess
        expected, got = (
            self._loop.run(store.swap(name, id_, old, new, now_ms=self._now, expires_at_ms=ends))
            for store in self._both
        )
        assert got == expected

    @rule(collection=_COLLECTIONS, id_=_IDS, amount=st.integers(1, 9), limit=st.integers(0, 20))
    def take(self, collection: int, id_: str, amount: int, limit: int) -> None:
        """Take from a budget."""
        ends = self._now // HOUR * HOUR + HOUR
        expected, got = (
            self._loop.run(
                store.take(
                    self._collections[collection], id_, amount, limit=limit, now_ms=self._now, expires_at_ms=ends
                )
            )
            for store in self._both
        )
        assert got == expected

    @rule(collection=_COLLECTIONS, after=st.none() | _IDS, limit=st.integers(1, 4))
    def page(self, collection: int, after: str | None, limit: int) -> None:
        """List from somewhere."""
        expected, got = (
            self._loop.run(store.list(self._collections[collection], now_ms=self._now, after=after, limit=limit))
            for store in self._both
        )
        assert got == expected

    @rule(halves=st.integers(1, 4))
    def pass_time(self, halves: int) -> None:
        """Let half hours go by."""
        self._now += halves * HOUR // 2

    @invariant()
    def everything_agrees(self) -> None:
        """Compare what is listed, and each of it as it is got."""
        for name in self._collections:
            expected, got = (self._loop.run(store.list(name, now_ms=self._now)) for store in self._both)
            assert got == expected
            for record in expected:
                assert self._loop.run(self._store.get(name, record.id, now_ms=self._now)) == record.body

    def teardown(self) -> None:
        """Close what was opened."""
        self._loop.close(self._store.aclose)

    def _ends(self, ttl: int | None) -> int | None:
        return None if ttl is None else self._now + ttl
