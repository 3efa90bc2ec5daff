"""Random programs run on a store and on the in-memory model side by side; after each step both must say the same.

What a Protocol leaves open (which position a message gets, how many of the already expired a deletion counts) is
not compared. Programs are bounded, and the same on every run where `CI` is set.
"""

import itertools
import os
from collections.abc import Callable

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from memlane.testing.backends import MemoryBackend, RecordBackend, SessionBackend, UsageBackend, WorkBackend
from memlane.testing.memory_machine import MemoryMachine
from memlane.testing.record_machine import RecordMachine
from memlane.testing.session_machine import SessionMachine
from memlane.testing.usage_machine import UsageMachine
from memlane.testing.work_machine import WorkMachine

_numbers = itertools.count()


def check_sessions(backend: SessionBackend, *, programs: int = 20, steps: int = 25) -> None:
    """Compare a session store with the model; to be called outside any running event loop."""
    _run(lambda: SessionMachine(backend, next(_numbers)), programs, steps)


def check_memories(backend: MemoryBackend, *, programs: int = 40, steps: int = 25) -> None:
    """Compare a memory store, and readers that follow its changes, with the model; outside any event loop."""
    _run(lambda: MemoryMachine(backend, next(_numbers)), programs, steps)


def check_work(backend: WorkBackend, *, programs: int = 20, steps: int = 40) -> None:
    """Compare a work ledger with the model; outside any event loop."""
    _run(lambda: WorkMachine(backend, next(_numbers)), programs, steps)


def check_records(backend: RecordBackend, *, programs: int = 20, steps: int = 30) -> None:
    """Compare a store of records with the model; outside any event loop."""
    _run(lambda: RecordMachine(backend, next(_numbers)), programs, steps)


def check_usage(backend: UsageBackend, *, programs: int = 20, steps: int = 20) -> None:
    """Compare a store of usage with the model; outside any event loop."""
    _run(lambda: UsageMachine(backend, next(_numbers)), programs, steps)


def _run(machine: Callable[[], RuleBasedStateMachine], programs: int, steps: int) -> None:
    bounds = settings(
        max_examples=programs,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        derandomize="CI" in os.environ,
        report_multiple_bugs=False,
        phases=(Phase.generate,),  # shrinking runs the store hundreds of times more, and programs are short
        suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much),
    )
    run_state_machine_as_test(machine, settings=bounds)  # pyright: ignore[reportArgumentType] -- any callable will do
