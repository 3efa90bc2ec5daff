"""Random programs on a work ledger and its model; run by `memlane.testing.machines`."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from memlane.protocols.work import Claim, DuePartition, DueSession, WorkLedger
from memlane.testing.backends import WorkBackend
from memlane.testing.fakes import InMemoryBackend
from memlane.testing.own_loop import OwnLoop
from memlane.testing.probes import HOUR, NOW, append, message
from memlane.types.ids import Partition, SessionKey

_MINUTE = 60_000
_USERS = st.sampled_from((0, 0, 0, 1))
_SESSIONS = st.sampled_from(("s", "s", "s", "S", "s*"))
_SOME_SESSIONS = st.lists(st.sampled_from(("s", "S", "s*", "unknown")), max_size=3)
_LEASES = st.sampled_from((_MINUTE, 10 * _MINUTE))
_WAITS = st.sampled_from((0, 5 * _MINUTE, HOUR))
_TTLS = st.sampled_from((None, None, HOUR))
_CLAIMS = st.sampled_from((0, 0, 0, 0, 1, 2, 5))


class WorkMachine(RuleBasedStateMachine):
    """Does the same to a ledger and to the model, and compares all that can be read after each step.

    Claims of the two are kept in pairs, those that have ended too: both must be as powerless.
    """

    def __init__(self, backend: WorkBackend, number: int) -> None:
        """Use partitions of this machine's own, told apart by `number`."""
        super().__init__()
        self._loop = OwnLoop()
        self._place = self._loop.run(backend.connect())
        model = InMemoryBackend()
        self._sessions, self._work = model.sessions(), model.work()
        self._partitions = [Partition("machine", f"{letter}{number}") for letter in "Uu"]
        self._claims: list[tuple[Claim, Claim]] = []
        self._tenant = f"tenant{number}"
        self._now = NOW
        self._said = 0

    @initialize()
    def begin(self) -> None:
        """Have something to work on."""
        self.append(0, "s", None)
        self.claim(10 * _MINUTE, early=False)

    @rule(user=_USERS, session=_SESSIONS, ttl=_TTLS)
    def append(self, user: int, session: str, ttl: int | None) -> None:
        """Append a message."""
        key = self._key(user, session)
        self._said += 1
        for store in (self._sessions, self._place.sessions):
            new = [message(f"m{self._said}")]
            self._loop.run(append(store, new, key=key, at=self._now, default_ttl_ms=ttl))

    @rule(lease=_LEASES, early=st.booleans())
    def claim(self, lease: int, *, early: bool) -> None:
        """Claim all there is."""
        expected, got = (
            {
                claim.partition: claim
                for claim in self._loop.run(work.claim(now_ms=self._now, lease_ms=lease, limit=1_000, early=early))
                if claim.partition in self._partitions
            }
            for work in self._both
        )
        assert got.keys() == expected.keys()
        self._claims += [(expected[partition], got[partition]) for partition in expected]

    @rule(number=_CLAIMS, session=_SESSIONS, behind=st.sampled_from((0, 0, 0, 1)))
    def finish(self, number: int, session: str, behind: int) -> None:
        """Finish a session, mostly for its newest position."""
        for claims in self._chosen(number):
            known = self._loop.run(
                self._place.sessions.read(SessionKey(claims[0].partition, session), now_ms=self._now, last=1)
            )
            upto = max(0, (known.messages[-1].position if known.messages else 0) - behind)
            expected, got = (
                self._loop.run(work.finish(claim, session, upto=upto, now_ms=self._now))
                for work, claim in zip(self._both, claims, strict=True)
            )
            assert got == expected

    @rule(early=st.booleans(), session=_SESSIONS, meanwhile=st.none() | _SESSIONS, wait=_WAITS)
    def work(self, session: str, meanwhile: str | None, wait: int, *, early: bool) -> None:
        """Do what a worker does, while somebody may append; more likely than that its steps come one by one."""
        self.claim(10 * _MINUTE, early=early)
        self.finish(0, session, 0)
        if meanwhile is not None:
            self.append(0, meanwhile, None)
        self.release(0, wait)

    @rule(number=_CLAIMS, session=_SESSIONS, set_aside=st.booleans())
    def fail(self, number: int, session: str, *, set_aside: bool) -> None:
        """Fail at a session."""
        for claims in self._chosen(number):
            expected, got = (
                self._loop.run(work.fail(claim, session, error="code", set_aside=set_aside, now_ms=self._now))
                for work, claim in zip(self._both, claims, strict=True)
            )
            assert got == expected

    @rule(number=_CLAIMS, wait=_WAITS)
    def release(self, number: int, wait: int) -> None:
        """Release a claim."""
        for claims in self._chosen(number):
            for work, claim in zip(self._both, claims, strict=True):
                self._loop.run(work.release(claim, at_ms=self._now + wait, now_ms=self._now))

    @rule(number=_CLAIMS, lease=_LEASES)
    def extend(self, number: int, lease: int) -> None:
        """Extend a claim."""
        for claims in self._chosen(number):
            expected, got = (
                self._loop.run(work.extend(claim, now_ms=self._now, lease_ms=lease))
                for work, claim in zip(self._both, claims, strict=True)
            )
            assert got == expected

    @rule(user=_USERS, sessions=_SOME_SESSIONS)
    def retry(self, user: int, sessions: list[str]) -> None:
        """Bring back sessions."""
        expected, got = (
            self._loop.run(work.retry(self._partitions[user], sessions, now_ms=self._now)) for work in self._both
        )
        assert got == expected

    @rule(amount=st.integers(0, 40), day=st.sampled_from(("2026-11-20", "2026-11-21")))
    def spend(self, amount: int, day: str) -> None:
        """Spend something."""
        expected, got = (
            self._loop.run(work.spend(self._tenant, day, amount, limit=100, now_ms=NOW)) for work in self._both
        )
        assert got == expected

    @rule(user=_USERS, session=_SESSIONS, erase=st.sampled_from((False, False, True)))
    def remove(self, user: int, session: str, *, erase: bool) -> None:
        """Delete a session or erase a partition."""
        key = self._key(user, session)
        for store in (self._sessions, self._place.sessions):
            self._loop.run(store.erase(key.partition) if erase else store.delete(key))

    @rule(minutes=st.sampled_from((1, 1, 7, 30)))
    def pass_time(self, minutes: int) -> None:
        """Let minutes go by, and remove what has expired."""
        self._now += minutes * _MINUTE
        for store in (self._sessions, self._place.sessions):
            self._loop.run(store.sweep(now_ms=self._now))

    @invariant()
    def everything_agrees(self) -> None:
        """Compare what is due and what is listed."""
        for partition in self._partitions:
            expected, got = (self._loop.run(work.due(partition, now_ms=self._now)) for work in self._both)
            assert _sorted(got) == _sorted(expected)
            assert [session.since_ms for session in got] == [session.since_ms for session in expected]
        expected, got = (self._loop.run(work.partitions(now_ms=self._now, limit=1_000)) for work in self._both)
        assert self._shown(got) == self._shown(expected)

    def teardown(self) -> None:
        """Close what was opened, and leave nothing that the next program would claim."""
        for partition in self._partitions:
            self._loop.run(self._place.sessions.erase(partition))
        self._loop.close(self._place.aclose)

    @property
    def _both(self) -> tuple[WorkLedger, WorkLedger]:
        return self._work, self._place.work

    def _key(self, user: int, session: str) -> SessionKey:
        return SessionKey(self._partitions[user], session)

    def _chosen(self, number: int) -> list[tuple[Claim, Claim]]:
        """Return one pair of claims, mostly a late one; none when there are none."""
        return [self._claims[-1 - min(number, len(self._claims) - 1)]] if self._claims else []

    def _shown(self, listed: list[DuePartition]) -> list[tuple[Partition, bool, int | None, list[DueSession]]]:
        """Return what two ledgers must agree on.

        When a partition is ready means nothing if all was set aside; since when it has been is left open.
        """
        return sorted(
            (
                one.partition,
                one.leased,
                None if all(session.set_aside for session in one.sessions) else max(one.ready_at_ms, self._now),
                _sorted(one.sessions),
            )
            for one in listed
            if one.partition in self._partitions
        )


def _sorted(sessions: list[DueSession]) -> list[DueSession]:
    return sorted(sessions, key=lambda session: session.session)
