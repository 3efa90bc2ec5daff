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

    def pytest_pycollect_makeitem(
        self, collector: pytest.Collector, name: str, obj: object
    ) -> list[pytest.Item] | None:
        """Refuse what is not chosen before it is made into items: most tests of most mutants are not."""
        if isinstance(obj, type):
            return None if self._is_hunted(name) else []
        if isinstance(collector, pytest.Class) and name.startswith("test_"):
            return None if self._is_chosen(collector.obj, name) else []
        return None

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

    def _is_hunted(self, name: str) -> bool:
        hunted = name in self._names if self._names else name.startswith(self._prefix)
        if hunted:
            self.caught[name.removeprefix(self._prefix)] = None
        return hunted

    def _is_chosen(self, suite: type, test: str) -> bool:
        if self._programs or "random_programs" in test:
            return self._programs and "random_programs" in test
        return bool(_broken(suite) & _checked(suite, test))


def _broken(suite: type) -> set[str]:
    """Return the promises that the mutant of a suite breaks."""
    return set(_PROMISE.findall(str(suite.__doc__)))


def _checked(suite: type, test: str) -> set[str]:
    """Return the promises of the class that a test stands in; the suite of a model is one class for all, E1-E5."""
    owner = next(one for one in suite.__mro__ if test in vars(one))
    named = set(_PROMISE.findall(owner.__doc__))
    return named if "Suite" not in owner.__name__ else {f"{promise[0]}{n}" for promise in named for n in range(1, 6)}


def main(suite: str, tests: str, *names: str) -> None:
    probes.PATIENCE_S = 0.2  # a mutant that leaves something behind leaves it for ever
    model_backend.SOON_S = 2.0  # as above
    hunter = Hunter(suite, list(names), programs=tests == "programs")
    flags = [
        "--disable-plugin-autoload",
        "-p",
        "pytest_asyncio.plugin",
        "-p",
        "pytest_timeout",
        "-p",
        "no:cacheprovider",
    ]
    options = [f"--rootdir={_ROOT}", f"--config-file={_ROOT / 'pyproject.toml'}", "--timeout=30", "--tb=no"]
    pytest.main([*flags, *options, str(_HERE / "mutated_suites.py")], plugins=[hunter])
    sys.stdout.write("\n" + json.dumps(hunter.caught))


if __name__ == "__main__":
    main(*sys.argv[1:])
