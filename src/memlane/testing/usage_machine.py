"""Random programs on a store of usage and its model; run by `memlane.testing.machines`."""

from typing import cast, get_args

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from memlane.protocols.usage import UsageStore, Used
from memlane.testing.backends import UsageBackend
from memlane.testing.fakes import InMemoryBackend
from memlane.testing.own_loop import OwnLoop
from memlane.testing.probes import HOUR, NOW
from memlane.types.ids import Partition
from memlane.types.usage import Amounts, Step

_MINUTE = 60_000
_DAY = 24 * HOUR
_USERS = ("u", "U", "u/", "%")
_SESSIONS = (None, "s", "S", "m")
_AMOUNTS = st.builds(
    Amounts,
    messages=st.integers(0, 3),
    input_tokens=st.sampled_from((0, 7, 2**40)),
    output_tokens=st.integers(0, 2),
    cached_tokens=st.integers(0, 2),
    recalls=st.integers(0, 1),
    hits=st.integers(0, 9),
)
_AGO = st.sampled_from((0, 0, 1, 2, 61, 24 * 60, 3 * 24 * 60))
_USED = st.lists(
    st.tuples(st.sampled_from(range(len(_USERS))), st.sampled_from(_SESSIONS), _AGO, _AMOUNTS), min_size=1, max_size=5
)
_STEPS = cast("tuple[Step, ...]", get_args(Step))


class UsageMachine(RuleBasedStateMachine):
    """Does the same to a store and to the model, and compares all series after each step."""

    def __init__(self, backend: UsageBackend, number: int) -> None:
        """Use a tenant of this machine's own, told apart by `number`."""
        super().__init__()
        self._loop = OwnLoop()
        self._store = self._loop.run(backend.connect())
        self._model = InMemoryBackend().usage()
        self._tenant = f"machine{number}"
        self._now = NOW // _MINUTE * _MINUTE

    @property
    def _both(self) -> tuple[UsageStore, UsageStore]:
        return self._model, self._store

    @initialize()
    def begin(self) -> None:
        """Have something to look at."""
        self.add([(0, "s", 0, Amounts(messages=1, hits=2))])

    @rule(used=_USED)
    def add(self, used: list[tuple[int, str | None, int, Amounts]]) -> None:
        """Count what was used, now or some time ago."""
        told = [
            Used(
                partition=Partition(self._tenant, _USERS[user]),
                session=session,
                minute_ms=(self._now - ago * _MINUTE) // _MINUTE * _MINUTE,
                amounts=amounts,
            )
            for user, session, ago, amounts in used
        ]
        for store in self._both:
            self._loop.run(store.add(told, now_ms=self._now))

    @rule(user=st.sampled_from(_USERS))
    def erase(self, user: str) -> None:
        """Erase a user; how much that was differs with what is too old and not removed yet."""
        expected, got = (self._loop.run(store.erase(Partition(self._tenant, user))) for store in self._both)
        assert (got > 0) == (expected > 0)

    @rule(passed=st.sampled_from((1_000, _MINUTE, HOUR, _DAY, 10 * _DAY)))
    def pass_time(self, passed: int) -> None:
        """Let time go by."""
        self._now += passed

    @rule(after=st.sampled_from((None, *_USERS)), limit=st.integers(1, 3))
    def page(self, after: str | None, limit: int) -> None:
        """List some users."""
        expected, got = (self._loop.run(store.users(self._tenant, after=after, limit=limit)) for store in self._both)
        assert got == expected

    @invariant()
    def everything_agrees(self) -> None:
        """Compare users, and every series."""
        expected, got = (self._loop.run(store.users(self._tenant)) for store in self._both)
        assert got == expected
        self._compare(None, None)
        for user in _USERS[:2]:
            for session in _SESSIONS:
                self._compare(user, session)

    def teardown(self) -> None:
        """Close what was opened."""
        self._loop.close(self._store.aclose)

    def _compare(self, user: str | None, session: str | None) -> None:
        for step in _STEPS:
            expected, got = (
                self._loop.run(
                    store.points(
                        self._tenant,
                        user,
                        session,
                        step=step,
                        since_ms=self._now - 100 * _DAY,
                        until_ms=self._now + _MINUTE,
                        now_ms=self._now,
                    )
                )
                for store in self._both
            )
            assert got == expected, (user, session, step)
