"""`memlane bench` runs the benchmarks of a checkout, and says so where there is none."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest

from memlane.cli.bench import command
from memlane.errors import NotFoundError, UsageError


class Done(Protocol):
    code: int
    out: str
    err: str


Run = Callable[..., Done]
ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("name", ["retrieval", "speed", "peers", "qa", "ablation"])
def test_every_benchmark_is_a_script_of_the_checkout(name: str) -> None:
    python, script, *arguments = command(name, ["--help", "x y"], root=ROOT)
    assert python == sys.executable
    assert Path(script).is_file()
    assert arguments == ["--help", "x y"]


def test_an_installed_package_says_where_the_benchmarks_are(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="come with the source"):
        command("retrieval", [], root=tmp_path)


def test_a_name_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="there are: retrieval, speed"):
        command("recall", [], root=ROOT)


def test_arguments_and_exit_code_are_passed_through(run: Run, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    assert run("bench", "qa", "--loopback", "--embedder", "none", "--json", str(report)).code == 0
    assert "made_up" in report.read_text()
    assert run("bench", "qa", "--no-such-option").code == 2
    assert run("bench", "qa").code == 1


def test_an_option_before_the_name_is_refused(run: Run) -> None:
    done = run("bench", "--limit", "3", "retrieval")
    assert done.code == 2
    assert "see memlane bench --help" in done.err
