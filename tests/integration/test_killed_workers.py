"""Workers killed with SIGKILL around each of their writes: what they leave is completed, and everything exists once."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import memlane
from memlane.testing.services import redis_server

WORKER = Path(__file__).with_name("mortal_worker.py")
PLAN = memlane.WorkPlan(in_process=False, compact_after_messages=20, lease=timedelta(seconds=1))
SAID = ("I live in Oslo.", "My name is Ada.", "I am allergic to nuts.", "I moved to Bergen.", "I work at Equinor.")
WRITES = 10


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    with redis_server() as server:
        yield server.url


@pytest.fixture(params=["sqlite", "redis"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'm.db'}"
    return f"{request.getfixturevalue('redis_url')}?prefix={tmp_path.name[-30:].replace('_', '-')}"


def fill(memory: memlane.Memlane, user: str) -> None:
    began = datetime(2026, 1, 1, tzinfo=UTC)
    for number in range(2):
        memory.user(user).session(f"s{number}").add_many(
            {"role": "user", "content": text, "created_at": began + timedelta(days=number, minutes=minute)}
            for minute, text in enumerate(SAID * 5)
        )


def outcome(memory: memlane.Memlane, user: str) -> list[object]:
    person = memory.user(user)
    facts = [
        (fact.attribute, fact.value, fact.valid_from, fact.valid_to, fact.support)
        for fact in person.memories(kinds={"fact", "preference"})
    ]
    summaries = [person.session(f"s{number}").summary() for number in range(2)]
    return [
        sorted(facts, key=repr),
        len(person.memories(kinds={"episode"})),
        [len(summary.message_ids) if summary else 0 for summary in summaries],
        [len(person.session(f"s{number}").messages()) for number in range(2)],
    ]


@pytest.mark.slow
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_worker_killed_at_any_write_is_made_good_by_the_next(url: str, when: str) -> None:
    with memlane.connect(url, embedder="none", work=PLAN, session_ttl=None) as memory:
        fill(memory, "unkilled")
        memory.run_due()
        expected = outcome(memory, "unkilled")
        assert expected[1:3] == [2, [15, 15]]
        fill(memory, "killed")
        killed = 0
        for nth in range(1, WRITES + 1):
            done = subprocess.run([sys.executable, str(WORKER), url, str(nth), when], timeout=60, check=False)
            killed += done.returncode == -signal.SIGKILL
            time.sleep(1.05)  # the lease of the dead
        assert killed >= WRITES // 2
        memory.run_due()
        assert outcome(memory, "killed") == expected
        assert memory.work() == []
