"""Random programs on a session store and its model; run by `memlane.testing.machines`."""

from itertools import pairwise

import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from memlane.protocols.memories import MemoryStore
from memlane.protocols.sessions import Appended, NewMessage, SessionState
from memlane.testing.backends import SessionBackend
from memlane.testing.fakes import InMemoryBackend
from memlane.testing.own_loop import OwnLoop
from memlane.testing.probes import HOUR, NOW, row
from memlane.types.ids import Partition, SessionKey

# Most of a program happens in one session, or little would ever happen to what happened before.
_USERS = st.sampled_from((0, 0, 0, 1))
_SESSIONS = st.sampled_from(("s", "s", "s", "s", "S", "s*"))
_MESSAGE_IDS = st.lists(st.sampled_from([f"m{number}" for number in range(8)]), min_size=1, max_size=5)
_TTLS = st.sampled_from((None, 2 * HOUR, 6 * HOUR, 12 * HOUR))
_MESSAGE_TTLS = st.sampled_from((None, HOUR // 2, HOUR, 4 * HOUR))
_NAMES = st.sampled_from(("instructions", "summary", "x"))
_DOCUMENTS = st.none() | st.binary(max_size=3)
_FIELDS = st.dictionaries(_NAMES, _DOCUMENTS, min_size=1)


class SessionMachine(RuleBasedStateMachine):
    """Does the same to a store and to the model, and compares all that can be read after each step."""

    def __init__(self, backend: SessionBackend, number: int) -> None:
        """Use partitions of this machine's own, told apart by `number`."""
        super().__init__()
        self._loop = OwnLoop()
        self._store = self._loop.run(backend.connect())
        self._memories: MemoryStore | None = None
        if backend.connect_memories is not None:
            self._memories = self._loop.run(backend.connect_memories())
        self._model_backend = InMemoryBackend(shares_memories=self._memories is not None)
        self._model = self._model_backend.sessions()
        self._partitions = [Partition("machine", f"{letter}{number}") for letter in "Uu"]
        self._keys: set[SessionKey] = set()
        self._now = NOW
        self._said = 0

    @initialize()
    def begin(self) -> None:
        """Have something to work on."""
        self.append(0, "s", ["m0", "m8", "m9"], None, remembered=True)

    @rule(user=_USERS, session=_SESSIONS, ids=_MESSAGE_IDS)
    def say(self, user: int, session: str, ids: list[str]) -> None:
        """Append a block; twice as likely as any other rule, since all others need messages."""
        self.append(user, session, ids, None, remembered=True)

    @rule(user=_USERS, session=_SESSIONS, ids=_MESSAGE_IDS, ttl=_TTLS, remembered=st.booleans())
    def append(self, user: int, session: str, ids: list[str], ttl: int | None, *, remembered: bool) -> None:
        """Append a block, some of which may be known already."""
        key = self._key(user, session)
        block = [self._message(id_, remembered=remembered) for id_ in ids]
        expected = self._loop.run(self._model.append(key, block, now_ms=self._now, default_ttl_ms=ttl))
        result = self._loop.run(self._store.append(key, block, now_ms=self._now, default_ttl_ms=ttl))
        assert [appended.body for appended in result] == [appended.body for appended in expected]
        self._check_positions(key, block, result)

    @rule(user=_USERS, session=_SESSIONS, fields=_FIELDS, ttl=_TTLS)
    def write_fields(self, user: int, session: str, fields: dict[str, bytes | None], ttl: int | None) -> None:
        """Set and remove fields."""
        key = self._key(user, session)
        for store in (self._model, self._store):
            self._loop.run(store.write_fields(key, fields, now_ms=self._now, default_ttl_ms=ttl))

    @rule(user=_USERS, session=_SESSIONS, name=_NAMES, old=_DOCUMENTS, new=_DOCUMENTS, seen=st.booleans())
    def swap_field(
        self, user: int, session: str, name: str, old: bytes | None, new: bytes | None, *, seen: bool
    ) -> None:
        """Swap a field, having seen what it is or believing something."""
        key = self._key(user, session)
        if seen:
            old = self._loop.run(self._model.read(key, now_ms=self._now)).fields.get(name)
        expected = self._loop.run(self._model.swap_field(key, name, old, new, now_ms=self._now))
        assert self._loop.run(self._store.swap_field(key, name, old, new, now_ms=self._now)) == expected

    @rule(user=_USERS, session=_SESSIONS, ttl=_TTLS)
    def expire(self, user: int, session: str, ttl: int | None) -> None:
        """Give a session a time to live of its own."""
        key = self._key(user, session)
        expected = self._loop.run(self._model.expire(key, ttl, now_ms=self._now))
        assert self._loop.run(self._store.expire(key, ttl, now_ms=self._now)) == expected

    @rule(user=_USERS, session=_SESSIONS, ttl=_MESSAGE_TTLS, last=st.integers(1, 8), halves=st.integers(0, 3))
    def expire_last(self, user: int, session: str, ttl: int | None, last: int, halves: int) -> None:
        """Give the newest messages a time of their own, and let some go by.

        Whether that renews the session is left open, so it is renewed.
        """
        key = self._key(user, session)
        expected = self._loop.run(self._model.expire(key, ttl, now_ms=self._now, last=last))
        assert self._loop.run(self._store.expire(key, ttl, now_ms=self._now, last=last)) == expected
        self.write_fields(user, session, {"x": b"renewed"}, 9 * HOUR)
        self.pass_time(halves)

    @rule(user=_USERS, session=_SESSIONS, what=st.sampled_from(("delete", "erase", "sweep", "settle")))
    def remove(self, user: int, session: str, what: str) -> None:
        """Do one of the acts that leave little to compare, so that none is as likely as an append."""
        if what == "delete":
            self._delete(user, session)
        elif what == "erase":
            self._erase(self._partitions[user])
        elif what == "sweep":
            self._loop.run(self._store.sweep(now_ms=self._now))
        else:
            self._settle(self._partitions[user])

    def _delete(self, user: int, session: str) -> None:
        key = self._key(user, session)
        kept = self._model_backend.session_shelf.sessions.get(key)
        all_live = kept is None or self._loop.run(self._model.read(key, now_ms=self._now)).count == len(kept.entries)
        expected = self._loop.run(self._model.delete(key))
        removed = self._loop.run(self._store.delete(key))
        assert removed == expected or not all_live

    def _erase(self, partition: Partition) -> None:
        for store in (self._model, self._store):
            self._loop.run(store.erase(partition))
        if self._memories is not None:
            self._loop.run(self._memories.erase(partition))
            self._loop.run(self._model_backend.memories().erase(partition))

    @rule(halves=st.integers(1, 4))
    def pass_time(self, halves: int) -> None:
        """Let half hours go by."""
        self._now += halves * HOUR // 2

    def _settle(self, partition: Partition) -> None:
        ids = [memory.id for memory in self._loop.run(self._model.pending(partition, limit=2))]
        for store in (self._model, self._store):
            self._loop.run(store.settle(partition, ids))

    @invariant()
    def everything_agrees(self) -> None:
        """Compare sessions, lists of sessions and what was handed on."""
        for key in sorted(self._keys):
            state = self._loop.run(self._store.read(key, now_ms=self._now))
            assert _shown(state) == _shown(self._loop.run(self._model.read(key, now_ms=self._now)))
            assert all(one.position < next_.position for one, next_ in pairwise(state.messages))
            self._check_pages(key, state)
        for partition in self._partitions:
            self._check_listing(partition)
            self._check_handed_on(partition)

    def teardown(self) -> None:
        """Close what was opened."""
        closers = [self._store.aclose, *([] if self._memories is None else [self._memories.aclose])]
        self._loop.close(*closers)

    def _key(self, user: int, session: str) -> SessionKey:
        key = SessionKey(self._partitions[user], session)
        self._keys.add(key)
        return key

    def _message(self, id_: str, *, remembered: bool) -> NewMessage:
        self._said += 1
        memory = row(f"memory{self._said:04}") if remembered else None
        return NewMessage(id_, b"%s said as number %d" % (id_.encode(), self._said), memory)

    def _check_positions(self, key: SessionKey, block: list[NewMessage], result: list[Appended]) -> None:
        state = self._loop.run(self._store.read(key, now_ms=self._now))
        stands = {stored.position: stored.body for stored in state.messages}
        first_of = {new.id: new.body for new in reversed(block)}
        for new, appended in zip(block, result, strict=True):
            assert stands[appended.position] == (first_of[new.id] if appended.body is None else appended.body)

    def _check_pages(self, key: SessionKey, state: SessionState) -> None:
        newest = self._loop.run(self._store.read(key, now_ms=self._now, last=2))
        assert newest == msgspec.structs.replace(state, messages=state.messages[-2:])
        if newest.messages:
            before = newest.messages[0].position
            older = self._loop.run(self._store.read(key, now_ms=self._now, last=3, before=before))
            assert older == msgspec.structs.replace(state, messages=state.messages[:-2][-3:])

    def _check_listing(self, partition: Partition) -> None:
        listed = self._loop.run(self._store.sessions(partition, now_ms=self._now))
        expected = self._loop.run(self._model.sessions(partition, now_ms=self._now))
        assert sorted((one.session, one.count, one.created_at_ms, one.expires_at_ms or 0) for one in listed) == sorted(
            (one.session, one.count, one.created_at_ms, one.expires_at_ms or 0) for one in expected
        )

    def _check_handed_on(self, partition: Partition) -> None:
        waiting = self._loop.run(self._store.pending(partition, limit=1_000))
        assert waiting == self._loop.run(self._model.pending(partition, limit=1_000))
        if self._memories is not None:
            kept = self._loop.run(self._memories.scan(partition, now_ms=self._now))
            assert kept == self._loop.run(self._model_backend.memories().scan(partition, now_ms=self._now))


def _shown(state: SessionState) -> SessionState:
    """Return what two stores must agree on: positions are a store's own, and so is what counts as activity."""
    unplaced = [msgspec.structs.replace(stored, position=0) for stored in state.messages]
    return msgspec.structs.replace(state, messages=unplaced, updated_at_ms=0)
