"""A worker that kills itself with SIGKILL just before or after its nth write: python mortal_worker.py URL N WHEN."""

import os
import signal
import sys
from datetime import timedelta
from typing import Any

import memlane

PLAN = memlane.WorkPlan(in_process=False, compact_after_messages=20, lease=timedelta(seconds=1))


def main() -> None:
    """Work until the nth write, or to the end."""
    url, nth, when = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    memory = memlane.connect(url, embedder="none", work=PLAN)
    core = memory._memlane._core  # pyright: ignore[reportPrivateUsage] -- where the writes are
    left = [nth]
    for part, names in (
        (core.memories, ["replace"]),
        (core.sessions, ["swap_field"]),
        (core.ledger, ["claim", "finish", "release"]),
    ):
        for name in names:
            _make_mortal(part, name, left, when)
    memory.run_due(until_idle=False)


def _make_mortal(part: Any, name: str, left: list[int], when: str) -> None:
    member = getattr(part, name)

    async def call(*args: Any, **kwargs: Any) -> Any:
        left[0] -= 1
        if left[0] == 0 and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = await member(*args, **kwargs)
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(part, name, call)


if __name__ == "__main__":
    main()
