"""The conformance suites bite: each fails on every store, embedder and re-ranker made to break one of its promises.

The mutants stand in tests/conformance/mutants; `run.py` there runs the tests of the promise that each one breaks.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

RUN = Path(__file__).parents[1] / "conformance" / "mutants" / "run.py"
FEWEST = {
    "on_sessions": 69,
    "on_memories": 78,
    "on_work": 62,
    "on_records": 54,
    "on_usage": 45,
    "on_embedders": 12,
    "on_rerankers": 12,
    "on_models": 40,
}
FOUND_BY_CHANCE = {
    "on_sessions": [
        "ReadsTheOldest",
        "OverwritesOnReAppend",
        "LosesTheOutboxOnDelete",
        "ForgetsToRenew",
        "RenewsBySwapping",
    ],
    "on_memories": [
        "ForgetsDeletions",
        "SkipsWhenPaging",
        "KeepsVectorsOfOtherBodies",
        "ReplacesTheProfile",
        "DropsEveryVector",
    ],
    "on_work": ["MarksOnlyTheFirstAppend", "NeverEndsALease", "LetsTheLateFinish", "PutsNothingOff"],
    "on_records": ["CreatesOverWhatIsThere", "NeverCompares", "ListsTheExpired", "GrantsAllOrNothing", "FoldsIds"],
    "on_usage": ["CountsTwice", "OverwritesAStep", "TellsLateMinutesAsNow", "FoldsIds", "LeavesSessionsOnErase"],
}


def hunt(*arguments: str) -> dict[str, str | None]:
    """Return which test caught each mutant."""
    done = subprocess.run(
        [sys.executable, str(RUN), *arguments],
        env={**os.environ, "CI": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3_000:] + done.stderr[-3_000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.slow
@pytest.mark.parametrize("suite", FEWEST)
def test_the_suite_fails_on_every_mutant(suite: str) -> None:
    caught = hunt(suite, "sentences")
    assert len(caught) >= FEWEST[suite]
    assert [mutant for mutant, by in caught.items() if by is None] == []


@pytest.mark.slow
@pytest.mark.parametrize("suite", FOUND_BY_CHANCE)
def test_random_programs_find_mutants_too(suite: str) -> None:
    caught = hunt(suite, "programs", *FOUND_BY_CHANCE[suite])
    assert sorted(caught) == sorted(FOUND_BY_CHANCE[suite])
    assert [mutant for mutant, by in caught.items() if by is None] == []
