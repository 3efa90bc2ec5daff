"""`memlane bench`: run a benchmark of the checkout that this package is part of.

The benchmarks are scripts beside the package's source, not part of it; what they measure and print is theirs.
"""

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from memlane.errors import NotFoundError, UsageError

_SCRIPTS = {
    "retrieval": "retrieval.py",
    "speed": "run.py",
    "peers": "alternatives.py",
    "qa": "qa.py",
    "ablation": "ablation.py",
}
_ROOT = Path(__file__).parents[3]


def register(application: typer.Typer) -> None:
    """Add the command; what stands behind the benchmark's name is not parsed here."""
    application.command(context_settings={"allow_interspersed_args": False})(bench)


def bench(
    name: Annotated[str, typer.Argument(metavar="NAME", help=f"One of: {', '.join(_SCRIPTS)}.")],
    arguments: Annotated[
        list[str] | None, typer.Argument(metavar="ARGS", help="Its own arguments; --help lists them.")
    ] = None,
) -> None:
    """Measure Memlane; only in a checkout of its source.

    retrieval scores recall on tasks in a folder of yours, speed measures calls, peers compares other memory systems,
    qa lets a model answer from memories and another one judge, ablation tries other weights. Ends with the exit code
    of the benchmark.
    """
    raise typer.Exit(subprocess.run(command(name, arguments or [], root=_ROOT), check=False).returncode)  # noqa: S603 -- ours


def command(name: str, arguments: list[str], *, root: Path) -> list[str]:
    """Return the command that runs a benchmark.

    Args:
        name: Of the benchmark.
        arguments: Passed on as they are.
        root: Of the checkout.

    Raises:
        UsageError: there is no such benchmark.
        NotFoundError: `root` is not a checkout.
    """
    if name not in _SCRIPTS:
        raise UsageError(f"there is no benchmark {name!r}; there are: {', '.join(_SCRIPTS)}")
    script = root / "bench" / _SCRIPTS[name]
    if not script.is_file():
        raise NotFoundError("the benchmarks come with the source, not with the package: run this in a checkout")
    return [sys.executable, str(script), *arguments]
