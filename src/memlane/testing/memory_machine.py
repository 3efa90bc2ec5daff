"""Random programs on a memory store and its model; run by `memlane.testing.machines`."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from memlane.protocols.memories import MemoryRow, Replacement
from memlane.testing.backends import MemoryBackend
from memlane.testing.fakes import InMemoryBackend
from memlane.testing.own_loop import OwnLoop
from memlane.testing.probes import HOUR, NOW, vector
from memlane.testing.reader import Reader
from memlane.types.ids import Partition

_IDS = ("a", "A", "a*", "a ", "b", "c")
_SOME_IDS = st.lists(st.sampled_from(_IDS), min_size=1, max_size=4, unique=True)
_BODIES = st.sampled_from((b"", b"one", b" one ", b"\xff\0"))
_TTLS = st.sampled_from((None, HOUR // 2, HOUR, 3 * HOUR))
_EMBEDDERS = st.sampled_from(("e/1", "e/2"))
_PROFILES = st.dictionaries(st.sampled_from(("seat", "diet", "x:y")), st.binary(max_size=3), max_size=3)


class MemoryMachine(RuleBasedStateMachine):
    """Does the same to a store and to the model, and compares all that can be read after each step.

    Two readers follow at once, page by page; two follow only when the program says so.
    """

    def __init__(self, backend: MemoryBackend, number: int) -> None:
        """Use a partition of this machine's own, told apart by `number`."""
        super().__init__()
        self._loop = OwnLoop()
        self._store = self._loop.run(backend.connect())
        self._model_backend = InMemoryBackend()
        self._model = self._model_backend.memories()
        self._partition = Partition("machine", f"u{number}")
        self._prompt = {name: Reader(self._store, self._partition, embedder=name) for name in ("e/1", "e/2")}
        self._lazy = {name: Reader(self._store, self._partition, embedder=name) for name in ("e/1", "e/2")}
        self._embedders: set[str] = set()
        self._now = NOW

    @initialize()
    def begin(self) -> None:
        """Have something to work on."""
        self.put(["a", "A", "b"], b"first", None, overwrite=True)
        self.put(["c", "a*"], b"first", HOUR, overwrite=True)
        self.put_vectors(["a", "b", "c"], "e/1", 7)

    @rule(ids=_SOME_IDS, body=_BODIES, ttl=_TTLS, overwrite=st.booleans())
    def put(self, ids: list[str], body: bytes, ttl: int | None, overwrite: bool) -> None:  # noqa: FBT001 -- drawn by name
        """Put memories, new, known and unchanged."""
        expires_at_ms = None if ttl is None else self._now + ttl
        rows = [MemoryRow(id_, body, expires_at_ms) for id_ in ids]
        expected = self._loop.run(self._model.put(self._partition, rows, now_ms=self._now, overwrite=overwrite))
        put = self._store.put(self._partition, rows, now_ms=self._now, overwrite=overwrite)
        assert self._loop.run(put) == expected

    @rule(ids=_SOME_IDS, body=_BODIES, ttl=_TTLS, keeps=st.booleans(), stale=st.sampled_from((-1, -1, 0, 1)))
    def replace(self, ids: list[str], body: bytes, ttl: int | None, stale: int, *, keeps: bool) -> None:
        """Replace memories by others, having seen all of them, or all but one."""
        kept = self._loop.run(self._model.get(self._partition, ids, now_ms=self._now))
        seen = [None if memory is None else memory.body for memory in kept]
        if 0 <= stale < len(ids):
            seen[stale] = b"unseen" if seen[stale] is None else None
        expires_at_ms = None if ttl is None else self._now + ttl
        asked = [
            Replacement(MemoryRow(id_, body, expires_at_ms), was, keeps_vectors=keeps)
            for id_, was in zip(ids, seen, strict=True)
        ]
        expected = self._loop.run(self._model.replace(self._partition, asked, now_ms=self._now))
        assert self._loop.run(self._store.replace(self._partition, asked, now_ms=self._now)) == expected

    @rule(ids=_SOME_IDS)
    def delete(self, ids: list[str]) -> None:
        """Delete memories, known or not."""
        expected = self._loop.run(self._model.delete(self._partition, ids, now_ms=self._now))
        assert self._loop.run(self._store.delete(self._partition, ids, now_ms=self._now)) == expected

    @rule(ids=_SOME_IDS, embedder=_EMBEDDERS, seed=st.integers(0, 99))
    def put_vectors(self, ids: list[str], embedder: str, seed: int) -> None:
        """Store vectors, some of them of memories that do not exist."""
        vectors = {id_: vector(100 * number + seed) for number, id_ in enumerate(ids)}
        self._embedders.add(embedder)
        expected = self._loop.run(self._model.put_vectors(self._partition, embedder, vectors, now_ms=self._now))
        put = self._store.put_vectors(self._partition, embedder, vectors, now_ms=self._now)
        assert self._loop.run(put) == expected

    @rule(
        values=_PROFILES, replace=st.booleans(), ttl=_TTLS, was=st.sampled_from(("any", "any", "any", "seen", "seat"))
    )
    def update_profile(self, values: dict[str, bytes], replace: bool, ttl: int | None, was: str) -> None:  # noqa: FBT001 -- drawn by name
        """Merge into or replace the profile, whatever it is, or if it is what was seen, or something else."""
        seen = (
            None
            if was == "any"
            else dict(self._loop.run(self._model.profile(self._partition, now_ms=self._now)).values)
        )
        if seen is not None and was != "seen":
            seen[was] = seen.get(was, b"") + b"!"
        expected, got = (
            self._loop.run(
                store.update_profile(self._partition, values, replace=replace, ttl_ms=ttl, now_ms=self._now, was=seen)
            )
            for store in (self._model, self._store)
        )
        assert got == expected

    @rule(what=st.sampled_from(("erase", "sweep", "sweep")))
    def clean(self, what: str) -> None:
        """Erase the partition, or remove what has expired."""
        if what == "erase":
            self._erase()
        else:
            self._loop.run(self._store.sweep(now_ms=self._now))

    def _erase(self) -> None:
        # How many vectors there were is not compared: those of an embedder out of use may have gone before.
        expected = self._loop.run(self._model.erase(self._partition))
        removed = self._loop.run(self._store.erase(self._partition))
        assert removed.keys() == expected.keys()
        self._embedders.clear()

    @rule(halves=st.integers(1, 4))
    def pass_time(self, halves: int) -> None:
        """Let half hours go by."""
        self._now += halves * HOUR // 2

    @rule(embedder=_EMBEDDERS, limit=st.integers(1, 5), pages=st.integers(1, 3))
    def turn_pages(self, embedder: str, limit: int, pages: int) -> None:
        """Let a lazy reader apply some pages, perhaps not all."""
        for _ in range(pages):
            self._loop.run(self._lazy[embedder].turn_page(now_ms=self._now, limit=limit))

    @rule(embedder=_EMBEDDERS)
    def catch_up(self, embedder: str) -> None:
        """Let a lazy reader apply all there is."""
        self._loop.run(self._lazy[embedder].catch_up(now_ms=self._now, limit=3))
        self._check_reader(embedder, self._lazy[embedder])

    @rule(after=st.sampled_from((*_IDS, "", "aa", "z")), limit=st.integers(1, 5))
    def page(self, after: str, limit: int) -> None:
        """Scan from somewhere."""
        expected = self._loop.run(self._model.scan(self._partition, now_ms=self._now, after=after, limit=limit))
        scan = self._store.scan(self._partition, now_ms=self._now, after=after, limit=limit)
        assert self._loop.run(scan) == expected

    @invariant()
    def everything_agrees(self) -> None:
        """Compare memories, profile and what prompt readers know."""
        expected = self._loop.run(self._model.scan(self._partition, now_ms=self._now))
        assert self._loop.run(self._store.scan(self._partition, now_ms=self._now)) == expected
        got = self._loop.run(self._store.get(self._partition, [*_IDS, "unknown"], now_ms=self._now))
        live = {memory.id: memory for memory in expected}
        assert got == [live.get(id_) for id_ in (*_IDS, "unknown")]
        profile = self._loop.run(self._model.profile(self._partition, now_ms=self._now))
        kept = self._loop.run(self._store.profile(self._partition, now_ms=self._now))
        assert kept.values == profile.values
        assert kept.expires_at_ms == profile.expires_at_ms or not kept.values
        for embedder, reader in self._prompt.items():
            self._loop.run(reader.catch_up(now_ms=self._now, limit=4))
            self._check_reader(embedder, reader)
            assert self._loop.run(reader.catch_up(now_ms=self._now)) == []

    def teardown(self) -> None:
        """Close what was opened."""
        self._loop.close(self._store.aclose)

    def _check_reader(self, embedder: str, reader: Reader) -> None:
        assert reader.rows(self._now) == self._loop.run(self._model.scan(self._partition, now_ms=self._now))
        kept = self._model_backend.memory_shelf.peek(self._partition).vectors.get(embedder, {})
        for id_, known in reader.vectors(self._now).items():
            # A store may drop the vectors of one embedder once another is in use; it may never mix them.
            assert known == kept.get(id_) or (known is None and len(self._embedders) > 1)
