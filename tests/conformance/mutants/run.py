"""Run a suite on each of its mutants until a test fails on it; the last line printed is JSON of which test that was.

Only tests of the promise that a mutant breaks are run on it: the promise its docstring begins with. `programs` runs
the state machine instead. With names, only those mutants are run.

Usage: run.py on_sessions|on_memories|on_work|on_records|on_usage|on_embedders|on_rerankers|on_models
    sentences|programs [mutant…]
"""

import json
import re
import sys
from pathlib import Path

import pytest

from memlane.testing import model_backend, probes

_HERE = Path(__file__).parent
_ROOT = _HERE.parents[2]
_PROMISE = re.compile(r"[CEMPRUW]\d+")


class Hunter:
    """Chooses tests, knows which has caught each mutant, and runs no more on that one."""

    def __init__(self, suite: str, names: list[str], *, programs: bool) -> None:
        self._prefix = f"Test_{suite}_"
        self._names = {self._prefix + name for name in names}
        self._programs = programs
        self.caught: dict[str, str | None] = {}

    def pytest_pycollect_makeitem(self, name: str, obj: object) -> list[pytest.Item] | None:
        chosen = name in self._names if self._names else name.startswith(self._prefix)
        return [] if isinstance(obj, type) and not chosen else None

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        self.caught = dict.fromkeys(self._mutant(item.nodeid) for item in items)
        items[:] = [item for item in items if self._is_chosen(item)]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        if self.caught[self._mutant(item.nodeid)]:
            pytest.skip("already caught")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            assert report.when == "call", f"{report.nodeid} failed outside its test"
            self.caught[self._mutant(report.nodeid)] = report.nodeid.rpartition("::")[2]

    def _mutant(self, nodeid: str) -> str:
        return nodeid.split("::")[1].removeprefix(self._prefix)

    def _is_chosen(self, item: pytest.Item) -> bool:
        if self._programs or "random_programs" in item.name:
            return self._programs and "random_programs" in item.name
        return bool(_broken(item) & _checked(item))


def _broken(item: pytest.Item) -> set[str]:
    """Return the promises that the mutant of a test breaks."""
    return set(_PROMISE.findall(item.cls.__doc__))


def _checked(item: pytest.Item) -> set[str]:
    """Return the promises of the class that a test stands in; the suite of a model is one class for all, E1-E5."""
    owner = next(one for one in item.cls.__mro__ if item.originalname in vars(one))
    named = set(_PROMISE.findall(owner.__doc__))
    return named if "Suite" not in owner.__name__ else {f"{promise[0]}{n}" for promise in named for n in range(1, 6)}


def main(suite: str, tests: str, *names: str) -> None:
    probes.PATIENCE_S = 0.2  # a mutant that leaves something behind leaves it for ever
    model_backend.SOON_S = 2.0  # as above
    hunter = Hunter(suite, list(names), programs=tests == "programs")
    flags = [flag for plugin in ("randomly", "cacheprovider", "xdist") for flag in ("-p", f"no:{plugin}")]
    options = [f"--rootdir={_ROOT}", f"--config-file={_ROOT / 'pyproject.toml'}", "--timeout=30", "--tb=no"]
    pytest.main([*flags, *options, str(_HERE / "mutated_suites.py")], plugins=[hunter])
    sys.stdout.write("\n" + json.dumps(hunter.caught))


if __name__ == "__main__":
    main(*sys.argv[1:])
